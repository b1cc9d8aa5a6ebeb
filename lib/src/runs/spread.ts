import { type Statistic, statistic } from "../base/statistics";
import { finalOf } from "./measures";
import type { RunRecord } from "./record";

/** Several runs of one part with the same settings: means, and how far the runs differ. */
export interface Spread {
  readonly part: string;
  readonly profile: "full" | "quick";
  readonly overrides: Readonly<Record<string, number | string>>;
  /** Number of runs. */
  readonly n: number;
  /** Their seeds, ascending. */
  readonly seeds: readonly number[];
  /** Accuracy on all test examples after the last iteration, in [0, 1]. */
  readonly test: Statistic;
  /** Accuracy on the training examples (a quick run: the first 5,000) after the last iteration, in [0, 1]. */
  readonly train: Statistic;
  /** Train minus test accuracy of the same run. */
  readonly gap: Statistic;
  /** Mean recall over the classes, on the test examples. */
  readonly balancedAccuracy: Statistic;
  /** Minutes of training and evaluation. */
  readonly minutes: Statistic;
}

/**
 * Summarizes finished records: one `Spread` per part and setting, in the order in which they first appear.
 *
 * @param records Finished records, as `readRecords` returns them.
 * @returns Means and scatter of accuracies in [0, 1] and of minutes, per part and setting.
 * @throws When a seed occurs twice within a part and setting, a record is unfinished, or full and quick runs are mixed:
 *   each would give a wrong scatter.
 * @example
 * const full = await readRecords({ profile: "full" });
 * for (const { part, n, test } of spread(full)) console.log(part, n, test.mean, test.sd);
 */
export function spread(records: readonly RunRecord[]): Spread[] {
  const groups = new Map<string, RunRecord[]>();
  for (const record of records) {
    const key = `${record.part} ${JSON.stringify(Object.entries(record.overrides).sort())}`;
    const group = groups.get(key);
    if (group) group.push(record);
    else groups.set(key, [record]);
  }
  const profiles = [...new Set(records.map((record) => record.profile))];
  if (profiles.length > 1)
    throw new Error("Expected records of one profile but found full and quick runs: choose one of the two.");
  return [...groups.values()].map(summarize);
}

function summarize(records: readonly RunRecord[]): Spread {
  const [{ part, profile, overrides }] = records as [RunRecord];
  const seeds = records.map((record) => record.seed).sort((a, b) => a - b);
  const twice = seeds.find((seed, i) => seed === seeds[i + 1]);
  if (twice !== undefined)
    throw new Error(
      `Expected each seed once but found seed ${twice} twice (${part}): leave one of the two records out.`,
    );
  const over = (figure: (record: RunRecord, final: NonNullable<RunRecord["final"]>) => number) =>
    statistic(records.map((record) => figure(record, finalOf(record))));
  return {
    part,
    profile,
    overrides,
    n: records.length,
    seeds,
    test: over((_, { test }) => test.accuracy),
    train: over((_, { train }) => train.accuracy),
    gap: over((_, { train, test }) => train.accuracy - test.accuracy),
    balancedAccuracy: over((_, { test }) => test.balancedAccuracy),
    minutes: over(({ minutes }) => minutes.training + minutes.evaluation),
  };
}
