import { expect, test } from "vitest";
import { sizeOf } from "../../lib/src/base/shape";

test("the number of values of a shape", () => {
  expect([[], [0, 5], [784], [100, 28, 28, 1]].map(sizeOf)).toEqual([1, 0, 784, 78_400]);
});
