import { expect, test } from "vitest";
import { points, pValue, signedPoints } from "../../lib/src/base/text";

test("a gap is the rounded difference of the exact accuracies, half way to the even digit", () => {
  expect(points(0.99785 - 0.989)).toBe("0.88 points"); // 99.785 and 98.90: 0.885
  expect(points(0.00895)).toBe("0.90 points");
  expect(points(0.00885000001)).toBe("0.89 points");
  expect(points(0.0153444)).toBe("1.53 points");
  expect(points(0.0126, 1)).toBe("1.3 points");
  expect(points(-0.002)).toBe("-0.20 points");
  expect(signedPoints(0.00157)).toBe("+0.16 points");
  expect(signedPoints(-0.00271)).toBe("−0.27 points");
});

test("p-values", () => {
  expect([0.0971, 0.3, 1, 0.0123, 0.0001, NaN].map(pValue)).toEqual([
    "0.097",
    "0.30",
    "1.00",
    "0.012",
    "below 0.001",
    "unknown",
  ]);
});
