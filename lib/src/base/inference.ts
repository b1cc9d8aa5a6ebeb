import { jStat } from "jstat";
import { mean, sampleVariance } from "simple-statistics";

/**
 * What a t-test says about a difference between two means. Where a sample has no scatter, all but `difference` are NaN.
 */
export interface TTest {
  /** Mean of the first sample minus mean of the second. */
  readonly difference: number;
  /** The ends of the interval that holds the true difference with 95 % confidence. */
  readonly low: number;
  readonly high: number;
  readonly t: number;
  /** Degrees of freedom. */
  readonly df: number;
  /** Two-sided. */
  readonly p: number;
}

/**
 * Welch's t-test of two independent samples, whose variances may differ (B. L. Welch, Biometrika 34, 1947), with the
 * degrees of freedom of Satterthwaite.
 *
 * @param one At least one number; with fewer than two in a sample there is a difference, and nothing else.
 * @param other The second sample, subtracted.
 */
export function welch(one: readonly number[], other: readonly number[]): TTest {
  const difference = mean([...one]) - mean([...other]);
  if (one.length < 2 || other.length < 2) return unknown(difference);
  const [a, b] = [sampleVariance([...one]) / one.length, sampleVariance([...other]) / other.length];
  const df = (a + b) ** 2 / (a ** 2 / (one.length - 1) + b ** 2 / (other.length - 1));
  return tTest(difference, Math.sqrt(a + b), df);
}

function tTest(difference: number, error: number, df: number): TTest {
  if (!(error > 0)) return unknown(difference);
  const t = difference / error;
  const reach = jStat.studentt.inv(0.975, df) * error;
  // The lower tail keeps its digits where 1 - cdf would lose them.
  const p = 2 * jStat.studentt.cdf(-Math.abs(t), df);
  return { difference, low: difference - reach, high: difference + reach, t, df, p };
}

const unknown = (difference: number): TTest => ({ difference, low: NaN, high: NaN, t: NaN, df: NaN, p: NaN });

/**
 * McNemar's exact test (Q. McNemar, Psychometrika 12, 1947): do two classifiers get equally many of the same examples
 * right? Only those examples count that one gets right and the other gets wrong.
 *
 * @param onlyOne How many examples only the first gets right.
 * @param onlyOther How many only the second gets right.
 * @returns The two-sided p-value of the binomial test with probability 1/2.
 */
export function mcnemar(onlyOne: number, onlyOther: number): number {
  const smaller = Math.min(onlyOne, onlyOther);
  return Math.min(1, 2 * jStat.binomial.cdf(smaller, onlyOne + onlyOther, 0.5));
}

/**
 * Holm's correction for several tests (S. Holm, Scandinavian Journal of Statistics 6, 1979): p-values that may be read
 * against one level together.
 *
 * @param ps The p-values; a NaN stays NaN and does not count as a test.
 * @returns The corrected values, in the same order.
 */
export function holm(ps: readonly number[]): number[] {
  const order = ps
    .map((p, i) => ({ p, i }))
    .filter(({ p }) => !Number.isNaN(p))
    .sort((a, b) => a.p - b.p);
  const corrected = ps.map(() => NaN);
  let largest = 0;
  for (const [rank, { p, i }] of order.entries()) {
    largest = Math.max(largest, Math.min(1, (order.length - rank) * p));
    corrected[i] = largest;
  }
  return corrected;
}
