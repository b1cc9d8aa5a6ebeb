import type { RunRecord } from "../runs/record";
import { modelStyle, type ModelStyle } from "./theme";

/** A run as `train` returns it, or its record. */
export type RunLike = RunRecord | { readonly record: RunRecord };

/** One run or several. */
export type Runs = RunLike | readonly RunLike[];

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

/** Mean of the last `width` values up to each point: what a curve does apart from its noise. */
export function smoothed(values: readonly number[], width = 10): number[] {
  return values.map((_, i) => {
    const recent = values.slice(Math.max(0, i - width + 1), i + 1);
    return recent.reduce((sum, value) => sum + value, 0) / recent.length;
  });
}

/** Records by part, in the order in which the parts first come. */
export function byPart(
  records: readonly RunRecord[],
): { readonly style: ModelStyle; readonly records: readonly RunRecord[] }[] {
  const parts = [...new Set(records.map((record) => record.part))];
  return parts.map((part) => ({ style: modelStyle(part), records: records.filter((record) => record.part === part) }));
}
