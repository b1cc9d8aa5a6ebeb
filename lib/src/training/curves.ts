import type { Split } from "../data/dataset";

/** What the evaluations of a run have found so far; the arrays are of one length. */
export interface Curves {
  readonly iterations: number[];
  readonly trainLoss: number[];
  readonly testLoss: number[];
  readonly trainAccuracy: number[];
  readonly testAccuracy: number[];
  /** Where examples are held out. */
  validationLoss?: number[];
  validationAccuracy?: number[];
  /** When each was measured, in seconds since 1970: for TensorBoard. */
  readonly times: number[];
}

/** Examples of a split that an evaluation within a run looks at: a fixed subset, the first ones. */
export const curveSize = ({ size }: Pick<Split, "size">, evaluateOn = 10_000): number => Math.min(size, evaluateOn);

/** The curves of a run before its first evaluation. */
export const emptyCurves = (): Curves => ({
  iterations: [],
  trainLoss: [],
  testLoss: [],
  trainAccuracy: [],
  testAccuracy: [],
  times: [],
});
