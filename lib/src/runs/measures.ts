import { itemAt } from "../base/item-at";
import type { RunRecord } from "./record";

/** What models are compared by. */
export type Measure = "test" | "testLoss" | "gap";

/** Each measure of a finished run, on all its examples after the last iteration; accuracies in [0, 1]. */
export const measures: Readonly<Record<Measure, (record: RunRecord) => number>> = {
  test: (record) => finalOf(record).test.accuracy,
  testLoss: (record) => finalOf(record).test.loss,
  gap: (record) => finalOf(record).train.accuracy - finalOf(record).test.accuracy,
};

/**
 * A finished record's final evaluation.
 *
 * @throws When the run has not finished.
 */
export function finalOf(record: RunRecord): NonNullable<RunRecord["final"]> {
  if (record.final) return record.final;
  throw new Error(
    `Expected a finished record but found one that is ${record.status} (${record.part}, seed ${record.seed}): ` +
      "run the part to its end.",
  );
}

/**
 * The share of wrong answers on the test set divided by that on the training set. It is 1 where a network has learned
 * nothing by heart.
 *
 * @param record A finished run.
 * @throws When the run has not finished.
 * @example
 * errorRatio(await readRecord({ part: "h6-1b", profile: "full", seed: 1 }));
 */
export function errorRatio(record: RunRecord): number {
  const { train, test } = finalOf(record);
  return (1 - test.accuracy) / (1 - train.accuracy);
}

/** The index at which a curve of losses is lowest. */
export const lowestAt = (losses: readonly number[]): number => losses.indexOf(Math.min(...losses));

/** A run as it stood when the loss on its held-out examples was lowest. */
export interface EarlyStop {
  readonly iteration: number;
  /** Accuracy on the test examples, in [0, 1]. */
  readonly test: number;
  readonly testLoss: number;
  /** Accuracy on the training examples of the curve, in [0, 1]. */
  readonly train: number;
}

/**
 * The result of early stopping: the run at the iteration with the lowest loss on its held-out training examples. The
 * test examples play no part in the choice.
 *
 * @param record A run that held training examples out, as the variant "held-out" of h6-1b does.
 * @throws When the run held no examples out.
 * @example
 * const [run] = runsOf(await readRecords({ profile: "full" }), "h6-1b:held-out");
 * if (run) earlyStop(run).iteration;
 */
export function earlyStop({ part, seed, iterations, ...curves }: RunRecord): EarlyStop {
  const { validationLoss, testAccuracy, testLoss, trainAccuracy } = curves as RunRecord & Held;
  if (!validationLoss?.length)
    throw new Error(
      `Expected a run with held-out examples but found one without (${part}, seed ${seed}): npm run sweep -- ` +
        "h6-1b --set variant=held-out trains such runs.",
    );
  const at = lowestAt(validationLoss);
  return {
    iteration: itemAt(iterations, at),
    test: itemAt(testAccuracy, at),
    testLoss: itemAt(testLoss, at),
    train: itemAt(trainAccuracy, at),
  };
}

interface Held {
  readonly validationLoss?: readonly number[];
}
