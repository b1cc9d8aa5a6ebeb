import { expect, test } from "vitest";
import { oneHot } from "../../lib/src/data/one-hot";

test("digit 3 has its one at the fourth place, as on the sheet", () => {
  expect([...oneHot(Uint8Array.of(3), 10)]).toEqual([0, 0, 0, 1, 0, 0, 0, 0, 0, 0]);
});

test("rows follow each other", () => {
  expect([...oneHot([1, 0], 2)]).toEqual([0, 1, 1, 0]);
  expect(oneHot([], 3)).toHaveLength(0);
});

test("refuses labels and sizes out of range", () => {
  expect(() => oneHot([0, 10], 10)).toThrow("Expected labels from 0 to 9 but found 10 (label 1)");
  expect(() => oneHot([0.5], 10)).toThrow("found 0.5");
  expect(() => oneHot([], 0)).toThrow("Expected classes to be a whole number from 1 on but found 0");
});
