import type { Theme } from "../envelope";

/**
 * Keeps a widget in the colours around it: those of JupyterLab's theme where there is one, else light or dark as the
 * reader's system is set. Sets `--paper`, `--ink`, ... and the attribute `data-theme`, and sends the event "theme".
 */
export function followTheme(host: HTMLElement, theme: Theme): void {
  const system = matchMedia("(prefers-color-scheme: dark)");
  const apply = () => {
    const lab = document.body.dataset.jpThemeLight;
    const name = (lab === undefined ? system.matches : lab === "false") ? "dark" : "light";
    if (host.dataset.theme === name) return;
    host.dataset.theme = name;
    for (const [color, value] of Object.entries(theme[name])) host.style.setProperty(`--${color}`, value);
    host.dispatchEvent(new Event("theme"));
  };
  apply();
  system.addEventListener("change", apply);
  new MutationObserver(apply).observe(document.body, { attributeFilter: ["data-jp-theme-light"] });
}
