import { statSync } from "node:fs";
import { dirname, join } from "node:path";
import { count, percent, roughDuration } from "../../src/base/text";
import type { RunRecord } from "../../src/runs/record";
import { readLive } from "../../src/runs/record-file";

/** Which `live.json` to read. */
export interface LiveQuery {
  readonly part: string;
  /** `"full-s1"`: another seed of the part may be training at the same time. */
  readonly run: string;
  /** Milliseconds since 1970; an older file belongs to an earlier run. */
  readonly since: number;
  readonly status?: RunRecord["status"];
}

/** What a part's training says in its `live.json`; undefined where it has not written one since then. */
export function liveRecord(runs: string, { part, run, since, status = "running" }: LiveQuery): RunRecord | undefined {
  const file = join(runs, part, run, "live.json");
  if ((statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0) < since) return undefined;
  const record = readLive(dirname(file));
  return record?.status === status ? record : undefined;
}

/** Where a notebook stands: `"cell 6/14, iteration 12,400 of 20,000 (62 %), about 3 min left, test 97.9 %"`. */
export function describeProgress(cell: number, cells: number, live: RunRecord | undefined): string {
  const words = [`cell ${cell}/${cells}`];
  if (live) {
    const { iteration, iterations, etaSeconds } = live.progress;
    words.push(
      `iteration ${count(iteration)} of ${count(iterations)} (${Math.floor((100 * iteration) / iterations)} %)`,
    );
    if (iteration > 0 && Number.isFinite(etaSeconds)) words.push(`about ${roughDuration(etaSeconds)} left`);
    const test = live.testAccuracy.at(-1);
    if (test !== undefined) words.push(`test ${percent(test, 1)}`);
  }
  return words.join(", ");
}
