import { itemAt } from "../../src/base/item-at";
/** Median and quartiles of measurements. */
export interface Quartiles {
  readonly median: number;
  readonly quartiles: readonly [number, number];
}

/**
 * The value below which the fraction `q` of the numbers lies, interpolated between neighbours (type 7 of Hyndman and
 * Fan 1996).
 *
 * @throws Error When there is no number.
 */
export function quantile(values: readonly number[], q: number): number {
  if (values.length === 0) throw new Error("Expected at least one measurement but found none: measure a round first.");
  const sorted = [...values].sort((a, b) => a - b);
  const position = q * (sorted.length - 1);
  const below = Math.floor(position);
  const [low, high] = [itemAt(sorted, below), itemAt(sorted, Math.min(below + 1, sorted.length - 1))];
  return low + (position - below) * (high - low);
}

/** The value in the middle; the mean of the two in the middle where their number is even. */
export const median = (values: readonly number[]): number => quantile(values, 0.5);

/** The median with the lower and the upper quartile. */
export const quartiles = (values: readonly number[]): Quartiles => ({
  median: median(values),
  quartiles: [quantile(values, 0.25), quantile(values, 0.75)],
});

/**
 * The ratio of two settings, round by round: what disturbs a round disturbs both.
 *
 * @throws Error When the numbers of rounds differ.
 */
export function ratio(values: readonly number[], base: readonly number[]): Quartiles {
  if (values.length !== base.length)
    throw new Error(
      `Expected as many rounds in both settings but found ${values.length} and ${base.length}: compare settings of ` +
        "one bench.",
    );
  return quartiles(values.map((value, i) => value / itemAt(base, i)));
}
