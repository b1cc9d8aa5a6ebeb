import { expect, test } from "vitest";
import { findPart, trainedParts } from "../../lib/src/parts";
import { codeCells, load, text } from "./notebook";

const notebook = load("h6-1e-comparison");
const code = codeCells(notebook).map(text).join("\n");

test("the comparison's cells test the pairs that the tags of its prose speak of", () => {
  const lists = [...code.matchAll(/: \[string, string\]\[\] = (\[[\s\S]*?\]);\n/g)].map(([, list]) =>
    JSON.parse(list!.replace(/,(?=\s*\])/g, "")),
  );
  expect(lists).toEqual(findPart("h6-1e")!.comparisons);
});

test("it reads variants that the parts have", () => {
  const known = trainedParts.flatMap(({ id, variants = {} }) => Object.keys(variants).map((name) => `${id}:${name}`));
  const read = new Set(code.match(/h6-1[a-d]:[a-z-]+/g));
  expect([...read].sort()).toEqual(known.filter((id) => id.startsWith("h6-1")).sort());
});

test("it is short: at most 120 lines of code and 900 words", () => {
  expect(code.split("\n").length).toBeLessThanOrEqual(120);
  const prose = notebook.cells
    .filter((cell) => cell.cell_type === "markdown")
    .map((cell) => text(cell).replace(/<[^>]*>/g, ""))
    .join(" ");
  expect(prose.match(/[A-Za-z][\w'’-]*/g)!.length).toBeLessThanOrEqual(900);
});
