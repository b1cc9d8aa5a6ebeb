import { itemAt } from "../base/item-at";
import { statistic } from "../base/statistics";
import { count } from "../base/text";
import { type Curve, type CurveOptions, curves } from "./curves";
import type { Figure, Words } from "./figure";
import { percent } from "./numbers";
import { panels } from "./panels";
import { accuracyOf, byPart, meanCurve, type RunLike, recordsOf, seedsText, smoothed } from "./runs";

/** What `comparison` takes besides the runs. */
export interface ComparisonOptions extends Partial<Words> {
  /** Range of the lower panel; default [0.96, 1]. A panel that no model reaches is left out. */
  readonly detail?: readonly [number, number];
  /** More runs of the same models. */
  readonly spread?: readonly RunLike[];
}

/**
 * Training (dotted) and test (solid) accuracy of several models over the iterations, in one pair of axes; the range
 * `detail` enlarged below. Lines are means over the seeds, bands go from the lowest to the highest seed. In the lower
 * panel each point is the mean of the last ten evaluations.
 *
 * @param runs All runs of all models; each run counts once.
 * @example
 * show(figures.comparison(runs));
 */
export function comparison(runs: readonly RunLike[], options: ComparisonOptions = {}): Figure {
  const given = recordsOf([...runs, ...(options.spread ?? [])]);
  const records = given.filter(
    ({ part, seed }, i) => given.findIndex((one) => one.part === part && one.seed === seed) === i,
  );
  const models = byPart(records);
  const last = Math.max(1, ...records.map((record) => record.config.iterations));
  const detail = options.detail ?? [0.96, 1];
  const full: Curve[] = [];
  const fine: Curve[] = [];
  const bands: NonNullable<CurveOptions["bands"]>[number][] = [];
  for (const { style, records: own } of models) {
    const { name, color, symbol } = style;
    const [train, test] = [
      meanCurve(own, (record) => record.trainAccuracy),
      meanCurve(own, (record) => record.testAccuracy),
    ];
    const [dotted, solid] = [
      { color, symbol, dash: "dot", width: 1.5 },
      { color, symbol, width: 2 },
    ] as const;
    full.push({ name: `${name} train`, x: train.x, y: train.mean, color, dash: "dot", width: 1.5, label: "" });
    full.push({ name: `${name} test`, x: test.x, y: test.mean, ...solid, label: `<b>${name}</b>` });
    if (Math.max(...test.mean, ...train.mean) < detail[0]) continue;
    const [smoothTrain, smoothTest] = [
      meanCurve(own, (record) => smoothed(record.trainAccuracy)),
      meanCurve(own, (record) => smoothed(record.testAccuracy)),
    ];
    fine.push({ name: `${name} train`, x: train.x, y: smoothTrain.mean, ...dotted, label: `${name} train` });
    fine.push({ name: `${name} test`, x: test.x, y: smoothTest.mean, ...solid, label: `<b>${name} test</b>` });
    if (own.length > 1) bands.push({ x: test.x, color, low: smoothTest.low, high: smoothTest.high });
  }
  const several = models.some(({ records: own }) => own.length > 1);
  const over = several ? `, mean over ${seedsText(models)}, ± standard deviation: ` : ` (${seedsText(models)}): `;
  const sentences = models.map(({ style, records: own }) => {
    const train = statistic(own.map((record) => accuracyOf(record, "train")));
    return `${style.name} ${percent(train.mean)} / ${meanText(own.map((record) => accuracyOf(record, "test")))}`;
  });
  const lines = several ? "Lines: mean over the seeds; bands: from the lowest to the highest. " : "";
  const caption =
    options.caption ??
    `Train / test accuracy on all images after the last iteration${over}${sentences.join("; ")}. ${lines}Solid: ` +
      "test, dotted: train.";
  const shared = { x: "iteration", y: "accuracy", xRange: [0, last] as const };
  const upper = curves(full, { ...shared, title: "", yRange: [0, 1], yFormat: ".0%", height: 260 });
  const lower = {
    ...shared,
    title: `From ${percent(detail[0], 0)} up (means of ten evaluations)`,
    yRange: detail,
    yFormat: ".1%",
    height: 320,
    bands,
  };
  return panels(fine.length > 0 ? [upper, curves(fine, lower)] : [upper], {
    title: options.title ?? "Accuracy of the models",
    caption,
    alt:
      options.alt ??
      `Line chart of training and test accuracy of ${models.map(({ style }) => style.name).join(", ")} over ` +
        `${count(last)} iterations. ${caption}`,
  });
}

function meanText(values: readonly number[]): string {
  const { mean, sd } = statistic(values);
  return values.length > 1 ? `${percent(mean)} ± ${(sd * 100).toFixed(2)}` : percent(itemAt(values, 0));
}
