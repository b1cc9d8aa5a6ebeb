import { itemAt } from "../base/item-at";
import { sum } from "../base/statistics";
import { calibration as measured } from "../runs/calibration";
import { curves } from "./curves";
import type { Figure, Words } from "./figure";
import { byPart, type Runs, recordsOf, seedsText } from "./runs";
import { colors } from "./theme";

/** What `calibration` takes besides the records. */
export interface CalibrationOptions extends Partial<Words> {
  /** Labels of the test examples, in the data's order. */
  readonly labels: ArrayLike<number>;
  /** Number of intervals of equal width from certainty 0 to 1; default 10. */
  readonly bins?: number;
}

/** With fewer answers than this, a share says nothing. */
const fewest = 30;

/**
 * A reliability diagram (C. Guo et al., "On calibration of modern neural networks", 2017): how often answers of one
 * certainty are right. A model on the diagonal is as sure as it should be; below the diagonal it is too sure. The
 * answers of all seeds of a model are taken together; intervals with fewer than 30 answers are left out.
 *
 * @param runs Finished runs.
 * @throws When a run has not finished, or has another number of test examples than `labels`.
 * @example
 * show(figures.calibration(runs, { labels: mnist.test.labels }));
 */
export function calibration(runs: Runs, { labels, bins: count = 10, ...words }: CalibrationOptions): Figure {
  const models = byPart(recordsOf(runs));
  const lines = models.map(({ style: { name, color, symbol }, records }) => {
    const all = records.map((record) => measured(record, { labels, bins: count }).bins);
    const pooled = Array.from({ length: count }, (_, k) => {
      const filled = all.flatMap((bins) => bins.slice(k, k + 1)).filter(({ size }) => size > 0);
      const size = sum(filled.map((bin) => bin.size));
      const over = (value: (bin: (typeof filled)[number]) => number) =>
        sum(filled.map((bin) => bin.size * value(bin))) / size;
      return { size, certainty: over(({ certainty }) => certainty), accuracy: over(({ accuracy }) => accuracy) };
    });
    const shown = pooled.filter(({ size }) => size >= fewest);
    return {
      name,
      color,
      symbol,
      x: shown.map(({ certainty }) => certainty),
      y: shown.map(({ accuracy }) => accuracy),
      label: "",
    };
  });
  const caption =
    words.caption ??
    `Answers of ${seedsText(models)}, in ${count} intervals of certainty; those with fewer than ${fewest} ` +
      "answers are left out. Below the dashed line a model is surer than it is right.";
  const pairs = (x: readonly number[], y: readonly number[]) =>
    x.map((certainty, i) => `${certainty.toFixed(2)} certain, ${itemAt(y, i).toFixed(2)} right`).join("; ");
  const drawn = curves(lines, {
    title: words.title ?? "Certainty against accuracy on the test images",
    caption,
    alt:
      words.alt ??
      `Reliability diagram. ${caption} ${lines.map(({ name, x, y }) => `${name}: ${pairs(x, y)}.`).join(" ")}`,
    x: "mean certainty of the answers",
    y: "share that is right",
    xRange: [0, 1.02],
    yRange: [0, 1.02],
    height: 320,
    legend: true,
  });
  const diagonal = { type: "line", xref: "x", yref: "y", x0: 0, y0: 0, x1: 1, y1: 1, layer: "below" };
  const { layout } = drawn;
  return {
    data: drawn.data,
    layout: {
      ...layout,
      shapes: [...layout.shapes, { ...diagonal, line: { color: colors.grey, width: 1, dash: "dash" } }],
    },
  };
}
