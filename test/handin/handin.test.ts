import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, afterEach, describe, expect, test, vi } from "vitest";
import { claimRuns } from "../../lib/src/base/lock";
import { parts } from "../../lib/src/parts";
import { recordText } from "../../lib/src/runs/record-file";
import { main } from "../../lib/tools/handin/handin";
import { type Notebook, readNotebook, sourceOf } from "../../lib/tools/notebooks/notebook";
import { root } from "../../lib/tools/notebooks/places";
import type { Report } from "../../lib/tools/notebooks/report";
import { waitFor } from "../fixtures/handin/cells";
import { makeNotebook, makeRecord } from "../fixtures/handin/handin";

const base = mkdtempSync(join(tmpdir(), "handin-"));
let places = 0;
const children: ChildProcess[] = [];
afterEach(() => {
  vi.unstubAllEnvs();
  for (const child of children.splice(0)) child.kill("SIGKILL");
});
afterAll(() => rmSync(base, { recursive: true, force: true }));

/** A project of made-up notebooks: each trained part copies a made-up record to where training would leave it. */
class Place {
  readonly base = join(base, `place-${places++}`);
  readonly notebooks = join(this.base, "notebooks");
  readonly handin = join(this.base, "handin");
  readonly runs = join(this.base, "runs");
  readonly log = join(this.base, "log");
  readonly env = {
    DEEPNETS_NOTEBOOKS: this.notebooks,
    DEEPNETS_HANDIN: this.handin,
    DEEPNETS_RUNS: this.runs,
    DEEPNETS_CELLS: join(this.base, "none"),
    DEEPNETS_README: join(this.base, "README.md"),
  };

  constructor(profile: "full" | "quick") {
    for (const folder of [this.notebooks, this.runs]) mkdirSync(folder, { recursive: true });
    writeFileSync(this.env.DEEPNETS_README, readFileSync(join(root, "README.md")));
    for (const [name, value] of Object.entries(this.env)) vi.stubEnv(name, value);
    for (const part of parts) {
      const record = join(this.base, `${part.id}.json`);
      if (part.sheet) writeFileSync(record, recordText(makeRecord(part, profile)));
      const to = join(this.runs, part.id, `${profile}-s1`);
      const train = `mkdirSync(${q(to)}, { recursive: true });\ncopyFileSync(${q(record)}, ${q(join(to, "record.json"))});`;
      this.write(part.id, [
        'import { appendFileSync, copyFileSync, existsSync, mkdirSync, writeFileSync } from "fs";',
        `appendFileSync(${q(this.log)}, "${part.id} " + process.env.DEEPNETS_PROFILE + " " + ` +
          `(process.env.DEEPNETS_FRESH ?? "goes on") + "\\n");`,
        part.sheet ? train : "1 + 1",
      ]);
    }
  }

  write(id: string, cells: readonly string[]): void {
    const notebook = makeNotebook(partOf(id));
    const blank = { metadata: {}, execution_count: null, outputs: [] };
    const code = cells.map((source) => ({ cell_type: "code" as const, source: source.split(/(?<=\n)/), ...blank }));
    const prose = notebook.cells.filter(({ cell_type }) => cell_type === "markdown");
    const all = [...prose.slice(0, 2), ...code, ...prose.slice(2)].map((cell, i) => ({ ...cell, id: `cell-${i}` }));
    writeFileSync(
      this.source(id),
      JSON.stringify({
        ...notebook,
        cells: all,
        metadata: { ...notebook.metadata, deepnets: { threads: { intra: 1, inter: 1 } } },
      }),
    );
  }

  source = (id: string) => join(this.notebooks, `${partOf(id).notebook}.ipynb`);
  executed = (id: string): Notebook => readNotebook(join(this.handin, `${partOf(id).notebook}.ipynb`));
  report = (): Report => JSON.parse(readFileSync(join(this.handin, "report.json"), "utf8"));
  ran = () => (existsSync(this.log) ? readFileSync(this.log, "utf8").trim().split("\n") : []);

  /** Runs the command in this process; gives its exit code and what it printed. */
  async run(...argv: string[]): Promise<{ code: number; said: string }> {
    let said = "";
    const write = vi.spyOn(process.stdout, "write").mockImplementation((text) => {
      said += text;
      return true;
    });
    try {
      return { code: await main(argv), said };
    } finally {
      write.mockRestore();
    }
  }

  /** Runs the compiled command as `npm run handin` does, in a process of its own. */
  start(...argv: string[]): ChildProcess & { ended: Promise<number | null>; said: () => string } {
    const start = [
      join(root, "lib/tools/setup/start.cjs"),
      join(root, "lib/dist/tools/handin/handin.js"),
      "handin",
      ...argv,
    ];
    const child = spawn(process.execPath, start, {
      env: { ...process.env, ...this.env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    children.push(child);
    let text = "";
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (data) => (text += data));
    return Object.assign(child, {
      ended: new Promise<number | null>((done) => child.on("close", done)),
      said: () => text,
    });
  }
}

const partOf = (id: string) => parts.find((part) => part.id === id)!;
const q = JSON.stringify;
const answers = (notebook: Notebook) =>
  notebook.cells
    .filter(({ metadata }) => metadata.deepnets?.answer)
    .map(sourceOf)
    .join("\n");
const waiting = "await new Promise((done) => setTimeout(done, 60_000));";

describe("what handin refuses, before anything runs", () => {
  test.each([
    [
      ["h6-1x"],
      {},
      /^Expected parts among h6-1a, h6-1b, .*t6-2 but found h6-1x: name one of these, or none for all\.$/,
    ],
    [
      ["--quick", "--keep"],
      {},
      /^Expected --keep with a full run but found a quick one.*: leave out --keep or --quick\.$/,
    ],
    [
      ["h6-1a"],
      { DEEPNETS_SET: "learningRate=0.1" },
      /^Expected the sheet's own settings but DEEPNETS_SET changes learningRate=0\.1: unset it/,
    ],
    [
      ["h6-1a"],
      { DEEPNETS_SEED: "one" },
      /^Expected DEEPNETS_SEED to be a whole number from 0 to 2147483647 but found "one": /,
    ],
    [["--fast"], {}, /--fast/],
  ])("%j %j", async (argv, env, message) => {
    const place = new Place("full");
    for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
    await expect(main(argv)).rejects.toThrow(message);
    expect(existsSync(place.handin)).toBe(false);
  });
});

describe("a run that a sweep knows", () => {
  test("keeps the hand-in off while the sweep is at work, in one sentence", async () => {
    const place = new Place("full");
    const unclaim = claimRuns([join(place.runs, "h6-1a/full-s1")], "sweep");
    await expect(place.run("h6-1a")).rejects.toThrow(
      /^Expected the run h6-1a\/full-s1 to be free but a sweep is at work on it \(.*\): wait until it has ended/,
    );
    unclaim();
    expect(place.ran()).toEqual([]);
    expect(existsSync(join(place.handin, ".lock"))).toBe(false);
  });

  test("is not trained again by a sweep that was cut off before the hand-in", async () => {
    const place = new Place("quick");
    const state = join(place.runs, "sweeps/jobs/h6-1a/quick-s1/state.json");
    mkdirSync(dirname(state), { recursive: true });
    writeFileSync(state, q({ status: "running" }));
    expect((await place.run("--quick", "h6-1a")).code).toBe(0);
    expect(existsSync(join(place.runs, "h6-1a/quick-s1/record.json"))).toBe(true);
    expect(existsSync(state)).toBe(false);
    expect(readdirSync(join(place.runs, "h6-1a"))).toEqual(["quick-s1"]);
  });
});

test("a notebook that is not there or broken has failed, with its sentence, and the others run", async () => {
  const place = new Place("full");
  writeFileSync(place.source("h6-1a"), "{");
  rmSync(place.source("h6-1c"));
  // What an earlier hand-in left of them does not count.
  mkdirSync(place.handin);
  writeFileSync(join(place.handin, "h6-1a-linear.ipynb"), "[]");
  const { code, said } = await place.run("h6-1a", "h6-1b", "h6-1c");
  expect(code).toBe(1);
  expect(said).toMatch(
    /^h6-1a-linear: Expected a notebook but found a file that is not JSON, since its end is missing \(.*\)/m,
  );
  expect(said).toMatch(/^h6-1c-dropout: Expected a notebook but found no file \(.*h6-1c-dropout\.ipynb\)/m);
  expect(said).toContain("Not ready to hand in: 2 notebooks did not finish");
  expect(place.report().parts.map(({ part, status }) => [part, status])).toEqual([
    ["h6-1a", "failed"],
    ["h6-1b", "finished"],
    ["h6-1c", "failed"],
  ]);
  expect(existsSync(join(place.handin, "h6-1b-mlp.html"))).toBe(true);
});

describe("a hand-in with a failing notebook", () => {
  const place = new Place("full");
  const before = readFileSync(place.source("h6-1a"), "utf8");

  test("runs the others, leaves out what depends on it, says where it failed and ends with 1", async () => {
    for (const [name, value] of Object.entries(place.env)) vi.stubEnv(name, value);
    place.write("h6-1b", ["const a = 1;", "const b = a;\nthrow new RangeError('Expected 3 but found 4');", "a"]);
    const { code, said } = await place.run("h6-1a", "h6-1b", "h6-1e");
    expect(code).toBe(1);
    expect(said).toMatch(/h6-1b-mlp: cell 2, line 2: RangeError: Expected 3 but found 4/);
    expect(said).toMatch(/h6-1e-comparison: not run because it reads the records of h6-1b/);
    expect(said).toMatch(/part +iterations +train +test +minutes\nh6-1a +10,000 +99\.5 % +98\.5 % +0\.\d\n/);
    expect(place.report().parts.map(({ part, status }) => [part, status])).toEqual([
      ["h6-1a", "finished"],
      ["h6-1b", "failed"],
      ["h6-1e", "not run"],
    ]);
    expect(place.ran()).toEqual(["h6-1a full 1"]);
    expect(
      place
        .executed("h6-1b")
        .cells.filter(({ cell_type }) => cell_type === "code")
        .map(({ execution_count }) => execution_count),
    ).toEqual([1, 2, null]);
  });

  test("fills the tags of what ran, in the executed copy only", () => {
    expect(answers(place.executed("h6-1a"))).toMatch(/<span data-record="h6-1a\.test">98\.50? %<\/span>/);
    expect(readFileSync(place.source("h6-1a"), "utf8")).toBe(before);
    expect(existsSync(join(place.handin, "h6-1a-linear.html"))).toBe(true);
    expect(existsSync(join(place.handin, "index.html"))).toBe(true);
    expect(readdirSync(place.handin).filter((name) => name.startsWith("."))).toEqual([]);
  });

  test("goes on with --continue: keeps what is finished, runs the rest", async () => {
    for (const [name, value] of Object.entries(place.env)) vi.stubEnv(name, value);
    rmSync(place.log);
    place.write("h6-1b", [
      `import { appendFileSync, copyFileSync, mkdirSync } from "fs";`,
      `appendFileSync(${q(place.log)}, "h6-1b " + (process.env.DEEPNETS_FRESH ?? "goes on") + "\\n");`,
      `mkdirSync(${q(join(place.runs, "h6-1b/full-s1"))}, { recursive: true ` +
        `});\ncopyFileSync(${q(join(place.base, "h6-1b.json"))}, ` +
        `${q(join(place.runs, "h6-1b/full-s1/record.json"))});`,
    ]);
    const { code, said } = await place.run("--continue", "h6-1a", "h6-1b");
    expect(said).toMatch(/No findings: open/);
    expect(code).toBe(0);
    expect(said).toMatch(/h6-1a-linear: kept/);
    expect(place.ran()).toEqual(["h6-1b goes on"]);
    // What the earlier hand-in says about other parts stays in the report.
    expect(place.report().parts.map(({ part, status }) => [part, status])).toEqual([
      ["h6-1a", "finished"],
      ["h6-1b", "finished"],
      ["h6-1e", "not run"],
    ]);
  });

  test("copies the executed notebooks back with --keep, after which they still count as the same", async () => {
    for (const [name, value] of Object.entries(place.env)) vi.stubEnv(name, value);
    rmSync(place.log);
    const { code, said } = await place.run("--continue", "--keep", "h6-1a", "h6-1b");
    expect(code).toBe(0);
    expect(said).toMatch(/h6-1a-linear: copied back/);
    expect(readFileSync(place.env.DEEPNETS_README, "utf8")).toMatch(
      /^\| h6-1b +\| multilayer perceptron +\| +5,695,510 \| +\d\d\.\d\d % \|/m,
    );
    expect(readNotebook(place.source("h6-1a"))).toEqual(place.executed("h6-1a"));
    expect(place.ran()).toEqual([]);
    expect((await place.run("--continue", "h6-1a")).said).toMatch(/h6-1a-linear: kept/);
  });

  test("takes new prose without running anything again", async () => {
    for (const [name, value] of Object.entries(place.env)) vi.stubEnv(name, value);
    const notebook = readNotebook(place.source("h6-1a"));
    const before = notebook.cells
      .filter(({ cell_type }) => cell_type === "code")
      .map(({ outputs, execution_count }) => ({ outputs, execution_count }));
    for (const cell of notebook.cells)
      if (cell.cell_type === "code") Object.assign(cell, { outputs: [], execution_count: null, metadata: {} });
    notebook.cells.find(({ metadata }) => metadata.deepnets?.answer)!.source =
      'A better answer to this question: <span data-record="h6-1a.train">?</span> of the training images and ' +
      '<span data-record="h6-1a.test">?</span> of the test images are classified as they should be.';
    notebook.cells.unshift({
      id: "new",
      cell_type: "markdown",
      metadata: {},
      source: "A new first cell.",
    } as Notebook["cells"][number]);
    writeFileSync(place.source("h6-1a"), q(notebook));
    const { code, said } = await place.run("--continue", "--keep", "h6-1a");
    expect(said).toMatch(/h6-1a-linear: kept/);
    expect(code).toBe(0);
    const after = place.executed("h6-1a");
    expect(sourceOf(after.cells[0]!)).toBe("A new first cell.");
    expect(answers(after)).toMatch(
      /A better answer to this question: <span data-record="h6-1a\.train">99\.50? %<\/span>/,
    );
    expect(
      after.cells
        .filter(({ cell_type }) => cell_type === "code")
        .map(({ outputs, execution_count }) => ({ outputs, execution_count })),
    ).toEqual(before);
    expect(readNotebook(place.source("h6-1a"))).toEqual(after);
  });

  test("runs a notebook again whose source changed, and one of which a crash left half", async () => {
    for (const [name, value] of Object.entries(place.env)) vi.stubEnv(name, value);
    place.write("h6-1a", ["const changed = true;"]);
    const half = join(place.handin, "h6-1b-mlp.ipynb");
    writeFileSync(half, readFileSync(half, "utf8").slice(0, 500));
    const { said } = await place.run("--continue", "h6-1a", "h6-1b");
    expect(said).not.toMatch(/kept/);
    expect(place.ran()).toContain("h6-1b goes on");
    expect(place.executed("h6-1b").metadata.deepnets?.run?.status).toBe("finished");
    expect(place.executed("h6-1a").cells.some((cell) => sourceOf(cell) === "const changed = true;")).toBe(true);
  });

  test("with --keep copies nothing of a notebook that failed, and leaves the README's table as it is", async () => {
    for (const [name, value] of Object.entries(place.env)) vi.stubEnv(name, value);
    place.write("h6-1b", ["throw new RangeError('Expected 3 but found 4');"]);
    writeFileSync(
      place.env.DEEPNETS_README,
      readFileSync(join(root, "README.md"), "utf8").replace(/^\| h6-1b .*$/m, "| h6-1b | as it was |"),
    );
    const now = [place.source("h6-1b"), place.env.DEEPNETS_README].map((file) => readFileSync(file, "utf8"));
    const { code, said } = await place.run("--keep", "h6-1b");
    expect(code).toBe(1);
    expect(said).toMatch(/Not ready to hand in: 1 notebook did not finish/);
    expect([place.source("h6-1b"), place.env.DEEPNETS_README].map((file) => readFileSync(file, "utf8"))).toEqual(now);
  });
});

describe("a quick hand-in", () => {
  test("says everywhere that it is quick, and ends with 0", async () => {
    const place = new Place("quick");
    const { code, said } = await place.run("--quick", "h6-1a");
    expect(said).toMatch(/quick run, not for hand-in/);
    expect(code).toBe(0);
    expect(place.report()).toMatchObject({ profile: "quick", notice: "quick run, not for hand-in" });
    expect(place.executed("h6-1a").metadata.deepnets).toMatchObject({
      threads: { intra: 1, inter: 1 },
      notice: "quick run, not for hand-in",
      run: { profile: "quick", status: "finished" },
    });
    expect(readFileSync(join(place.handin, "h6-1a-linear.html"), "utf8")).toContain("quick run, not for hand-in");
    expect(readFileSync(join(place.handin, "index.html"), "utf8")).toContain("quick run, not for hand-in");
    expect(place.ran()).toEqual(["h6-1a quick 1"]);
  });
});

describe("a hand-in that is stopped", () => {
  const stopped = (id: string) => {
    const place = new Place("quick");
    const mark = join(place.base, "waiting");
    const cells = (wait: string) => [
      'import { existsSync, writeFileSync } from "fs";',
      `writeFileSync(${q(mark)}, String(process.pid));\n${wait}`,
    ];
    place.write(id, cells(waiting));
    return {
      place,
      mark,
      waits: () => existsSync(mark) && readFileSync(mark, "utf8") !== "",
      mend: () => place.write(id, cells("1 + 1")),
    };
  };

  test("by Ctrl-C ends its kernel, says how to go on, and goes on; a second hand-in meanwhile is refused", async () => {
    const { place, mark, waits, mend } = stopped("t6-1");
    const child = place.start("--quick", "h6-1a", "t6-1");
    // The two run at the same time: stopped when the one has finished and the other has not.
    const finished = () => place.report().parts.some(({ part, status }) => part === "h6-1a" && status === "finished");
    await waitFor(() => waits() && finished());
    await expect(place.run("--quick")).rejects.toThrow(
      new RegExp(
        `^Another hand-in is running here \\(process ${child.pid}\\): wait until it ends, or stop it with kill ` +
          `${child.pid}`,
      ),
    );
    child.kill("SIGINT");
    expect(await child.ended).toBe(130);
    expect(child.said()).toMatch(/Stopped\. .*npm run handin -- --quick --continue goes on from here\./);
    expect(running(Number(readFileSync(mark, "utf8")))).toBe(false);
    expect(() => place.executed("t6-1")).not.toThrow();
    expect(place.report().parts.map(({ part, status }) => [part, status])).toEqual([
      ["h6-1a", "finished"],
      ["t6-1", "not run"],
    ]);
    mend();
    const { code, said } = await place.run("--quick", "--continue", "h6-1a", "t6-1");
    expect(said).toMatch(/h6-1a-linear: kept[\s\S]*t6-1-convolution: 2 cells/);
    expect(code).toBe(0);
  });

  test("by SIGKILL leaves no kernel, and the next hand-in takes over", async () => {
    const { place, mark, waits, mend } = stopped("t6-2");
    const child = place.start("--quick", "t6-2");
    await waitFor(waits);
    child.kill("SIGKILL");
    await child.ended;
    mend();
    const { code } = await place.run("--quick", "t6-2");
    expect(code).toBe(0);
    expect(running(Number(readFileSync(mark, "utf8")))).toBe(false);
    expect(readdirSync(place.handin).filter((name) => name.startsWith(".") || name.endsWith(".part"))).toEqual([]);
  });
});

function running(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return false;
  }
}
