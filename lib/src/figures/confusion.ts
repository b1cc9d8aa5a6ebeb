import { itemAt } from "../base/item-at";
import { count } from "../base/text";
import type { Figure, Words } from "./figure";
import { heatmap } from "./images";
import { percent } from "./numbers";
import { type RunLike, recordsOf } from "./runs";
import { modelStyle } from "./theme";

/** What `confusion` takes besides the run. */
export interface ConfusionOptions extends Partial<Words> {
  /** Default "test". */
  readonly split?: "train" | "test";
  /** Names of the classes; default 0, 1, 2, ... */
  readonly classes?: readonly string[];
}

/**
 * The confusion matrix of a finished run: row = label, column = prediction. Colour shows errors only, since the
 * diagonal would outshine them. Each row names its recall.
 *
 * @param run A finished run, or its record.
 * @throws When the run has not finished: its record holds no confusion matrix yet.
 * @example
 * show(figures.confusion(run));
 */
export function confusion(run: RunLike, options: ConfusionOptions = {}): Figure {
  const record = itemAt(recordsOf(run), 0);
  const split = options.split ?? "test";
  const result = record.final?.[split];
  if (!result)
    throw new Error(
      `Expected a finished run but found ${record.status} (${record.part}, seed ${record.seed}): run its ` +
        "training cell to the end.",
    );
  const { confusion: counts, recall } = result;
  const names = options.classes ?? counts.map((_, label) => String(label));
  const errors = counts.map((row, label) => row.map((value, prediction) => (label === prediction ? 0 : value)));
  const most = Math.max(1, ...errors.flat());
  const wrong = errors.flat().reduce((sum, value) => sum + value, 0);
  const worst = names[recall.indexOf(Math.min(...recall))];
  const name = modelStyle(record.part).name;
  const caption =
    options.caption ??
    `${count(wrong)} of ${count(result.size)} wrong (accuracy ${percent(result.accuracy)}). Lowest recall: ` +
      `${worst}, ${percent(Math.min(...recall), 1)}. The stronger the orange, the more errors.`;
  const drawn = heatmap(errors, {
    title: options.title ?? `Confusion matrix, ${split}: ${name}`,
    caption,
    alt: options.alt ?? `Confusion matrix of ${name} on the ${split} set. ${caption} ${largest(errors, names)}`,
    scale: "errors",
    square: counts.length > 4,
    range: [0, most],
    x: "prediction",
    y: counts.length === 10 && !options.classes ? "true digit" : "true class",
    xLabels: names,
    yLabels: names.map((label, i) => `${label}  <span style="font-size:10px">${percent(itemAt(recall, i), 1)}</span>`),
    height: counts.length > 4 ? 380 : 70 * counts.length,
  });
  const text = counts.map((row, label) =>
    row.map((value, prediction) => (label === prediction ? `<b>${value}</b>` : value === 0 ? "" : String(value))),
  );
  const data = drawn.data.map((trace) => ({
    ...trace,
    text,
    texttemplate: "%{text}",
    textfont: { size: 11 },
    hovertemplate: "true %{y}, prediction %{x}: %{text}<extra></extra>",
  }));
  return { data, layout: drawn.layout };
}

function largest(errors: readonly (readonly number[])[], names: readonly string[]): string {
  const pairs = errors
    .flatMap((row, label) => row.map((value, prediction) => ({ value, label, prediction })))
    .sort((a, b) => b.value - a.value);
  const told = pairs
    .slice(0, 3)
    .filter((pair) => pair.value > 0)
    .map((pair) => `${names[pair.label]} taken for ${names[pair.prediction]} (${pair.value})`);
  return told.length > 0 ? `Most frequent: ${told.join(", ")}.` : "";
}
