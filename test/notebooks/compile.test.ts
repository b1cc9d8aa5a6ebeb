import { resolve } from "node:path";
import * as ts from "typescript";
import { expect, test } from "vitest";
import { Compiler } from "../../lib/tools/kernel/compiler";
import type { Compiler as TypeScriptCompiler } from "../../lib/tools/kernel/typescript";
import { type Cell, codeCells, load, root, stems, text } from "./notebook";

/**
 * What the kernel's compiler finds wrong in a notebook's cells, each compiled against what the cells before declare.
 */
function errorsOf(cells: readonly Cell[]): string[] {
  const compiler = new Compiler(ts as TypeScriptCompiler, resolve(root, "notebooks"));
  return cells.flatMap((cell) => {
    const compiled = compiler.compile(text(cell));
    compiler.settle(!("diagnostics" in compiled), () => false);
    if (!("diagnostics" in compiled)) return [];
    return compiled.diagnostics.map(({ start, text: message }) => `${cell.id}, line ${start.line}: ${message}`);
  });
}

const isSkipped = ({ metadata }: Cell) => metadata.tags?.includes("sweep-skip") ?? false;
// That the kernel compiles each cell where all of them run, the quick hand-in shows.
const swept = stems.filter((stem) => codeCells(load(stem)).some(isSkipped));

test("two notebooks leave cells out of a sweep", () => {
  expect(swept).toEqual(["h6-1d-cnn", "h6-2-lstm"]);
});

test.each(swept)(
  "the kernel compiles %s as a sweep runs it: without the cells that it leaves out",
  (stem) => {
    const cells = codeCells(load(stem)).filter((cell) => !isSkipped(cell));
    expect(cells.length).toBeGreaterThan(3);
    expect(errorsOf(cells)).toEqual([]);
  },
  120_000,
);

test("a cell with a wrong name, or with a wrong type from an earlier cell, does not compile", () => {
  const cell = (id: string, source: string) => ({ id, cell_type: "code", source, metadata: {} }) as unknown as Cell;
  expect(errorsOf([cell("a", "const n = 1;"), cell("b", "n.length;\nunknownName")])).toEqual([
    "b, line 1: Property 'length' does not exist on type '1'.",
    "b, line 2: Cannot find name 'unknownName'.",
  ]);
}, 60_000);
