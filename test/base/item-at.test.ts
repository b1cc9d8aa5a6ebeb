import { expect, test } from "vitest";
import { entryOf, itemAt } from "../../lib/src/base/item-at";

test("itemAt() counts from the start, or from the end below 0", () => {
  expect(itemAt(["a", "b", "c"], 1)).toBe("b");
  expect(itemAt(Float32Array.of(0, 7), 0)).toBe(0);
  expect(itemAt([3, 4, 5], -1)).toBe(5);
});

test("itemAt() names the index and the length where there is no item", () => {
  expect(() => itemAt([1, 2], 2)).toThrow("Expected a list with an item at index 2 but found one of length 2.");
  expect(() => itemAt([], -1)).toThrow("index -1 but found one of length 0");
  expect(() => itemAt(Uint8Array.of(1), 0.5)).toThrow("index 0.5 but found one of length 1");
});

test("entryOf() gives what stands under a name, and says which names there are", () => {
  expect(entryOf({ a: 0, b: 2 }, "a")).toBe(0);
  expect(() => entryOf({ a: 1, b: 2 }, "c")).toThrow('Expected one of the names a, b but found "c".');
  expect(() => entryOf({ a: 1 }, "toString")).toThrow('found "toString"');
});
