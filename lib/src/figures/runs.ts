import { itemAt } from "../base/item-at";
import { sum } from "../base/statistics";
import type { RunRecord } from "../runs/record";
import { modelId } from "../runs/runs-of";
import { type ModelStyle, modelStyle } from "./theme";

/** A run as `train` returns it, or its record. */
export type RunLike = RunRecord | { readonly record: RunRecord };

/** One run or several. */
export type Runs = RunLike | readonly RunLike[];

/** The records of one run or several, in the order in which they are given. */
export const recordsOf = (runs: Runs): RunRecord[] =>
  (Array.isArray(runs) ? runs : [runs]).map((run: RunLike) => ("record" in run ? run.record : run));

/**
 * The accuracy to report: of the whole split after the last iteration, or, of a run under way, the last point of the
 * curve.
 */
export function accuracyOf(record: RunRecord, split: "train" | "test"): number {
  return (
    record.final?.[split].accuracy ?? (split === "train" ? record.trainAccuracy : record.testAccuracy).at(-1) ?? NaN
  );
}

/** Mean of the last `width` values up to each point, which takes the noise out of a curve. */
export function smoothed(values: readonly number[], width = 10): number[] {
  return values.map((_, i) => {
    const recent = values.slice(Math.max(0, i - width + 1), i + 1);
    return recent.reduce((sum, value) => sum + value, 0) / recent.length;
  });
}

/** The runs of one model: all its seeds. */
export interface ModelRuns {
  readonly style: ModelStyle;
  readonly records: readonly RunRecord[];
}

/** Records by model, that is by part and variant, in the order in which they first come. */
export function byPart(records: readonly RunRecord[]): ModelRuns[] {
  const ids = [...new Set(records.map(modelId))];
  return ids.map((id) => ({ style: modelStyle(id), records: records.filter((record) => modelId(record) === id) }));
}

/** The curves that a run's record holds, beside its iterations. */
export type CurveName = "trainLoss" | "testLoss" | "trainAccuracy" | "testAccuracy";

/** A curve over several seeds: mean, lowest and highest at each iteration. */
export interface MeanCurve {
  readonly x: readonly number[];
  readonly mean: readonly number[];
  readonly low: readonly number[];
  readonly high: readonly number[];
}

/**
 * The curves of several runs as one, as far as the shortest of them goes.
 *
 * @param records At least one; all were evaluated at the same iterations.
 */
export function meanCurve(records: readonly RunRecord[], values: (record: RunRecord) => readonly number[]): MeanCurve {
  const curves = records.map(values);
  const length = Math.min(...curves.map((curve) => curve.length));
  const columns = Array.from({ length }, (_, i) => curves.map((curve) => itemAt(curve, i)));
  return {
    x: itemAt(records, 0).iterations.slice(0, length),
    mean: columns.map((column) => sum(column) / column.length),
    low: columns.map((column) => Math.min(...column)),
    high: columns.map((column) => Math.max(...column)),
  };
}

/**
 * The seeds of the model that has the fewest, in words: "seed 1", "seeds 1 to 3", or "3 seeds" where they do not follow
 * each other. "3 seeds or more" where another model has more.
 */
export function seedsText(models: readonly ModelRuns[]): string {
  const [fewest] = models
    .map(({ records }) => records.map(({ seed }) => seed).sort((a, b) => a - b))
    .sort((a, b) => a.length - b.length);
  if (!fewest?.length) return "no seed";
  const [first, last] = [itemAt(fewest, 0), itemAt(fewest, -1)];
  if (models.some(({ records }) => records.length !== fewest.length)) return `${fewest.length} seeds or more`;
  if (fewest.length === 1) return `seed ${first}`;
  return last - first === fewest.length - 1 ? `seeds ${first} to ${last}` : `${fewest.length} seeds`;
}
