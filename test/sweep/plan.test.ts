import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { RunRecord } from "../../lib/src/runs/record";
import { recordText } from "../../lib/src/runs/record-file";
import { type Job, makePlan, readFinished, recordFile } from "../../lib/tools/sweep/plan";
import { parseRequest } from "../../lib/tools/sweep/request";
import { agreeing, sampleRecord } from "../fixtures/records";

const places = (runs: string) => ({ runs, notebooks: "notebooks", execute: ["run"], python: async () => "python" });
const newRuns = () => mkdtempSync(join(tmpdir(), "plan-"));
const plan = (runs: string, argv: readonly string[], cores = 2) => makePlan(parseRequest(argv), places(runs), cores);

function put(runs: string, { part, run }: Job, file: string, text: string): void {
  mkdirSync(join(runs, part, run), { recursive: true });
  writeFileSync(join(runs, part, run, file), text);
}

const made = ({ part, seed }: Job, more: Partial<RunRecord> = {}): RunRecord =>
  agreeing({ ...sampleRecord(part as "h6-1b", seed), profile: "quick", peakMemoryMB: 1000, ...more });
const record = (job: Job, more: Partial<RunRecord> = {}) => recordText(made(job, more));

test("one job per part, setting and seed, in training's folders; the name ignores the order", () => {
  const runs = newRuns();
  const { jobs, name } = plan(runs, ["h6-1b", "h6-2", "--seeds", "1-2", "--quick"]);
  expect(jobs.map(({ part, run }) => `${part}/${run}`)).toEqual([
    "h6-1b/quick-s1",
    "h6-1b/quick-s2",
    "h6-2/quick-s1",
    "h6-2/quick-s2",
  ]);
  expect(jobs.map(({ command }) => command)).toEqual(jobs.map(() => null));
  expect(jobs[2]).toMatchObject({ notebook: join("notebooks", "h6-2-lstm.ipynb"), set: "", seed: 1 });
  expect(plan(runs, ["h6-2", "h6-1b", "--seeds", "2,1", "--quick"]).name).toBe(name);
  expect(plan(runs, ["h6-2", "h6-1b", "--seeds", "1-3", "--quick"]).name).not.toBe(name);
  const [set] = plan(runs, ["h6-1b", "--seeds", "1", "--set", "learningRate=0.0005"]).jobs;
  const [same] = plan(runs, ["h6-1b", "--seeds", "1", "--set", "optimizer.learningRate=5e-4"]).jobs;
  expect(set!.run).toMatch(/^full-s1-[0-9a-f]{8}$/);
  expect(same!.run).toBe(set!.run);
});

test(
  "cores per job: one each when there are many jobs, the notebook's own setting when there are few, and what a " +
    "begun run had",
  () => {
    const runs = newRuns();
    const threads = (argv: readonly string[], cores: number) =>
      plan(runs, [...argv, "--quick"], cores).jobs.map((job) => [job.cores, job.threads]);
    expect(threads(["h6-1b", "--seeds", "1"], 2)).toEqual([[2, null]]);
    expect(threads(["h6-1b", "--seeds", "1-3"], 2)).toEqual([
      [1, "1,1"],
      [1, "1,1"],
      [1, "1,1"],
    ]);
    // Two CNNs side by side gain nothing over one after the other.
    expect(threads(["h6-1d", "--seeds", "1-3"], 2)).toEqual([
      [2, null],
      [2, null],
      [2, null],
    ]);
    expect(threads(["h6-1b", "--seeds", "1-2"], 8)).toEqual([
      [2, null],
      [2, null],
    ]);
    expect(threads(["h6-1b", "--seeds", "1-3", "--jobs", "1"], 2)).toEqual([
      [2, null],
      [2, null],
      [2, null],
    ]);
    const [job] = plan(runs, ["h6-2", "--seeds", "1", "--quick"]).jobs;
    put(
      runs,
      job!,
      "live.json",
      JSON.stringify({ ...made(job!), status: "interrupted", threads: { intra: 1, inter: 2 } }),
    );
    expect(threads(["h6-2", "--seeds", "1-3"], 2)[0]).toEqual([2, "1,2"]);
    put(runs, job!, "record.json", record(job!));
    expect(threads(["h6-2", "--seeds", "1-3"], 2)[0]).toEqual([1, "1,1"]);
  },
);

test("memory per job: a fifth more than the part has taken so far", () => {
  const runs = newRuns();
  const [job] = plan(runs, ["h6-1b", "--seeds", "1", "--quick"]).jobs;
  expect(job!.memoryMB).toBe(2000);
  put(runs, job!, "record.json", record(job!));
  expect(plan(runs, ["h6-1b", "--seeds", "1-2", "--quick"]).jobs.map(({ memoryMB }) => memoryMB)).toEqual([1200, 1200]);
});

test("a record damaged in the middle is refused and left as it is", () => {
  const runs = newRuns();
  const own = plan(runs, ["h6-1b", "--seeds", "1", "--quick"]);
  const job = own.jobs[0]!;
  expect(readFinished(own, job)).toBeUndefined();
  put(runs, job, "record.json", record(job));
  expect(readFinished(own, job)).toMatchObject({ part: "h6-1b", seed: 1 });
  const whole = record(job);
  const file = recordFile(own, job);
  for (const [text, found] of [
    [whole.slice(0, 60), "a file that is no JSON"],
    [`${whole.slice(0, 40)}\0\0\0${whole.slice(43)}`, "a file that is no JSON"],
    ["", "a file that is no JSON"],
    ["null", "format undefined"],
    [whole.replace('"seed":1', '"seed":2'), "one that was changed after it was written"],
    [record(job, { status: "running" }), "one that is running"],
    [record(job, { seed: 2 }), "one of quick-s2"],
    [record(job, { overrides: { batchSize: 100 } }), "one of quick-s1-"],
  ] as const) {
    put(runs, job, "record.json", text);
    const message = `Expected the record of h6-1b to be a finished quick run but found ${found}`;
    expect(() => readFinished(own, job)).toThrow(message);
    expect(() => readFinished(own, job)).toThrow(
      `(${file}): get it back (git checkout), or remove it and run h6-1b again.`,
    );
    expect(readFileSync(file, "utf8")).toBe(text);
  }
});
