import { type Envelope, isEnvelope } from "../envelope";
import { element } from "./element";
import { followTheme } from "./theme";
import { widgets } from "./widgets";

const style = `
:host { display: block; max-width: 100%; color: var(--ink);
  font: 15px/1.45 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; }
* { box-sizing: border-box; }
[hidden] { display: none !important; }
.live { background: var(--paper); border: 1px solid var(--faint); border-radius: 8px; padding: 14px 16px 16px; }
h2 { font-size: 17px; line-height: 1.3; margin: 0 0 8px; }
p { margin: 0 0 10px; }
button { font: inherit; font-size: 14px; color: var(--ink); background: var(--paper); border: 1px solid var(--grey);
  border-radius: 6px; padding: 4px 12px; min-height: 32px; cursor: pointer; }
button:hover:not(:disabled) { border-color: var(--blue); }
button:disabled { color: var(--soft); border-color: var(--faint); cursor: default; }
button[aria-pressed="true"] { border-color: var(--blue); box-shadow: inset 0 0 0 1px var(--blue); }
button.start { margin-top: 8px; font-weight: 600; color: var(--paper); background: var(--blue);
  border-color: var(--blue); padding: 6px 18px; }
:focus-visible { outline: 3px solid var(--orange); outline-offset: 2px; }
@media print { .live, .start { display: none !important; } .still { display: block !important; } }
`;

/**
 * Puts a button under a live output's static picture. A click starts the widget in place of the picture; before that
 * nothing runs. An error of the widget is shown in its place.
 */
export function frame(host: HTMLElement): void {
  if (host.shadowRoot) return;
  const envelope = readEnvelope(host);
  if (!envelope) return;
  const root = host.attachShadow({ mode: "open" });
  followTheme(host, envelope.theme);
  const still = element("div", { class: "still" }, element("slot"));
  const start = element("button", { type: "button", class: "start", onclick: () => void run() }, envelope.start);
  root.append(element("style", {}, style), still, start);

  const run = async () => {
    start.disabled = true;
    start.textContent = "Unpacking …";
    const box = element("div");
    const live = element(
      "section",
      { class: "live", "aria-label": envelope.title, hidden: true },
      element("h2", { tabindex: -1 }, envelope.title),
      box,
    );
    root.append(live);
    try {
      const widget = Object.hasOwn(widgets, envelope.widget) ? widgets[envelope.widget] : undefined;
      if (!widget)
        throw new Error(
          `This page cannot run a live output "${envelope.widget}": export the page again, or run its cell again.`,
        );
      root.append(element("style", {}, widget.style));
      // The browser paints the button's new words before the work begins.
      await new Promise((done) => setTimeout(done, 20));
      await widget.start(box, envelope.data);
      still.hidden = start.hidden = true;
      live.hidden = false;
      live.querySelector("h2")!.focus({ preventScroll: true });
      host.dataset.state = "live";
    } catch (error) {
      live.replaceChildren(element("p", { role: "alert" }, (error as Error).message));
      live.hidden = false;
      start.hidden = true;
      host.dataset.state = "failed";
    }
  };
}

function readEnvelope(host: HTMLElement): Envelope | undefined {
  try {
    const value: unknown = JSON.parse(host.querySelector("script[type='application/json']")?.textContent ?? "");
    return isEnvelope(value) ? value : undefined;
  } catch {
    return undefined; // cut short: the picture stays
  }
}
