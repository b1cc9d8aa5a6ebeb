import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { jupyterPath, root, runPython } from "./kernelspec";

const jupyter = jupyterPath();
const folder = mkdtempSync(join(tmpdir(), "deepnets-failing-"));
afterAll(() => {
  jupyter.remove();
  rmSync(folder, { recursive: true, force: true });
});

// Each fails in its second line.
const kinds = {
  "a syntax error": { source: "const a = 1;\nconst b = (;", ename: "SyntaxError", evalue: "Expression expected" },
  "a type error of the compiler": {
    source: "const c = 1;\nconst d: string = c;\nunknownName;",
    ename: "CompileError",
    evalue: "not assignable to type 'string'",
  },
  "a throw": {
    source: 'function f(): never {\n  throw new RangeError("too far");\n}\nf();',
    ename: "RangeError",
    evalue: "too far",
  },
  "a rejected promise that nobody awaits": {
    source: 'const later = 1;\nPromise.reject(new TypeError("unheard"));',
    ename: "TypeError",
    evalue: "unheard",
  },
  "an error in a callback": {
    source: 'setTimeout(() => {\n  throw new Error("too late");\n}, 50); await new Promise((r) => setTimeout(r, 300));',
    ename: "Error",
    evalue: "too late",
  },
};

interface Output {
  readonly output_type: string;
  readonly ename: string;
  readonly evalue: string;
  readonly traceback: readonly string[];
  readonly name?: string;
}

function write(name: string, sources: readonly string[]): string {
  const file = join(folder, `${name.replaceAll(" ", "-")}.ipynb`);
  const cells = sources.map((source, i) => ({
    cell_type: "code",
    id: `c${i}`,
    execution_count: null,
    metadata: {},
    outputs: [],
    source,
  }));
  const kernelspec = { name: "deepnets", display_name: "deepnets", language: "typescript" };
  writeFileSync(file, JSON.stringify({ cells, metadata: { kernelspec }, nbformat: 4, nbformat_minor: 5 }));
  return file;
}

const cellsOf = (file: string) =>
  JSON.parse(readFileSync(file, "utf8")).cells as {
    outputs: Output[];
    execution_count: number | null;
    metadata: { tags?: string[] };
  }[];

type Kind = keyof typeof kinds;
const allKinds = Object.keys(kinds) as Kind[];

const runners = {
  "our runner": (from: string, to: string) => [join(root, "lib/tools/notebooks/execute.py"), from, to, "--cwd", folder],
  papermill: (from: string, to: string) => ["-m", "papermill", from, to, "--no-progress-bar", "--cwd", folder],
};

describe.each<readonly [keyof typeof runners, readonly Kind[]]>([
  ["our runner", allKinds],
  // To the outside the kernel says the same of all kinds: one that is refused, and one that no cell throws.
  ["papermill", ["a type error of the compiler", "a rejected promise that nobody awaits"]],
])("%s", (runner, itsKinds) => {
  test.each(itsKinds)("ends with an error at %s: name and line on the terminal and in the notebook", async (kind) => {
    const { source, ename, evalue } = kinds[kind];
    const from = write(`${kind} in`, ["console.log('before');", source, "console.log('after');"]);
    const to = join(folder, `${runner} ${kind}.ipynb`.replaceAll(" ", "-"));
    const { code, stdout, stderr } = await runPython(runners[runner](from, to), {
      jupyter: jupyter.folder,
      cwd: folder,
    });
    expect(code).toBe(1);
    const terminal = stdout + stderr;
    expect(terminal).toContain(ename);
    expect(terminal).toContain(evalue);
    expect(terminal).toMatch(/cell \[2\], line 2, column \d+|"line": 2/);
    const executed = cellsOf(to).filter(
      ({ outputs, metadata }) => outputs?.length > 0 && !metadata.tags?.includes("papermill-error-cell-tag"),
    );
    const error = executed.at(-1)!.outputs.find(({ output_type }) => output_type === "error")!;
    expect(error.ename).toBe(ename);
    expect(error.evalue).toContain(evalue);
    expect(error.traceback.join("\n")).toContain("cell [2], line 2, column ");
    if (runner !== "our runner") return;
    const { message } = JSON.parse(/^failed (.*)$/m.exec(stdout)![1]!);
    expect(message).toMatch(new RegExp(`^cell 2, line 2: ${ename}: .*${evalue}`));
    // What fails beside its cell may be heard of only when the next one has begun.
    const numbers = cellsOf(to).map(({ execution_count }) => execution_count);
    expect(numbers.slice(0, 2)).toEqual([1, 2]);
    if (kind !== "a rejected promise that nobody awaits") expect(numbers[2]).toBeNull();
  });
});

test("nbconvert --allow-errors keeps each error in its cell; other cells hold nothing on stderr", async () => {
  const sources = Object.values(kinds).map(({ source }) => source);
  const from = write("all", [...sources, "console.log('the end'); 1 + 1"]);
  const to = join(folder, "all-executed.ipynb");
  const { code } = await runPython(
    ["-m", "nbconvert", "--to", "notebook", "--execute", "--allow-errors", "--output", to, from],
    { jupyter: jupyter.folder, cwd: folder },
  );
  expect(code).toBe(0);
  const cells = cellsOf(to);
  Object.values(kinds).forEach(({ ename, evalue }, i) => {
    const errors = cells[i]!.outputs.filter(({ output_type }) => output_type === "error");
    expect(errors).toHaveLength(1);
    expect(errors[0]).toMatchObject({ ename, evalue: expect.stringContaining(evalue) });
  });
  expect(cells.map(({ execution_count }) => execution_count)).toEqual(cells.map((_, i) => i + 1));
  expect(cells.at(-1)!.outputs.map(({ output_type, name }) => [output_type, name])).toEqual([
    ["stream", "stdout"],
    ["execute_result", undefined],
  ]);
  expect(cells.flatMap(({ outputs }) => outputs).filter(({ name }) => name === "stderr")).toEqual([]);
});

test("nbconvert without that option ends with an error that names it", async () => {
  const from = write("one", [kinds["a throw"].source]);
  const { code, stderr } = await runPython(
    ["-m", "nbconvert", "--to", "notebook", "--execute", "--output", join(folder, "one-executed.ipynb"), from],
    { jupyter: jupyter.folder, cwd: folder },
  );
  expect(code).toBe(1);
  expect(stderr).toContain("RangeError: too far");
  expect(stderr).toContain("cell [1], line 2, column 9");
});

test("a rejection in a cell that has ended fails the cell that runs then", async () => {
  const from = write("late", [
    "setTimeout(() => Promise.reject(new Error('left behind')), 100);",
    "await new Promise((r) => setTimeout(r, 600));",
    "console.log('unreached')",
  ]);
  const to = join(folder, "late-executed.ipynb");
  const { code, stderr, stdout } = await runPython(runners.papermill(from, to), {
    jupyter: jupyter.folder,
    cwd: folder,
  });
  expect(code).toBe(1);
  expect(stdout + stderr).toContain("left behind (in cell [1], after it had ended");
});
