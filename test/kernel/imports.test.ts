import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { jupyterPath, root, runPython } from "./kernelspec";

// What a cell can import, and the one thing that it cannot: an ES module that awaits at its top, by a static import
// (use `await import`).
const files = {
  "shared/twice.ts": 'import { one } from "./one";\nexport const twice = (x: number): number => 2 * (x + one);\n',
  "shared/one.ts": "export const one = 1;\n",
  "notebooks/near.ts": 'export const near: string = "near";\n',
  "node_modules/esm-only/package.json":
    '{ "name": "esm-only", "version": "1.0.0", "type": "module", "main": "index.js", "types": "index.d.ts" }',
  "node_modules/esm-only/index.js": 'export const answer = 42; export default () => "default";',
  "node_modules/esm-only/index.d.ts": "export declare const answer: number; export default function f(): string;",
  "node_modules/esm-await/package.json":
    '{ "name": "esm-await", "version": "1.0.0", "type": "module", "exports": { "import": "./index.js" }, ' +
    '"types": "index.d.ts" }',
  "node_modules/esm-await/index.js": 'await new Promise((r) => setTimeout(r, 5)); export const slow = "slow";',
  "node_modules/esm-await/index.d.ts": "export declare const slow: string;",
  "node_modules/only-exports/package.json":
    '{ "name": "only-exports", "version": "1.0.0", "exports": { "./sub": { "types": "./lib/sub.d.ts", "default": ' +
    '"./lib/sub.js" } } }',
  "node_modules/only-exports/lib/sub.js": "exports.sub = 7;",
  "node_modules/only-exports/lib/sub.d.ts": "export declare const sub: number;",
};

const cells = {
  "a .ts file of a folder above the notebook's, with what that imports (tslab#63)": [
    'import { twice } from "../shared/twice"; twice(2)',
    "6",
  ],
  "a .ts file beside the notebook": ['import { near } from "./near"; near', "'near'"],
  "a package that is ES modules only": [
    'import { answer } from "esm-only"; import make from "esm-only"; [answer, make()]',
    "[ 42, 'default' ]",
  ],
  "an ES module that awaits at its top, dynamically": ['const { slow } = await import("esm-await"); slow', "'slow'"],
  "a package that names its files by `exports` alone": ['import { sub } from "only-exports/sub"; sub', "7"],
  "a dynamic import of a .ts file": ['(await import("../shared/one")).one', "1"],
  "our own package": ['import { percent } from "deepnets"; percent(0.5, 0)', "'50\u00a0%'"],
} as const;

const jupyter = jupyterPath();
const folder = mkdtempSync(join(tmpdir(), "deepnets-imports-"));
let outputs: { readonly data?: Readonly<Record<string, string | string[]>>; readonly evalue?: string }[][];

beforeAll(async () => {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  symlinkSync(join(root, "node_modules/deepnets"), join(folder, "node_modules/deepnets"));
  const source = join(folder, "notebooks/imports.ipynb");
  const codeCells = Object.values(cells).map(([text], i) => ({
    cell_type: "code",
    id: `c${i}`,
    execution_count: null,
    metadata: {},
    outputs: [],
    source: text,
  }));
  writeFileSync(
    source,
    JSON.stringify({
      cells: codeCells,
      metadata: { kernelspec: { name: "deepnets", display_name: "deepnets", language: "typescript" } },
      nbformat: 4,
      nbformat_minor: 5,
    }),
  );
  const result = await runPython(
    ["-m", "nbconvert", "--to", "notebook", "--execute", "--allow-errors", "--output", "executed.ipynb", source],
    { jupyter: jupyter.folder, cwd: folder },
  );
  expect(result.code, result.stderr).toBe(0);
  outputs = JSON.parse(readFileSync(join(folder, "notebooks/executed.ipynb"), "utf8")).cells.map(
    (cell: { outputs: object[] }) => cell.outputs,
  );
});
afterAll(() => {
  jupyter.remove();
  rmSync(folder, { recursive: true, force: true });
});

test.each(Object.keys(cells).map((name, i) => [name, i] as const))("a cell imports %s", (name, i) => {
  expect(outputs[i]!.map(({ evalue, data }) => evalue ?? [data?.["text/plain"]].flat().join(""))).toEqual([
    cells[name as keyof typeof cells][1],
  ]);
});
