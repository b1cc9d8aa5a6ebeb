import { points, pValue, signedPoints, signOf } from "../base/text";
import { level, type ModelComparison } from "./compare";

/** A comparison as prose and tables write it; what needs several runs and has one is "unknown". */
export interface ComparisonTexts {
  /** "+0.16 points"; of losses "−0.047". */
  readonly difference: string;
  /** The same without its sign. */
  readonly amount: string;
  /** The 95 % confidence interval: "−0.06 to +0.37 points". */
  readonly interval: string;
  readonly t: string;
  /** Degrees of freedom. */
  readonly df: string;
  readonly p: string;
  /** `p` after Holm's correction. */
  readonly holm: string;
  /** "shown" or "not shown". */
  readonly verdict: string;
  /** In how many seeds McNemar's test, corrected, tells the two networks apart: "3 of 3". */
  readonly mcnemar: string;
  /** The lowest and the highest of its p-values. */
  readonly mcnemarRange: string;
}

/**
 * A comparison as text, the same in tables and in the tags of the prose.
 *
 * @param found One comparison of those that `compareModels` returned.
 * @example
 * const [c] = compareModels(await readRecords({ profile: "full" }), [["h6-1d", "h6-1b"]]);
 * const { difference, interval, verdict } = comparisonTexts(c);
 */
export function comparisonTexts(found: ModelComparison): ComparisonTexts {
  const { difference, low, high, t, df, p, holm, shown, seeds, measure } = found;
  const loss = measure === "testLoss";
  const signed = (value: number) => (loss ? `${signOf(value)}${Math.abs(value).toFixed(3)}` : signedPoints(value));
  const known = (value: number, digits: number) => (Number.isNaN(value) ? "unknown" : value.toFixed(digits));
  const ps = seeds.map((seed) => seed.p).sort((a, b) => a - b);
  const range = [...new Set([ps[0], ps.at(-1)].map((value) => pValue(value ?? NaN)))];
  return {
    difference: signed(difference),
    amount: loss ? Math.abs(difference).toFixed(3) : points(Math.abs(difference)),
    interval: Number.isNaN(low) ? "unknown" : `${signed(low).replace(" points", "")} to ${signed(high)}`,
    t: known(t, 2),
    df: known(df, 1),
    p: pValue(p),
    holm: pValue(holm),
    verdict: shown ? "shown" : "not shown",
    mcnemar: `${seeds.filter((seed) => seed.holm < level).length} of ${seeds.length}`,
    mcnemarRange: range.join(" to "),
  };
}
