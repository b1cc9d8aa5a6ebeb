import { execFileSync, spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, describe, expect, test, vi } from "vitest";
import { sha256 } from "../../lib/src/base/sha256";
import { clearLeftovers } from "../../lib/src/base/temporary-folder";
import { executeNotebook, type Outcome } from "../../lib/tools/notebooks/execute";
import { type Notebook, readNotebook, sourceOf } from "../../lib/tools/notebooks/notebook";
import { noteOutputs } from "../../lib/tools/notebooks/outputs";
import { root } from "../../lib/tools/notebooks/places";
import { waitFor, writeCells } from "../fixtures/handin/cells";
import { jupyterPath } from "../kernel/kernelspec";

const base = mkdtempSync(join(tmpdir(), "execute-"));
afterAll(() => rmSync(base, { recursive: true, force: true }));

interface Ran extends Outcome {
  readonly notebook: Notebook;
  readonly stderr: string;
  readonly target: string;
}

async function run(
  name: string,
  cells: readonly string[],
  options: Parameters<typeof executeNotebook>[2] = {},
): Promise<Ran> {
  const source = join(base, `${name}.ipynb`);
  const target = join(base, `${name}.out.ipynb`);
  writeCells(source, cells);
  let stderr = "";
  const outcome = await executeNotebook(source, target, { ...options, onStderr: (text) => (stderr += text) });
  return { ...outcome, notebook: readNotebook(target), stderr, target };
}

const codes = ({ notebook }: Ran) => notebook.cells.filter(({ cell_type }) => cell_type === "code");

describe.concurrent("executeNotebook", () => {
  test("runs all cells, numbers them and notes what was executed", async () => {
    const ran = await run("good", ["const a: number = 20;", "console.log(a + 1);", "", "process.env.MARK"], {
      env: { MARK: "seen" },
    });
    expect(ran).toMatchObject({ status: "finished", cell: 3, stderr: "" });
    const [one, two, empty, four] = codes(ran);
    expect([one, two, empty, four].map((cell) => cell!.execution_count)).toEqual([1, 2, null, 3]);
    expect(two!.outputs).toMatchObject([{ output_type: "stream", name: "stdout" }]);
    expect(JSON.stringify(four!.outputs)).toContain("seen");
    for (const cell of [one!, two!, four!])
      expect(cell.metadata.deepnets).toEqual({
        executed: sha256(sourceOf(cell)),
        outputs: noteOutputs(cell.outputs ?? []),
      });
    expect([one, two, four].map((cell) => cell!.metadata.deepnets!.outputs!.kinds)).toEqual([
      [],
      ["printed text"],
      ["text"],
    ]);
    expect(empty!.metadata.deepnets).toBeUndefined();
    expect(ran.notebook.metadata.language_info).toMatchObject({ name: "typescript" });
  });

  test("leaves out the cells that carry a tag, and counts them all the same", () => {
    const [source, target] = [join(base, "tagged.ipynb"), join(base, "tagged.out.ipynb")];
    writeCells(source, [
      "const a = 1;",
      "throw new Error('too long for a sweep');",
      "a + 1",
      "throw new Error('too');",
    ]);
    const notebook = JSON.parse(readFileSync(source, "utf8"));
    for (const i of [2, 4]) notebook.cells[i].metadata = { tags: ["sweep-skip"] };
    writeFileSync(source, JSON.stringify(notebook));
    const said = execFileSync(
      join(root, ".venv/bin/python"),
      [join(root, "lib/tools/notebooks/execute.py"), source, target, "--skip-tag", "sweep-skip"],
      { encoding: "utf8" },
    );
    expect(said.split("\n").filter((line) => !line.startsWith("done"))).toEqual([
      "cell 1/4",
      "cell 3/4",
      "finished 4/4",
      "",
    ]);
    expect(
      readNotebook(target)
        .cells.slice(1)
        .map(({ execution_count }) => execution_count),
    ).toEqual([1, null, 3, null]);
  });

  test("what cells show after the last one has ended is kept", async () => {
    const ran = await run("settled", [
      "import { newDisplay } from 'tslab';\nimport { execFile } from 'node:child_process';\n" +
        "import { readFile } from 'node:fs/promises';\nimport { setTimeout as sleep } from 'node:timers/promises';\n" +
        "const display = newDisplay();\ndisplay.text('waiting');",
      "void sleep(900).then(() => readFile('/proc/version')).then(() => display.text('replaced late'));\n" +
        "execFile('sleep', ['0.8'], () => console.log('after the program'));\n" +
        "const forgotten = setTimeout(() => {}, 60_000);\nclearTimeout(forgotten);",
      "let n = 0;\nconst ticks = setInterval(() => {\n  console.log('tick', ++n);\n  if (n === 3) clearInterval(ticks);\n}, 300);",
    ]);
    expect(ran).toMatchObject({ status: "finished", stderr: "" });
    const [first, second, third] = codes(ran).map(({ outputs }) => JSON.stringify(outputs));
    expect(first).toContain("replaced late");
    expect(first).not.toContain("waiting");
    expect(second).toContain("after the program");
    expect(third).toMatch(/tick 1.*tick 2.*tick 3/s);
  });

  test("reports a rejection in the last cell", async () => {
    const ran = await run("last", ["const a = 1;", "setTimeout(() => void Promise.reject(new Error('late')), 100);"]);
    expect(ran).toMatchObject({ status: "failed", message: expect.stringMatching(/^cell 2.*Error: late/) });
  });

  test.each([
    ["exit", "process.exit(7);", /^the kernel died in cell 2: it ended by itself with exit code 7/],
    [
      "killed",
      "process.kill(process.pid, 'SIGKILL');",
      /^the kernel died in cell 2: it was killed \(SIGKILL\), as the system does when memory runs out/,
    ],
    [
      "heap",
      "const all: number[][] = [];\nfor (;;) all.push(new Array(1_000_000).fill(0.5));",
      /^the kernel died in cell 2: it ran out of JavaScript memory/,
    ],
  ])("reports a kernel that died: %s", async (name, cell, message) => {
    const ran = await run(name, ["const a = 1;", cell, "a"], { env: { NODE_OPTIONS: "--max-old-space-size=300" } });
    expect(ran).toMatchObject({ status: "died", message: expect.stringMatching(message) });
    expect(codes(ran)[0]!.metadata.deepnets?.executed).toBeDefined();
    expect(codes(ran)[1]!.metadata.deepnets?.executed).toBeUndefined();
  });

  test("saves after every cell", async () => {
    const stop = new AbortController();
    const target = join(base, "saves.out.ipynb");
    const running = run("saves", ["console.log('one');", "await new Promise((done) => setTimeout(done, 60_000));"], {
      signal: stop.signal,
      onCell: (cell) => {
        if (cell !== 2) return;
        expect(JSON.stringify(readNotebook(target).cells[1]!.outputs)).toContain("one");
        stop.abort();
      },
    });
    expect(await running).toMatchObject({ status: "stopped", cell: 2 });
  });

  test("says in one sentence what is no notebook", async () => {
    const source = join(base, "broken.ipynb");
    writeFileSync(source, "{");
    const outcome = await executeNotebook(source, join(base, "broken.out.ipynb"));
    expect(outcome).toMatchObject({
      status: "unusable",
      message: expect.stringMatching(/^Expected .*broken\.ipynb to be a notebook but found: /),
    });
    expect(existsSync(join(base, "broken.out.ipynb"))).toBe(false);
  });

  test.each([
    ["twice", 2, { status: "finished", cell: 1, stderr: "" }],
    [
      "always",
      99,
      {
        status: "died",
        message: expect.stringMatching(/^the kernel did not start \(.*\): run `npm run doctor`\.$/) as string,
      },
    ],
  ])("starts a kernel anew that found its port taken: %s", async (name, times, expected) => {
    const node = join(base, `node-${name}`);
    const tries = join(base, `tries-${name}`);
    writeFileSync(
      node,
      `#!/bin/sh\necho try >> "${tries}"\nif [ $(wc -l < "${tries}") -le ${times} ]; then echo "Address already ` +
        `in use" >&2; exit 1; fi\nexec "${process.execPath}" "$@"\n`,
      { mode: 0o755 },
    );
    const { folder, remove } = jupyterPath({ node });
    try {
      expect(await run(`port-${name}`, ["1 + 1"], { env: { JUPYTER_PATH: folder } })).toMatchObject(expected);
      expect(readFileSync(tries, "utf8").trim().split("\n")).toHaveLength(Math.min(times + 1, 5));
    } finally {
      remove();
    }
  });

  test.each([
    [
      "files",
      "EMFILE: too many open files, open 'x'",
      "it may open too few files: close other programs or raise the limit (ulimit -n 1024)",
    ],
    [
      "memory",
      "RangeError: Array buffer allocation failed",
      "it ran out of memory: close other programs or raise the limit (ulimit -v)",
    ],
  ])("says what a kernel lacked that did not start: %s", async (name, said, why) => {
    const node = join(base, `short-of-${name}`);
    writeFileSync(node, `#!/bin/sh\necho "${said}" >&2; exit 1\n`, { mode: 0o755 });
    const { folder, remove } = jupyterPath({ node });
    const ran = await run(`short-of-${name}`, ["1"], { env: { JUPYTER_PATH: folder } });
    remove();
    expect([ran.status, ran.message]).toEqual(["died", `the kernel did not start: ${why}.`]);
  });

  test("says in one sentence that there is no such kernel", async () => {
    const source = join(base, "nokernel.ipynb");
    writeCells(source, ["1"]);
    const outcome = await executeNotebook(source, join(base, "nokernel.out.ipynb"), { kernel: "no-such-kernel" });
    expect(outcome).toMatchObject({
      status: "unusable",
      message: "Expected a Jupyter kernel named no-such-kernel but found none: run `npm run doctor`.",
    });
  });
});

describe("the kernel's log of executed cells", () => {
  test("names each source and what it showed, as the check reads them", async () => {
    const log = join(base, "cells.jsonl");
    const session = "notebooks/h6-1a-linear.ipynb";
    const cells = [
      "const umlaut = 'ü';\nimport { newDisplay } from 'tslab';\nconst display = newDisplay();",
      "display.text('first');\nconsole.log('a\\rb');\numlaut +\n  '!'",
      'const id = "x";\ndisplay.text("second");\nsetTimeout(() => console.log("late"), 50);',
      "await new Promise((done) => setTimeout(done, 600));",
    ];
    const ran = await run("logged", cells, { env: { DEEPNETS_CELLS: log, JPY_SESSION_NAME: session } });
    const entries = readFileSync(log, "utf8")
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    // The last line about a cell counts: what it shows may change after it has ended.
    const last = new Map(entries.map((entry) => [entry.count, entry]));
    expect([...last.values()]).toMatchObject(
      codes(ran).map((cell, i) => ({
        notebook: session,
        count: i + 1,
        sha256: sha256(sourceOf(cell)),
        outputs: noteOutputs(cell.outputs ?? []),
      })),
    );
    expect(JSON.stringify(codes(ran).map((cell) => cell.outputs))).toMatch(/second.*late/);
    expect(entries[0].kernel).toBe(entries[1].kernel);
  });
});

describe("a runner that is killed", () => {
  test("leaves no kernel behind, and nothing that the next program does not remove", async () => {
    const source = join(base, "orphan.ipynb");
    const temporary = join(base, "orphan-temporary");
    mkdirSync(temporary);
    const pidFile = join(base, "orphan.pid");
    writeCells(source, [
      `import { writeFileSync } from "fs";\nwriteFileSync(${JSON.stringify(pidFile)}, ` +
        "String(process.pid));\nawait new Promise((done) => setTimeout(done, 60_000));",
    ]);
    const runner = spawn(
      join(root, ".venv/bin/python"),
      [join(root, "lib/tools/notebooks/execute.py"), source, join(base, "orphan.out.ipynb")],
      { stdio: "ignore", env: { ...process.env, TMPDIR: temporary } },
    );
    await waitFor(() => existsSync(pidFile) && readFileSync(pidFile, "utf8") !== "");
    const kernel = Number(readFileSync(pidFile, "utf8"));
    expect(alive(kernel)).toBe(true);
    runner.kill("SIGKILL");
    await waitFor(() => !alive(kernel));
    await sleep(100);
    expect(execFileSync("ps", ["-eo", "args"], { encoding: "utf8" })).not.toContain(join(base, "orphan"));
    vi.stubEnv("TMPDIR", temporary);
    expect(readdirSync(temporary)).toEqual([expect.stringMatching(`^deepnets-kernel-${runner.pid}-`)]);
    clearLeftovers();
    expect(readdirSync(temporary)).toEqual([]);
    vi.unstubAllEnvs();
  });
});

function alive(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return false;
  }
}
