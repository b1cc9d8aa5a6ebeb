import { expect, test } from "vitest";
import { statistic } from "../../lib/src/base/statistics";

test("mean, sample standard deviation and range", () => {
  expect(statistic([0.98, 0.984, 0.987])).toEqual({
    mean: expect.closeTo(0.98366666, 7),
    sd: expect.closeTo(0.00351188, 7),
    min: 0.98,
    max: 0.987,
  });
  // One run says nothing about the scatter.
  expect(statistic([0.5])).toEqual({ mean: 0.5, sd: 0, min: 0.5, max: 0.5 });
  // Small differences of large numbers do not drown.
  expect(statistic([1e9, 1e9 + 1, 1e9 + 2]).sd).toBeCloseTo(1, 9);
});
