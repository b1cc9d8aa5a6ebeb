import { expect, test } from "vitest";
import { median, quantile, quartiles, ratio } from "../../lib/tools/bench/statistics";

test("medians and quartiles interpolate between neighbours", () => {
  expect(median([3, 1, 2])).toBe(2);
  expect(median([4, 1, 2, 3])).toBe(2.5);
  expect(quartiles([1, 2, 3, 4, 5])).toEqual({ median: 3, quartiles: [2, 4] });
  expect(quantile([10], 0.25)).toBe(10);
  expect(() => median([])).toThrow("Expected at least one measurement");
});

test("a ratio is taken round by round, so that a slow round counts in both", () => {
  // In the second round the machine was ten times slower: medians alone would give 2 / 10.
  expect(ratio([2, 20, 2], [10, 100, 10]).median).toBeCloseTo(0.2);
  expect(ratio([1, 30, 3], [2, 60, 2]).median).toBeCloseTo(0.5);
  expect(() => ratio([1], [1, 2])).toThrow("Expected as many rounds");
});
