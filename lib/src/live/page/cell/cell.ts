import { itemAt } from "../../../base/item-at";
import { type CellPreset, type CellSettings, type CellStep, cellPresets, cellSteps } from "../../cell-steps";
import { chart, chartStyle, onWidth, widthOf } from "../chart";
import { element } from "../element";
import type { Widget } from "../widget";

const style = `${chartStyle}
.cell { display: grid; grid-template-columns: minmax(0, 300px) minmax(0, 1fr); gap: 12px 28px; align-items: start; }
.cell .presets { grid-column: 1 / -1; display: flex; flex-wrap: wrap; gap: 6px; }
.cell .words { grid-column: 1 / -1; margin: 0; }
.cell label { display: grid; grid-template-columns: 112px minmax(0, 1fr) 40px; gap: 8px; align-items: center;
  font-size: 14px; }
.cell input[type="range"] { width: 100%; margin: 0; height: 28px; accent-color: var(--blue); }
.cell output { text-align: right; font-variant-numeric: tabular-nums; }
.cell table { border-collapse: collapse; font-size: 14px; font-variant-numeric: tabular-nums; margin-top: 10px; }
.cell th, .cell td { padding: 1px 10px; text-align: right; border-bottom: 1px solid var(--faint); }
.cell td input { font: inherit; width: 64px; color: var(--ink); background: var(--paper);
  border: 1px solid var(--grey); border-radius: 4px; text-align: right; padding: 1px 4px; }
@media (max-width: 640px) { .cell { grid-template-columns: minmax(0, 1fr); } }
`;

/** One LSTM cell with its gates on sliders. It needs no data. */
export const cell: Widget<object> = { style, start };

const sliders: readonly { readonly key: keyof CellSettings; readonly name: string; readonly most: number }[] = [
  { key: "i", name: "Input gate i", most: 1 },
  { key: "f", name: "Forget gate f", most: 1 },
  { key: "o", name: "Output gate o", most: 1 },
  { key: "w", name: "g: weight w", most: 2 },
];

function start(box: HTMLElement): void {
  const [first] = cellPresets;
  const status = element("p", { class: "words", role: "status" });
  const plot = element("div", {});
  const gates = sliders.map(({ key, name, most }) => {
    const input = element("input", {
      type: "range",
      min: key === "w" ? -most : 0,
      max: most,
      step: 0.05,
      value: first[key],
    });
    const output = element("output", {});
    input.addEventListener("input", () => update());
    return { key, input, output, element: element("label", {}, name, input, output) };
  });
  const rows = first.series.map((_, t) => {
    const input = element("input", { type: "number", step: 1, "aria-label": `x(${t + 1})` });
    input.addEventListener("input", () => update());
    const [g, c, h] = [element("td", {}), element("td", {}), element("td", {})];
    const row = element("tr", {}, element("th", { scope: "row" }, String(t + 1)), element("td", {}, input), g, c, h);
    const show = (step: CellStep) => {
      g.textContent = fixed(step.g, 3);
      c.textContent = fixed(step.c, 3);
      h.textContent = fixed(step.h, 3);
    };
    return { input, row, show };
  });
  const buttons = cellPresets.map((preset) =>
    element("button", { type: "button", onclick: () => put(preset) }, preset.name),
  );

  function put(preset: CellPreset): void {
    for (const { key, input } of gates) input.value = String(preset[key]);
    rows.forEach(({ input }, t) => (input.value = String(preset.series[t])));
    update(preset);
  }

  let shown: CellPreset | undefined;
  function update(preset?: CellPreset): void {
    shown = preset;
    const settings = Object.fromEntries(
      gates.map(({ key, input }) => [key, Number(input.value)]),
    ) as unknown as CellSettings;
    const typed = rows.map(({ input }) => input.valueAsNumber);
    const wrong = typed.findIndex((value) => !Number.isFinite(value));
    const steps = cellSteps(
      settings,
      typed.map((value) => (Number.isFinite(value) ? value : 0)),
    );
    for (const { input, output } of gates) output.textContent = fixed(Number(input.value), 2);
    rows.forEach(({ show }, t) => show(itemAt(steps, t)));
    const [c, h] = [steps.map((step) => step.c), steps.map((step) => step.h)];
    const most = Math.max(1, Math.ceil(Math.max(...c.map(Math.abs))));
    const least = [...c, ...h].some((value) => value < 0) ? -most : 0;
    plot.replaceChildren(
      chart({
        label: `c(t) ends at ${c.at(-1)!.toFixed(2)}, h(t) at ${h.at(-1)!.toFixed(2)}`,
        lines: [
          { name: "c(t)", color: "blue", values: c },
          { name: "h(t)", color: "orange", values: h, dash: "5 3" },
        ],
        from: least,
        to: most,
        steps: c.length,
        ...widthOf(plot),
      }),
    );
    status.textContent =
      wrong >= 0
        ? `x(${wrong + 1}) holds no number: type one, such as 3. Until then it counts as 0.`
        : (preset?.words ?? `After ${c.length} steps c is ${c.at(-1)!.toFixed(2)} and h is ${h.at(-1)!.toFixed(2)}.`);
    buttons.forEach((button, i) => button.setAttribute("aria-pressed", String(cellPresets[i] === preset)));
    box.dataset.states = c.join(" ");
    box.dataset.outputs = h.join(" ");
  }

  const head = ["t", "x", "g", "c", "h"].map((name) => element("th", { scope: "col" }, name));
  box.className = "cell";
  box.append(
    element("div", { class: "presets" }, ...buttons),
    status,
    element(
      "div",
      {},
      ...gates.map((gate) => gate.element),
      element("p", {}, "g(t) = tanh(w x(t)), c(t) = f c(t−1) + i g(t), h(t) = o tanh(c(t))"),
    ),
    element(
      "div",
      {},
      plot,
      element(
        "table",
        {},
        element("thead", {}, element("tr", {}, ...head)),
        element("tbody", {}, ...rows.map(({ row }) => row)),
      ),
    ),
  );
  onWidth(plot, () => update(shown));
  put(first);
}

const fixed = (value: number, digits: number): string => value.toFixed(digits).replace("-", "−");
