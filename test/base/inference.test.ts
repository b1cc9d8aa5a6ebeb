import { expect, test } from "vitest";
import { holm, mcnemar, welch } from "../../lib/src/base/inference";

// Test accuracies of three and of five runs. The values that the tests expect are SciPy 1.17.1's:
//   r = stats.ttest_ind(x, y, equal_var=False); c = r.confidence_interval()
//   print(r.statistic, r.df, r.pvalue, c.low, c.high)
const dropout = [0.9844, 0.9846, 0.9851];
const mlp = [0.9836, 0.982, 0.9838];
const cnn = [0.989, 0.9881, 0.9911, 0.9893, 0.9902];

test("Welch's test gives SciPy's t, degrees of freedom, p-value and interval", () => {
  const found = welch(dropout, mlp);
  expect(found.t).toBeCloseTo(2.58335363666784, 8);
  expect(found.df).toBeCloseTo(2.52488333237297, 8);
  expect(found.p).toBeCloseTo(0.0971269616097931, 7);
  expect(found.low).toBeCloseTo(-0.00058596211715457, 8);
  expect(found.high).toBeCloseTo(0.003719295450488, 8);
  const clear = welch(cnn, dropout);
  expect(clear.t).toBeCloseTo(8.7220186313882, 8);
  expect(clear.df).toBeCloseTo(5.14163420434574, 8);
  expect(clear.p / 0.000284671626370535).toBeCloseTo(1, 6);
  expect([clear.low, clear.high]).toEqual([
    expect.closeTo(0.00342527750417902, 8),
    expect.closeTo(0.00625472249582111, 8),
  ]);
});

test("one run, or runs without scatter, have a difference and no p-value", () => {
  expect(welch([0.98], [0.97]).difference).toBeCloseTo(0.01, 12);
  expect(welch([0.98], [0.97, 0.96]).p).toBeNaN();
  expect(welch([1, 1], [0.5, 0.5])).toMatchObject({ difference: 0.5, p: NaN, low: NaN });
});

// stats.binomtest(k, n).pvalue
test.each([
  [66, 58, 0.529769404365268],
  [96, 70, 0.0520057549969648],
  [103, 57, 0.00034385757310836],
  [102, 42, 6.1329411632639e-7],
  [5, 0, 0.0625],
])("McNemar: %i against %i gives SciPy's binomial test", (onlyOne, onlyOther, p) => {
  expect(mcnemar(onlyOne, onlyOther)).toBeCloseTo(p, 8);
  expect(mcnemar(onlyOther, onlyOne)).toBe(mcnemar(onlyOne, onlyOther));
});

test("McNemar: no disagreement is no evidence, and overwhelming evidence is no error", () => {
  expect(mcnemar(0, 0)).toBe(1);
  expect(mcnemar(3, 3)).toBe(1);
  expect(mcnemar(650, 39)).toBeLessThan(1e-9);
});

// By hand: 4 x 0.005, 3 x 0.01, 2 x 0.03, then not below the one before.
test("Holm's correction, in the order of the values given", () => {
  expect(holm([0.01, 0.04, 0.03, 0.005])).toEqual([0.03, 0.06, 0.06, 0.02]);
  expect(holm([0.5, 0.9])).toEqual([1, 1]);
  expect(holm([NaN, 0.02, 0.04])).toEqual([NaN, 0.04, 0.04]);
  expect(holm([])).toEqual([]);
});
