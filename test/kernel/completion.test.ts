import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as ts from "typescript";
import { expect, test, vi } from "vitest";
import { Compiler } from "../../lib/tools/kernel/compiler";
import type { Compiler as TypeScriptCompiler } from "../../lib/tools/kernel/typescript";

const compiler = new Compiler(ts as TypeScriptCompiler, join(import.meta.dirname, "../fixtures"));

// The cursor stands at the bar.
test.each([
  ["import x from 'f|", "import x from 'fs"],
  ["import x from 'f|'", "import x from 'fs'"],
  ['import x from "node:f|', 'import x from "node:fs'],
  ["import x from './reco|", "import x from './records"],
  ["import('f|", "import('fs"],
  ["import { readF| } from 'fs'", "import { readFile } from 'fs'"],
  ["const s = 'a'; s.toU|", "const s = 'a'; s.toUpperCase"],
  ["const s = 'a'; s.to|Upp", "const s = 'a'; s.toUpperCase"],
  ["const formatted = 1; for|", "const formatted = 1; formatted"],
  ["const o = { 'a-b': 1 }; o['|", "const o = { 'a-b': 1 }; o['a-b"],
  ["conso|", "console"],
])("completion of %s makes %s of it", (text, made) => {
  const position = text.indexOf("|");
  const source = text.replace("|", "");
  const { start, end, candidates } = compiler.complete(source, position);
  expect(candidates.map((one) => source.slice(0, start) + one + source.slice(end))).toContain(made);
});

test("completion and inspection know what earlier cells declare", () => {
  expect(compiler.compile("/** How many. */\nconst countOfAll = 3;")).not.toHaveProperty("diagnostics");
  compiler.settle(true, () => true);
  expect(compiler.complete("countOf", 7).candidates).toEqual(["countOfAll"]);
  const info = compiler.inspect("countOfAll", 3);
  expect(ts.displayPartsToString(info?.displayParts)).toBe("const countOfAll: 3");
  expect(ts.displayPartsToString(info?.documentation)).toBe("How many.");
});

test("inspection of a constant that holds a function says what the function says", () => {
  const source =
    "/** Twice it.\n * @param n A number. */\nfunction twice(n: number) { return 2 * n; }\nconst both = { double: twice };";
  for (const name of ["both.double", "both.double(2)"]) {
    const info = compiler.inspect(`${source}\n${name}`, source.length + 8);
    expect([ts.displayPartsToString(info?.documentation), info?.tags?.map((tag) => tag.name)]).toEqual([
      "Twice it.",
      ["param"],
    ]);
  }
});

test("comments are types in JavaScript, in all that a cell imports", () => {
  const folder = mkdtempSync(join(tmpdir(), "deepnets-typed-"));
  const half = join(folder, "half.js");
  writeFileSync(half, "/** @param {number} n */\nexport const half = (n) => n / 2;\n");
  const compiled = (argument: string) => compiler.compile(`import { half } from "${half}"; half(${argument})`);
  expect(compiled("2")).not.toHaveProperty("diagnostics");
  expect(compiled('"two"')).toMatchObject({ diagnostics: [{ code: 2345 }] });
  rmSync(folder, { recursive: true });
});

test("a cell reads no package again, not even one that node_modules links to; it does read the reader's file that changed", () => {
  const folder = mkdtempSync(join(tmpdir(), "deepnets-packages-"));
  const [mine, linked] = [join(folder, "mine.ts"), join(folder, "elsewhere/index.js")];
  for (const made of ["elsewhere", "node_modules"]) mkdirSync(join(folder, made));
  writeFileSync(mine, "export const mine = 1;\n");
  writeFileSync(linked, "exports.linked = 1;\n");
  symlinkSync("../elsewhere", join(folder, "node_modules/linked"));
  const fresh = new Compiler(ts as TypeScriptCompiler, folder);
  const compiles = (source: string) => {
    expect(fresh.compile(source)).not.toHaveProperty("diagnostics");
    fresh.settle(true, () => true);
  };
  const reads = vi.spyOn(ts.sys, "readFile");
  const read = () =>
    [...new Set(reads.mock.calls.map(([file]) => file))].filter((file) => !/package\.json$/.test(file));
  compiles('import { linked } from "linked"; import { mine } from "./mine"; const one: number = linked;');
  expect(read()).toEqual(expect.arrayContaining([mine, linked]));
  compiles("const two = linked + mine;"); // from here on, the earlier cells' declarations import both
  reads.mockClear();
  compiles("const three: number = two + linked + mine;");
  writeFileSync(mine, 'export const mine = "a text";\n');
  compiles("const four: string = mine;");
  expect(read()).toEqual([mine]);
  reads.mockRestore();
  rmSync(folder, { recursive: true });
});
