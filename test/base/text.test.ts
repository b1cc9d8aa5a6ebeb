import { expect, test } from "vitest";
import { wrapText } from "../../lib/src/base/text";

test("wrapText() breaks a paragraph between words", () => {
  expect(wrapText("one two three", 7)).toBe("one two\nthree");
  expect(wrapText("a muchtoolongword b", 5)).toBe("a\nmuchtoolongword\nb");
  expect(wrapText("one\n  two", 20)).toBe("one two");
  const text = Array.from({ length: 60 }, (_, i) => "x".repeat((i % 9) + 1)).join(" ");
  const lines = wrapText(text, 40).split("\n");
  expect(lines.join(" ")).toBe(text);
  expect(Math.max(...lines.map(({ length }) => length))).toBeLessThanOrEqual(40);
});
