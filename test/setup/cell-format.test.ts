import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { unformattedCells } from "../../lib/tools/setup/cell-format.mjs";
import { at } from "../../lib/tools/setup/paths.mjs";

const folder = mkdtempSync(join(tmpdir(), "cell-format-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const format = async (args: string[]) => {
  const { status, stderr } = spawnSync(process.execPath, [at("node_modules/@biomejs/biome/bin/biome"), ...args]);
  return status === 0 ? "" : String(stderr);
};

function notebook(name: string, sources: readonly string[]): void {
  const cells = sources.map((source) => ({ cell_type: "code", source: source.split(/(?<=\n)/) }));
  const words = { cell_type: "markdown", source: ["# const  not = 'code'"] };
  writeFileSync(join(folder, `${name}.ipynb`), JSON.stringify({ cells: [words, ...cells] }));
}

test("a code cell that Biome would change is named; an exception passes only while it is one", async () => {
  notebook("one", ["const a = 1;", "const b = 'two';", 'const c = await load("three");\nshow(c);']);
  notebook("two", ["const a  = 1;", `show(${"x + ".repeat(40)}x);`]);
  const find = (exceptions: string[]) =>
    unformattedCells(format, { notebooks: folder, exceptions: new Set(exceptions) });
  const found = await find(["two 2"]);
  expect(found.map((line) => /code cell (\S+ \d+) as Biome formats it/.exec(line)?.[1])).toEqual(["one 2", "two 1"]);
  const stale = await find(["one 2", "two 1", "two 2", "one 3"]);
  expect(stale).toEqual([expect.stringContaining("code cell one 3 to need its exception but found it formatted")]);
});

test("a formatter that fails is a finding, not a formatted notebook", async () => {
  notebook("one", ["const a = 1;"]);
  const failing = async () => "no such plugin";
  expect(await unformattedCells(failing, { notebooks: folder, exceptions: new Set() })).toEqual([
    "Expected Biome to format the code cells but it failed: no such plugin",
  ]);
});
