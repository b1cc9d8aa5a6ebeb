import { expect, test } from "vitest";
import {
  alignCells,
  count,
  duration,
  escapeHtml,
  markdownTable,
  meanPercent,
  percent,
  plural,
  roughDuration,
  textTable,
  wrapText,
} from "../../lib/src/base/text";

test("HTML in text and in attributes", () => {
  expect(escapeHtml(`<a title="x" id='y'> & </a>`)).toBe(
    "&lt;a title=&quot;x&quot; id=&#39;y&#39;&gt; &amp; &lt;/a&gt;",
  );
});

test("numbers", () => {
  expect([percent(0.98434), percent(0.98434, 1), percent(1, 0)]).toEqual(["98.43 %", "98.4 %", "100 %"]);
  expect([count(5_695_510), count(12.6), count(0)]).toEqual(["5,695,510", "13", "0"]);
  expect([plural(0, "run"), plural(1, "run"), plural(1200, "run")]).toEqual(["0 runs", "1 run", "1,200 runs"]);
  expect(meanPercent({ mean: 0.98311, sd: 0.001 }, 3)).toBe("98.31 ± 0.10 %");
  expect(meanPercent({ mean: 0.98311, sd: 0 }, 1)).toBe("98.31 %");
});

test("durations: as they were, and as they will at most be", () => {
  expect([0, 48, 60, 312, 4800, Infinity].map(duration)).toEqual([
    ...["0 s", "48 s", "1 min", "5 min 12 s", "1 h 20 min", "unknown"],
  ]);
  expect([0, 0.4, 89, 90, 121, 3600, 5400, 90_000].map(roughDuration)).toEqual([
    ...["1 s", "1 s", "89 s", "2 min", "3 min", "60 min", "1 h 30 min", "25 h 0 min"],
  ]);
});

test("tables: each column as wide as its widest cell", () => {
  const rows = [
    ["part", "n", "how"],
    ["h6-1b", "10", ""],
  ];
  expect(textTable(rows, { right: (column) => column === 1 })).toBe("part    n  how\nh6-1b  10");
  expect(alignCells(rows, { right: (_, cell) => /^\d/.test(cell) })).toEqual([
    ["part ", "n ", "how"],
    ["h6-1b", "10", "   "],
  ]);
  expect(markdownTable(rows, { right: (column) => column === 1 })).toBe(
    "| part  |   n | how |\n| ----- | --: | --- |\n| h6-1b |  10 |     |",
  );
  expect(alignCells([])).toEqual([]);
});

test("wrapText() breaks a paragraph between words", () => {
  expect(wrapText("one two three", 7)).toBe("one two\nthree");
  expect(wrapText("a muchtoolongword b", 5)).toBe("a\nmuchtoolongword\nb");
  expect(wrapText("one\n  two", 20)).toBe("one two");
  const text = Array.from({ length: 60 }, (_, i) => "x".repeat((i % 9) + 1)).join(" ");
  const lines = wrapText(text, 40).split("\n");
  expect(lines.join(" ")).toBe(text);
  expect(Math.max(...lines.map(({ length }) => length))).toBeLessThanOrEqual(40);
});
