import { itemAt } from "../base/item-at";
import { sum } from "../base/statistics";
import { rightOnes } from "./compare";
import { finalOf } from "./measures";
import type { RunRecord } from "./record";

/** The answers of a model whose certainty is in one interval, from `low` to `high`. */
export interface CalibrationBin {
  readonly low: number;
  readonly high: number;
  /** How many answers; the two means are NaN where there is none. */
  readonly size: number;
  /** Mean certainty: the probability of the class that was answered. */
  readonly certainty: number;
  /** The share of them that is right. */
  readonly accuracy: number;
}

/** Whether a model's certainty can be believed. */
export interface Calibration {
  readonly bins: readonly CalibrationBin[];
  /**
   * Expected calibration error: the mean distance between certainty and accuracy over the bins, each weighted with its
   * size (C. Guo et al., "On calibration of modern neural networks", 2017), in [0, 1].
   */
  readonly ece: number;
  readonly errors: number;
  /** Errors of which the model was more than 99 % certain. */
  readonly certainErrors: number;
}

/**
 * Compares how certain a model is of its answers with how often they are right, on the test examples.
 *
 * @param record A finished run.
 * @param options `labels` of the test examples in the data's order; `bins`, the number of intervals, default 15.
 * @returns The bins from certainty 0 to 1, the expected calibration error, and numbers of errors.
 * @throws When the run has not finished, or has another number of test examples than `labels`.
 * @example
 * const mnist = await loadMnist();
 * const run = await readRecord({ part: "h6-1b", profile: "full", seed: 1 });
 * const { ece, certainErrors } = calibration(run, { labels: mnist.test.labels });
 */
export function calibration(
  record: RunRecord,
  { labels, bins: count = 15 }: { readonly labels: ArrayLike<number>; readonly bins?: number },
): Calibration {
  const right = rightOnes(record, labels);
  const { probability } = finalOf(record).predictions;
  const answers = probability.map((certainty, i) => ({
    certainty,
    isRight: itemAt(right, i),
    bin: Math.min(count - 1, Math.floor(certainty * count)),
  }));
  const bins = Array.from({ length: count }, (_, k) => {
    const own = answers.filter(({ bin }) => bin === k);
    return {
      low: k / count,
      high: (k + 1) / count,
      size: own.length,
      certainty: sum(own.map(({ certainty }) => certainty)) / own.length,
      accuracy: own.filter(({ isRight }) => isRight).length / own.length,
    };
  });
  const filled = bins.filter(({ size }) => size > 0);
  return {
    bins,
    ece: sum(filled.map(({ size, certainty, accuracy }) => size * Math.abs(certainty - accuracy))) / right.length,
    errors: answers.filter(({ isRight }) => !isRight).length,
    certainErrors: answers.filter(({ isRight, certainty }) => !isRight && certainty > 0.99).length,
  };
}
