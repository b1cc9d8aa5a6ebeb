import { count } from "../base/text";
import { type Curve, curves } from "./curves";
import type { Figure, Words } from "./figure";
import { percent } from "./numbers";
import { panels } from "./panels";
import { accuracyOf, type Runs, recordsOf } from "./runs";
import { modelStyle } from "./theme";

/** What `accuracy` takes besides the runs. */
export interface AccuracyOptions extends Partial<Words> {
  /** Range of the lower panel; default [0.9, 1], the same for every part. `false` leaves the panel out. */
  readonly detail?: readonly [number, number] | false;
  /** An accuracy that needs no network, drawn as a line: the share of the largest class. */
  readonly baseline?: { readonly value: number; readonly label: string };
}

/**
 * Training and test accuracy over the iterations: the full range above, the range `detail` enlarged below. Test is
 * solid, training dotted.
 *
 * @param runs A run, its record, or several; a run under way is drawn as far as it came.
 * @example
 * show(figures.accuracy(run));
 */
export function accuracy(runs: Runs, options: AccuracyOptions = {}): Figure {
  const records = recordsOf(runs);
  const lines: Curve[] = records.flatMap((record) => {
    const { name, color } = modelStyle(record.part);
    const prefix = records.length > 1 ? `${name} ` : "";
    return [
      {
        name: `${prefix}train`,
        x: record.iterations,
        y: record.trainAccuracy,
        color,
        dash: "dot" as const,
        width: 1.5,
        label: `${prefix}train`,
      },
      {
        name: `${prefix}test`,
        x: record.iterations,
        y: record.testAccuracy,
        color,
        width: 2,
        label: `<b>${prefix}test</b>`,
      },
    ];
  });
  const last = Math.max(1, ...records.map((record) => record.config.iterations));
  // Curves end above the baseline, so its label stands below it.
  const baseline = options.baseline ? [{ ...options.baseline, at: "right, below" as const }] : [];
  const shared = {
    x: "iteration",
    y: "accuracy",
    xRange: [0, last] as const,
    yFormat: ".0%",
    title: "",
    horizontal: baseline,
  };
  const detail = options.detail ?? [0.9, 1];
  const full = curves(lines, { ...shared, yRange: [0, 1], height: 230 });
  const names = records.map((record) => modelStyle(record.part).name).join(", ");
  const title = options.title ?? `Accuracy: ${names}`;
  const caption =
    options.caption ??
    records
      .map(
        (record) =>
          `${modelStyle(record.part).name} after ${count(record.iterations.at(-1) ?? 0)} iterations: train ` +
          `${percent(accuracyOf(record, "train"))}, test ${percent(accuracyOf(record, "test"))}.`,
      )
      .join(" ");
  const alt = options.alt ?? `Line chart of training and test accuracy over ${count(last)} iterations. ${caption}`;
  if (detail === false) return panels([full], { title, caption, alt });
  const inside = lines
    .filter((line) => (Array.from(line.y).at(-1) ?? 0) >= detail[0])
    .map((line) => ({ ...line, width: 1.5 }));
  // A run under way has its second panel from the start: its curves will get there, and a live view must not jump.
  const under = records.some(({ final }) => final === undefined);
  if (inside.length === 0 && !under) return panels([full], { title, caption, alt });
  const zoomed = curves(inside, {
    ...shared,
    horizontal: baseline.filter(({ value }) => value >= detail[0]),
    title: `The same, from ${percent(detail[0], 0)} up`,
    yRange: detail,
    yFormat: detail[1] - detail[0] > 0.05 ? ".0%" : ".1%",
    height: 230,
  });
  return panels([full, zoomed], { title, caption, alt });
}
