import type { DigitsData, DigitsModel } from "../../digits-data";
import { prepare, side } from "../../drawing";
import { forward } from "../../forward";
import type { Network } from "../../layers";
import { unpack } from "../../packed";
import { element } from "../element";
import { refuseOldBrowser } from "../old-browser";
import { paintMap } from "../paint";
import type { Widget } from "../widget";
import { type Details, detailsOf, makeDetails } from "./details";
import { makePad } from "./pad";
import { makeRow } from "./rows";
import { makeStrip } from "./strip";
import { style } from "./style";

/** A pad to draw a digit on, and what trained networks take it for. */
export const digits: Widget<DigitsData> = { style, start };

interface Loaded {
  readonly model: DigitsModel;
  readonly network?: Network;
  readonly problem?: string;
}

/** Pixels by which a drawing can be shifted. */
const farthest = 12;

async function start(box: HTMLElement, { models, images }: DigitsData): Promise<void> {
  refuseOldBrowser();
  const loaded: Loaded[] = [];
  for (const model of models) loaded.push(await load(model));

  let shift: readonly [number, number] = [0, 0];
  let seen: Float32Array | undefined;
  let open: Details | undefined;

  const status = element("p", { class: "status", role: "status" });
  const place = element("p", {});
  const eye = element("canvas", { width: side, height: side, role: "img", "aria-label": "What the networks see" });
  const turn = makeSlider("Turn", { least: -45, most: 45, step: 5, text: (value) => `${value}°` });
  const thicken = makeSlider("Thickness", { least: -2, most: 3, step: 0.5, text: (value) => `${signed(value)} px` });

  const pad = makePad({
    onchange(isNew) {
      if (isNew) {
        shift = [0, 0];
        strip.reset();
      }
      request();
    },
    onshift: (right, down) => move(right, down),
  });
  const strip = makeStrip(images, (ink) => {
    pad.put(ink);
    request();
  });
  const move = (right: number, down: number) => {
    const within = (value: number) => Math.max(-farthest, Math.min(farthest, value));
    shift = [within(shift[0] + right), within(shift[1] + down)];
    request();
  };

  const details = element("div", { class: "details", hidden: true });
  const rows = loaded.map(({ model, network, problem }) => {
    const more = network && detailsOf(network) ? makeMore(model, network) : undefined;
    return { model, network, row: makeRow(model, { problem, more }) };
  });

  /** The button that opens a model's view, and closes the one that is open. */
  function makeMore(model: DigitsModel, network: Network): HTMLButtonElement {
    const words = detailsOf(network) === "maps" ? "feature maps" : "ten sums";
    let view: Details | undefined;
    const button = element("button", { type: "button", class: "more", "aria-expanded": "false" }, words);
    button.setAttribute("aria-label", `${model.name}: ${words}`);
    button.addEventListener("click", () => {
      view ??= makeDetails(network, model.color);
      open = open === view ? undefined : view;
      for (const other of box.querySelectorAll(".more"))
        other.setAttribute("aria-expanded", String(other === button && open !== undefined));
      details.replaceChildren(open?.element ?? "");
      details.hidden = open === undefined;
      open?.show(seen);
    });
    return button;
  }

  let requested = false;
  /** Answers before the next picture, however many points came in since the last. */
  function request(): void {
    if (requested) return;
    requested = true;
    requestAnimationFrame(() => {
      requested = false;
      answer();
    });
  }

  let told: ReturnType<typeof setTimeout> | undefined;
  function answer(): void {
    seen = prepare(pad.drawing, { turn: turn.value, thicken: thicken.value, shift });
    paintMap(eye, seen ?? new Float32Array(side * side), { rows: side, columns: side, shades: { full: "ink" } });
    const began = performance.now();
    const answers = rows.map(({ network }) => (network && seen ? forward(network, seen) : undefined));
    box.dataset.milliseconds = (performance.now() - began).toFixed(2);
    rows.forEach(({ row }, i) => {
      row.show(answers[i]);
    });
    open?.show(seen);
    const [right, down] = shift;
    const shifted = right || down ? `, shifted by ${signed(right)}, ${signed(down)}` : "";
    place.textContent = `What the networks see: scaled into 20 × 20 pixels, centred by weight in 28 × 28${shifted}.`;
    box.dataset.answers = rows.map(({ row }) => row.element.dataset.answer ?? "").join(" ");
    clearTimeout(told);
    // Read aloud once the hand rests.
    told = setTimeout(tell, seen ? 500 : 0);
  }
  function tell(): void {
    const answers = rows
      .map(({ model, row }) => ({ name: model.name, answer: row.element.dataset.answer }))
      .flatMap(({ name, answer }) => (answer ? [`${name} ${answer}`] : []));
    status.textContent = seen
      ? `Read as: ${answers.join(", ")}.`
      : "Nothing is drawn yet: draw a digit on the pad, or take a test image below.";
  }

  const arrow = (sign: string, { words, by }: { readonly words: string; readonly by: readonly [number, number] }) =>
    element("button", { type: "button", "aria-label": `Shift one pixel ${words}`, onclick: () => move(...by) }, sign);
  box.className = "digits";
  box.append(
    element(
      "div",
      {},
      pad.element,
      element(
        "div",
        { class: "tools" },
        element(
          "div",
          { class: "line" },
          element("button", { type: "button", onclick: () => pad.clear() }, "Clear"),
          element(
            "span",
            { class: "arrows", role: "group", "aria-label": "Shift the drawing" },
            arrow("←", { words: "left", by: [-1, 0] }),
            arrow("→", { words: "right", by: [1, 0] }),
            arrow("↑", { words: "up", by: [0, -1] }),
            arrow("↓", { words: "down", by: [0, 1] }),
          ),
        ),
        turn.element,
        thicken.element,
      ),
    ),
    element(
      "div",
      {},
      element("div", { class: "seen" }, eye, element("div", {}, status, place)),
      ...rows.map(({ row }) => row.element),
    ),
    details,
    strip.element,
  );
  const host = (box.getRootNode() as ShadowRoot).host;
  host.addEventListener("theme", () => repaint());
  function repaint(): void {
    pad.repaint();
    strip.repaint();
    answer();
  }
  turn.onchange = thicken.onchange = request;
  repaint();
}

async function load(model: DigitsModel): Promise<Loaded> {
  if (!model.network) return { model, problem: model.missing ?? "Its network is not on this page." };
  try {
    return { model, network: await unpack(model.network) };
  } catch {
    return { model, problem: "Its weights on this page are damaged: export the page again." };
  }
}

interface SliderOptions {
  readonly least: number;
  readonly most: number;
  readonly step: number;
  readonly text: (value: number) => string;
}

function makeSlider(name: string, { least, most, step, text }: SliderOptions) {
  const input = element("input", { type: "range", min: least, max: most, step, value: 0 });
  const output = element("output", {}, text(0));
  const slider = {
    element: element("label", {}, name, input, output),
    get value() {
      return Number(input.value);
    },
    onchange: () => {},
  };
  input.addEventListener("input", () => {
    output.textContent = text(slider.value);
    input.setAttribute("aria-valuetext", output.textContent);
    slider.onchange();
  });
  return slider;
}

const signed = (value: number): string => (value > 0 ? `+${value}` : String(value).replace("-", "−"));
