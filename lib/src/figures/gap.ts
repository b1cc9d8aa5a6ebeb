import { itemAt } from "../base/item-at";
import { curves, type Curve } from "./curves";
import type { Figure, Words } from "./figure";
import { signed } from "./numbers";
import { accuracyOf, recordsOf, smoothed, type Runs } from "./runs";
import { modelStyle } from "./theme";

/**
 * Training minus test accuracy over the iterations, in percentage points (mean of the last ten evaluations): what grows
 * here is overfitting.
 *
 * @param runs a run, its record, or several
 * @example
 * show(figures.gap(runs));
 */
export function gap(runs: Runs, words: Partial<Words> = {}): Figure {
  const records = recordsOf(runs);
  const lines: Curve[] = records.flatMap((record) => {
    const { name, color } = modelStyle(record.part);
    const single = record.trainAccuracy.map((train, i) => (train - itemAt(record.testAccuracy, i)) * 100);
    return [
      { name: `${name}, single`, x: record.iterations, y: single, color, width: 0.75, opacity: 0.3, label: "" },
      {
        name,
        x: record.iterations,
        y: smoothed(single),
        color,
        width: 2.5,
        label: `<b>${name}</b> ${signed(final(record))}`,
      },
    ];
  });
  const values = lines.filter((line) => line.width === 2.5).flatMap((line) => Array.from(line.y));
  const caption =
    words.caption ??
    `After the last iteration: ${records.map((record) => `${modelStyle(record.part).name} ${signed(final(record))}`).join(", ")} percentage points. Thin: single evaluations.`;
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
  });
}

const final = (record: Parameters<typeof accuracyOf>[0]): number =>
  (accuracyOf(record, "train") - accuracyOf(record, "test")) * 100;
