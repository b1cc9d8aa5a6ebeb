import { count } from "../base/text";
import { statistic } from "../base/statistics";
import { itemAt } from "../base/item-at";
import { curves, type Curve, type CurveOptions } from "./curves";
import type { Figure, Words } from "./figure";
import { percent } from "./numbers";
import { panels } from "./panels";
import { accuracyOf, byPart, recordsOf, smoothed, type RunLike } from "./runs";

export interface ComparisonOptions extends Partial<Words> {
  /** Range of the lower panel; default [0.96, 1]. */
  readonly detail?: readonly [number, number];
  /**
   * Runs of other seeds: each model gets a band from the lowest to the highest test accuracy, and a mean in the
   * caption.
   */
  readonly spread?: readonly RunLike[];
}

/**
 * Training (dotted) and test (solid) accuracy of several models over the iterations, in one pair of axes; the last per
 * cents below, where thick lines are the mean of the last ten evaluations and thin ones are single evaluations.
 *
 * @param runs one run per model
 * @example
 * show(figures.comparison(runs, { spread: otherSeeds }));
 */
export function comparison(runs: readonly RunLike[], options: ComparisonOptions = {}): Figure {
  const records = recordsOf(runs);
  const models = byPart(records);
  const spread = recordsOf(options.spread ?? []).filter(
    (record) => !records.some(({ part, seed }) => part === record.part && seed === record.seed),
  ); // each run counts once, also when read twice
  const last = Math.max(1, ...records.map((record) => record.config.iterations));
  const detail = options.detail ?? [0.96, 1];
  const full: Curve[] = [];
  const fine: Curve[] = [];
  const bands: NonNullable<CurveOptions["bands"]>[number][] = [];
  const sentences: string[] = [];
  for (const { style, records: own } of models) {
    const record = itemAt(own, 0);
    const { iterations: x, trainAccuracy, testAccuracy } = record;
    const { name, color } = style;
    const [train, test] = [accuracyOf(record, "train"), accuracyOf(record, "test")];
    full.push({ name: `${name} train`, x, y: trainAccuracy, color, dash: "dot", width: 1.5, label: "" });
    full.push({ name: `${name} test`, x, y: testAccuracy, color, label: `<b>${name}</b> ${percent(test, 1)}` });
    if (Math.max(...testAccuracy, ...trainAccuracy) >= detail[0]) {
      fine.push({ name: `${name} test, single`, x, y: testAccuracy, color, width: 0.75, opacity: 0.35, label: "" });
      fine.push({
        name: `${name} train`,
        x,
        y: smoothed(trainAccuracy),
        color,
        dash: "dot",
        width: 2,
        label: `${name} train`,
      });
      fine.push({
        name: `${name} test`,
        x,
        y: smoothed(testAccuracy),
        color,
        width: 2.5,
        label: `<b>${name} test</b>`,
      });
    }
    const seeds = [
      record,
      ...spread.filter((other) => other.part === record.part && other.iterations.length === x.length),
    ];
    if (seeds.length > 1) bands.push({ x, color, ...envelope(seeds.map((seed) => smoothed(seed.testAccuracy))) });
    sentences.push(
      `${name} ${percent(train)} / ${seeds.length > 1 ? meanText(seeds.map((seed) => accuracyOf(seed, "test"))) : percent(test)}`,
    );
  }
  const seeds = bands.length > 0 ? ", mean ± standard deviation over seeds; bands span the seeds" : "";
  const caption =
    options.caption ??
    `Train / test accuracy after the last iteration${seeds}: ${sentences.join("; ")}. Solid: test, dotted: train.`;
  const shared = { x: "iteration", y: "accuracy", xRange: [0, last] as const };
  return panels(
    [
      curves(full, { ...shared, title: "", yRange: [0, 1], yFormat: ".0%", height: 260 }),
      curves(fine, {
        ...shared,
        title: `From ${percent(detail[0], 0)} up (thick: mean of ten evaluations)`,
        yRange: detail,
        yFormat: ".1%",
        height: 320,
        bands,
      }),
    ],
    {
      title: options.title ?? "Accuracy of the models",
      caption,
      alt:
        options.alt ??
        `Line chart of training and test accuracy of ${models.map(({ style }) => style.name).join(", ")} over ${count(last)} iterations. ${caption}`,
    },
  );
}

function envelope(lists: readonly (readonly number[])[]): { low: number[]; high: number[] } {
  const columns = itemAt(lists, 0).map((_, i) => lists.map((list) => itemAt(list, i)));
  return { low: columns.map((values) => Math.min(...values)), high: columns.map((values) => Math.max(...values)) };
}

function meanText(values: readonly number[]): string {
  const { mean, sd } = statistic(values);
  return `${percent(mean)} ± ${(sd * 100).toFixed(2)}`;
}
