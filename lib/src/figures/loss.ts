import { count } from "../base/text";
import { itemAt } from "../base/item-at";
import { curves, type Curve } from "./curves";
import type { Figure, Words } from "./figure";
import { recordsOf, type Runs } from "./runs";
import { modelStyle } from "./theme";

export interface LossOptions extends Partial<Words> {
  /** A loss that no network is needed for: that of a constant prediction. */
  readonly baseline?: { readonly value: number; readonly label: string };
  readonly yRange?: readonly [number, number];
}

const floor = 1e-5;

/**
 * Mean cross-entropy of training (dotted) and test (solid) over the iterations, on a logarithmic axis: a test loss that
 * turns up while the training loss falls is overfitting that accuracy does not show.
 *
 * @param runs a run, its record, or several
 * @example
 * show(figures.loss(run));
 */
export function loss(runs: Runs, options: LossOptions = {}): Figure {
  const records = recordsOf(runs);
  const lines: Curve[] = records.flatMap((record) => {
    const { name, color } = modelStyle(record.part);
    const prefix = records.length > 1 ? `${name} ` : "";
    // A loss of exactly 0 has no place on a logarithmic axis.
    const positive = (values: readonly number[]) => values.map((value) => (value === 0 ? floor : value));
    return [
      {
        name: `${prefix}train`,
        x: record.iterations,
        y: positive(record.trainLoss),
        color,
        dash: "dot" as const,
        width: 1.5,
        label: `${prefix}train ${short(record.trainLoss.at(-1))}`,
      },
      {
        name: `${prefix}test`,
        x: record.iterations,
        y: positive(record.testLoss),
        color,
        width: 2,
        label: `<b>${prefix}test ${short(record.testLoss.at(-1))}</b>`,
      },
    ];
  });
  const last = Math.max(1, ...records.map((record) => record.config.iterations));
  const caption =
    options.caption ??
    records
      .map(
        (record) =>
          `${modelStyle(record.part).name} at the end: train ${short(record.trainLoss.at(-1))}, test ${short(record.testLoss.at(-1))}; lowest test loss ${lowest(record.testLoss, record.iterations)}.`,
      )
      .join(" ");
  return curves(lines, {
    title: options.title ?? `Cross-entropy: ${records.map((record) => modelStyle(record.part).name).join(", ")}`,
    caption,
    alt:
      options.alt ??
      `Line chart of training and test loss over ${count(last)} iterations, logarithmic axis. ${caption}`,
    x: "iteration",
    y: "mean cross-entropy",
    xRange: [0, last],
    yRange: options.yRange,
    log: "y",
    height: 280,
    horizontal: options.baseline ? [options.baseline] : [],
  });
}

const short = (value: number | undefined): string =>
  value === undefined ? "?" : value.toPrecision(2).replace(/e-0*/, " · 10^-");

function lowest(values: readonly number[], iterations: readonly number[]): string {
  if (values.length === 0) return "?";
  const at = values.indexOf(Math.min(...values));
  return `${short(values[at])} at iteration ${count(itemAt(iterations, at))}`;
}
