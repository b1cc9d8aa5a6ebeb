import { itemAt } from "../../../base/item-at";
import { side } from "../../drawing";
import { featureMap, type KernelData, kernelPresets, kernelSize } from "../../kernel-data";
import { element } from "../element";
import { paintMap } from "../paint";
import type { Widget } from "../widget";

const style = `
.kernel { display: grid; grid-template-columns: repeat(3, minmax(0, 1fr)); gap: 12px 20px; align-items: start; }
.kernel h3 { font-size: 15px; margin: 0 0 6px; }
.field { position: relative; width: 100%; aspect-ratio: 1; border: 1px solid var(--grey); touch-action: none;
  cursor: move; }
.field canvas { display: block; width: 100%; height: 100%; image-rendering: pixelated; }
.window { position: absolute; border: 2px solid var(--orange); pointer-events: none; }
.point { border-color: var(--ink); outline: 2px solid var(--paper); }
.numbers { display: grid; grid-template-columns: repeat(5, minmax(0, 1fr)); gap: 4px; }
.numbers input { width: 100%; min-width: 0; font: inherit; font-size: 14px; padding: 6px 2px; text-align: center;
  color: var(--ink); background: var(--paper); border: 1px solid var(--grey); border-radius: 4px; appearance: textfield;
  -moz-appearance: textfield; }
.numbers input::-webkit-inner-spin-button { display: none; }
.presets { display: flex; flex-wrap: wrap; gap: 6px; margin-top: 10px; }
.words { grid-column: 1 / -1; }
.words p { margin: 0 0 6px; overflow-wrap: anywhere; font-variant-numeric: tabular-nums; }
.words .soft { color: var(--soft); font-size: 14px; }
@media (max-width: 640px) { .kernel { grid-template-columns: minmax(0, 1fr); } .kernel > div { max-width: 320px; }
  .kernel > .words { max-width: none; } }
`;

/** A kernel to drag over a digit, with numbers to edit. */
export const kernel: Widget<KernelData> = { style, start };

const half = (kernelSize - 1) / 2;
const arrows: Readonly<Record<string, readonly [number, number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

function start(box: HTMLElement, { image }: KernelData): void {
  let [column, row] = [14, 10];
  const eye = element("canvas", { width: side, height: side });
  const map = element("canvas", { width: side, height: side });
  const frames = [element("div", { class: "window" }), element("div", { class: "window point" })] as const;
  const place = (frame: HTMLElement, wide: number) => {
    const part = (pixels: number) => `${(100 * pixels) / side}%`;
    const margin = (wide - 1) / 2;
    Object.assign(frame.style, {
      left: part(column - margin),
      top: part(row - margin),
      width: part(wide),
      height: part(wide),
    });
  };
  const field = element(
    "div",
    {
      class: "field",
      tabindex: 0,
      role: "application",
      "aria-label": "Image with the kernel's window: drag it, or move it with the arrow keys.",
    },
    eye,
    frames[0],
  );
  const result = element("div", { class: "field", role: "img" }, map, frames[1]);
  result.style.cursor = "default";
  const sum = element("p", { class: "sum" });
  const status = element("p", { role: "status" });

  const inputs = Array.from({ length: kernelSize ** 2 }, (_, i) => {
    const name = `Row ${Math.floor(i / kernelSize) + 1}, column ${(i % kernelSize) + 1}`;
    const input = element("input", { type: "number", step: 0.1, "aria-label": `Kernel: ${name.toLowerCase()}` });
    input.addEventListener("input", () => update());
    return { name, input };
  });
  const presets = kernelPresets.map(({ name, kernel: values }) => ({
    values,
    button: element("button", { type: "button", onclick: () => put(values) }, name),
  }));
  function put(values: readonly number[]): void {
    inputs.forEach(({ input }, i) => (input.value = String(values[i])));
    update();
  }
  function move(toColumn: number, toRow: number): void {
    const within = (value: number) => Math.max(0, Math.min(side - 1, value));
    [column, row] = [within(toColumn), within(toRow)];
    update();
  }

  function update(): void {
    const weights = inputs.map(({ input }) => input.valueAsNumber);
    const wrong = inputs.find(({ input }) => !Number.isFinite(input.valueAsNumber));
    const used = weights.map((weight) => (Number.isFinite(weight) ? weight : 0));
    const values = featureMap(image, used);
    const most = values.reduce((largest, value) => Math.max(largest, Math.abs(value)), 1e-6);
    paintMap(eye, image, { rows: side, columns: side, shades: { full: "ink" } });
    paintMap(
      map,
      Array.from(values, (value) => value / most),
      { rows: side, columns: side, shades: "signed" },
    );
    place(frames[0], kernelSize);
    place(frames[1], 1);
    const at = itemAt(values, row * side + column);
    const products = used.flatMap((weight, i) => {
      const [y, x] = [row + Math.floor(i / kernelSize) - half, column + (i % kernelSize) - half];
      // Zeros lie around the image; above and below it the array has no values.
      const ink = x < 0 || x >= side ? 0 : (image[y * side + x] ?? 0);
      return ink !== 0 && weight !== 0 ? [`${short(ink)} × ${short(weight)}`] : [];
    });
    sum.textContent =
      `Ink × weight under the window: ${products.length ? products.join(" + ") : "all products are 0"} = ` +
      `${at.toFixed(3).replace("-", "−")}`;
    status.textContent = wrong
      ? `${wrong.name} of the kernel holds no number: type one, such as -0.5. Until then it counts as 0.`
      : `The window's centre is in row ${row + 1}, column ${column + 1}.`;
    result.setAttribute("aria-label", `Feature map; the largest value away from 0 is ${most.toFixed(2)}`);
    box.dataset.value = String(at);
    for (const preset of presets)
      preset.button.setAttribute("aria-pressed", String(preset.values.every((value, k) => value === weights[k])));
  }

  field.addEventListener("keydown", (event) => {
    const by = arrows[event.key];
    if (!by) return;
    event.preventDefault();
    move(column + by[0], row + by[1]);
  });
  const drag = (event: PointerEvent) => {
    const { left, top, width, height } = eye.getBoundingClientRect();
    move(Math.floor(((event.clientX - left) / width) * side), Math.floor(((event.clientY - top) / height) * side));
  };
  field.addEventListener("pointerdown", (event) => {
    field.setPointerCapture(event.pointerId);
    drag(event);
  });
  field.addEventListener("pointermove", (event) => {
    if (field.hasPointerCapture(event.pointerId)) drag(event);
  });

  box.className = "kernel";
  box.append(
    element("div", {}, element("h3", {}, "Image"), field),
    element(
      "div",
      {},
      element("h3", {}, "Kernel"),
      element("div", { class: "numbers", role: "group", "aria-label": "Kernel" }, ...inputs.map(({ input }) => input)),
      element("div", { class: "presets" }, ...presets.map(({ button }) => button)),
    ),
    element("div", {}, element("h3", {}, "Feature map"), result),
    element(
      "div",
      { class: "words" },
      status,
      sum,
      element(
        "p",
        { class: "soft" },
        "Light orange: above 0, grey: 0, dark blue: below 0. Around the image lie zeros.",
      ),
    ),
  );
  (box.getRootNode() as ShadowRoot).host.addEventListener("theme", update);
  put(kernelPresets[0].kernel);
}

const short = (value: number): string => {
  const text = String(Number(value.toFixed(2)));
  return value < 0 ? `(${text.replace("-", "−")})` : text;
};
