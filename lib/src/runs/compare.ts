import { holm, mcnemar, type TTest, welch } from "../base/inference";
import { itemAt } from "../base/item-at";
import { type Measure, measures } from "./measures";
import type { RunRecord } from "./record";
import { runsOf } from "./runs-of";

/** How two networks with the same seed differ on the test images. */
export interface SeedComparison {
  readonly seed: number;
  /** Test examples that only the first network gets right. */
  readonly onlyOne: number;
  readonly onlyOther: number;
  /** McNemar's exact test, two-sided. */
  readonly p: number;
  /** The same, after Holm's correction over all pairs of models within this seed. */
  readonly holm: number;
}

/** Two models over their seeds. */
export interface ModelComparison extends TTest {
  /** What the first model is called: "h6-1d", or "h6-1d:dropout". */
  readonly one: string;
  readonly other: string;
  readonly measure: Measure;
  /** Numbers of runs. */
  readonly runs: readonly [number, number];
  /** `p` after Holm's correction over all pairs of models. */
  readonly holm: number;
  /** Whether `holm` is below 0.05. A difference that is not shown may still exist. */
  readonly shown: boolean;
  /** The seeds that both models have. */
  readonly seeds: readonly SeedComparison[];
}

/** How models are compared. */
export interface CompareOptions {
  /** "test": accuracy on the test examples; "testLoss"; "gap": training minus test accuracy. Default "test". */
  readonly measure?: Measure | undefined;
  /** Labels of the test examples, for McNemar's test within each seed; without them there is none. */
  readonly labels?: ArrayLike<number> | undefined;
}

/** A p-value below this, after Holm's correction, counts as shown. */
export const level = 0.05;

/**
 * Compares models: Welch's t-test over the seeds (would other seeds give the same order?), and McNemar's exact test on
 * the test examples within each seed (do these two networks differ?). Holm's correction is over all given pairs. The
 * sources of these tests stand in `lib/src/base/inference.ts`.
 *
 * @param records Finished runs of the models, all seeds.
 * @param pairs First and second model of each comparison; differences are first minus second.
 * @returns One comparison per pair. A pair of which one model has no run is left out. With a single run of a model
 *   there is a difference, but no p-value.
 * @throws When a run has not finished, or has another number of test examples than `labels`.
 * @example
 * const all = await readRecords({ profile: "full" });
 * const [c] = compareModels(all, [["h6-1d", "h6-1b"]]);
 * const { difference, low, high } = c; // the CNN's mean test accuracy minus the MLP's, and its interval
 */
export function compareModels(
  records: readonly RunRecord[],
  pairs: readonly (readonly [one: string, other: string])[],
  { measure = "test", labels }: CompareOptions = {},
): ModelComparison[] {
  const found = pairs
    .map(([one, other]) => ({ one, other, a: runsOf(records, one), b: runsOf(records, other) }))
    .filter(({ a, b }) => a.length > 0 && b.length > 0);
  const tests = found.map(({ a, b }) => welch(a.map(measures[measure]), b.map(measures[measure])));
  const corrected = holm(tests.map(({ p }) => p));
  const within = labels ? correctedBySeed(found.map(({ a, b }) => bySeed(a, b, labels))) : found.map(() => []);
  return found.map(({ one, other, a, b }, i) => ({
    ...itemAt(tests, i),
    one,
    other,
    measure,
    runs: [a.length, b.length],
    holm: itemAt(corrected, i),
    shown: itemAt(corrected, i) < level,
    seeds: itemAt(within, i),
  }));
}

type Uncorrected = Omit<SeedComparison, "holm">;

function bySeed(ones: readonly RunRecord[], others: readonly RunRecord[], labels: ArrayLike<number>): Uncorrected[] {
  return ones.flatMap((one) => {
    const other = others.find(({ seed }) => seed === one.seed);
    if (!other) return [];
    const [a, b] = [rightOnes(one, labels), rightOnes(other, labels)];
    const onlyOne = a.filter((right, i) => right && !b[i]).length;
    const onlyOther = b.filter((right, i) => right && !a[i]).length;
    return [{ seed: one.seed, onlyOne, onlyOther, p: mcnemar(onlyOne, onlyOther) }];
  });
}

function correctedBySeed(pairs: readonly (readonly Uncorrected[])[]): SeedComparison[][] {
  const seeds = [...new Set(pairs.flat().map(({ seed }) => seed))];
  const corrected = new Map(
    seeds.flatMap((seed) => {
      const own = pairs.flat().filter((one) => one.seed === seed);
      return holm(own.map(({ p }) => p)).map((p, i) => [itemAt(own, i), p] as const);
    }),
  );
  return pairs.map((pair) => pair.map((one) => ({ ...one, holm: corrected.get(one)! })));
}

/**
 * Which test examples a finished run gets right, `[n]`.
 *
 * @param labels Labels of the test examples in the data's order.
 * @throws When there is not one prediction for each label.
 */
export function rightOnes({ part, final }: RunRecord, labels: ArrayLike<number>): boolean[] {
  const { label = [] } = final?.predictions ?? {};
  if (label.length !== labels.length)
    throw new Error(
      `Expected a prediction for each of ${labels.length} labels but found ${label.length} (${part}): pass the ` +
        "labels of the data that the run was tested on.",
    );
  return label.map((prediction, i) => prediction === labels[i]);
}
