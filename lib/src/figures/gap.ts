import { itemAt } from "../base/item-at";
import { statistic } from "../base/statistics";
import { points } from "../base/text";
import type { RunRecord } from "../runs/record";
import { type Curve, curves } from "./curves";
import type { Figure, Words } from "./figure";
import { accuracyOf, byPart, meanCurve, type Runs, recordsOf, seedsText, smoothed } from "./runs";

/**
 * Training minus test accuracy over the iterations, in percentage points: a gap that grows is overfitting. Each point
 * is the mean of the last ten evaluations. Lines are means over the seeds; bands go from the lowest to the highest.
 *
 * @param runs A run, its record, or several; several seeds of one model make one line.
 * @example
 * show(figures.gap(runs));
 */
export function gap(runs: Runs, words: Partial<Words> = {}): Figure {
  const records = recordsOf(runs);
  const models = byPart(records);
  const drawn = models.map(({ style, records: own }) => ({ style, own, ...meanCurve(own, smoothedGap) }));
  const lines: Curve[] = drawn.map(({ style: { name, color, symbol }, x, mean }) => ({
    name,
    x,
    y: mean,
    color,
    symbol,
    width: 2.5,
    label: `<b>${name}</b>`,
  }));
  const several = drawn.some(({ own }) => own.length > 1);
  const finals = models.map(
    ({ style, records: own }) => `${style.name} ${points(statistic(own.map(final)).mean / 100)}`,
  );
  const over = several ? `, mean over ${seedsText(models)}` : "";
  const caption =
    words.caption ??
    `Gap after the last iteration, on all images${over}: ${finals.join(", ")}.` +
      (several ? " Bands: from the lowest to the highest seed." : "");
  const values = drawn.flatMap(({ low, high }) => [...low, ...high]);
  return curves(lines, {
    title: words.title ?? "Gap between training and test accuracy",
    caption,
    alt: words.alt ?? `Line chart of the gap between training and test accuracy over the iterations. ${caption}`,
    x: "iteration",
    y: "percentage points",
    xRange: [0, Math.max(1, ...records.map((record) => record.config.iterations))],
    yRange: [Math.min(-0.5, ...values), Math.max(1, ...values) + 0.3],
    height: 280,
    horizontal: [{ value: 0, label: "" }],
    bands: drawn
      .filter(({ own }) => own.length > 1)
      .map(({ style: { color }, x, low, high }) => ({ x, low, high, color })),
  });
}

const smoothedGap = ({ trainAccuracy, testAccuracy }: RunRecord): number[] =>
  smoothed(trainAccuracy.map((train, i) => (train - itemAt(testAccuracy, i)) * 100));

const final = (record: RunRecord): number => (accuracyOf(record, "train") - accuracyOf(record, "test")) * 100;
