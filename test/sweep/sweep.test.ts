import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { claimRuns } from "../../lib/src/base/lock";
import { sweepPython } from "../../lib/tools/sweep/environment";
import {
  alive,
  newRuns,
  shellWord,
  startFile,
  startSweep,
  stateOf,
  steps,
  table,
  traces,
  until,
} from "../fixtures/sweep/run";

let python: string;
beforeAll(async () => {
  python = await sweepPython();
});

const workflowOf = (runs: string) =>
  Number(/process (\d+)/.exec(readFileSync(join(runs, "sweeps", "lock"), "utf8"))![1]);
const finished = (runs: string) =>
  Object.entries(traces(runs))
    .filter(([run]) => existsSync(join(runs, run, "record.json")))
    .map(([run]) => run);

test(
  "four parts x three seeds, killed in the middle with SIGKILL and started again: no finished job repeats, the " +
    "table is complete",
  async () => {
    const runs = newRuns();
    const parts = ["h6-1a", "h6-1b", "h6-1c", "h6-1d"];
    const argv = [...parts, "--seeds", "1-3", "--quick"];
    // Slow at first: a run in its middle must not reach its end while the kill reaches it, also on a busy machine.
    const first = startSweep(runs, python, argv, { steps: 10, seconds: 0.3 });
    const step = (run: string) =>
      Number(
        existsSync(join(runs, run, "checkpoint/step")) ? readFileSync(join(runs, run, "checkpoint/step"), "utf8") : 0,
      );
    const isInItsMiddle = (run: string) => step(run) >= 3 && step(run) <= 6;
    await until(() => finished(runs).length >= 3 && Object.keys(traces(runs)).some(isInItsMiddle));
    process.kill(-workflowOf(runs), "SIGKILL");
    first.process.kill("SIGKILL");
    await first.ended;
    await until(() => alive(runs).length === 0, 10);
    const before = traces(runs);
    // one cut off behind its record, even at its last word, runs again
    const done = finished(runs).filter((run) => stateOf(runs, run).status === "finished");
    expect(done.length).toBeLessThan(12);
    expect(readdirSync(join(runs, ".snakemake", "locks")).length).toBeGreaterThan(0);

    const { code, output } = await startSweep(runs, python, argv, { steps: 10, seconds: 0.05 }).ended;
    expect(output).toContain(`12 runs, ${done.length} of them done before`);
    expect(output).toContain("Removed the lock of a sweep that was killed.");
    expect(code, output).toBe(0);
    const after = traces(runs);
    expect(Object.keys(after)).toHaveLength(12);
    for (const run of done) expect(after[run], `${run} ran again`).toEqual(before[run]);
    // What was running goes on from its checkpoint; nothing is told to start afresh.
    const begun = Object.keys(before).filter((run) => !done.includes(run));
    expect(begun.length).toBeGreaterThan(0);
    expect(begun.some((run) => steps(after[run]!).at(-1)! > 0)).toBe(true);
    for (const trace of Object.values(after)) expect(trace.at(-1)).toBe("end");
    for (const trace of Object.values(after)) expect(trace[0]).toMatch(/ fresh $/);
    expect(table(runs)).toMatchObject({ jobs: 12, rows: parts.map((part) => ({ part, n: 3, seeds: [1, 2, 3] })) });
  },
);

test(
  "a failing job is retried twice and reported with its log; the others finish; exit code 1; a fresh clone of what " +
    "is finished runs only it",
  async () => {
    const runs = newRuns();
    const argv = ["h6-1b", "h6-1c", "--seeds", "1-2", "--quick"];
    const { code, output } = await startSweep(runs, python, argv, {
      fail: { "h6-1b/quick-s2": 99, "h6-1c/quick-s1": 1 },
    }).ended;
    expect(code).toBe(1);
    expect(output).toContain("h6-1b seed 2 failed 3 times: cell 3, line 2: Error: the loss is NaN\n  log: ");
    const [, log] = /log: (.*)\n/.exec(output)!;
    expect(readFileSync(log!, "utf8")).toContain("the loss is NaN");
    expect(output).toContain(
      "1 of 4 runs are missing: mend what the log says; the same command runs only what is missing.",
    );
    expect(finished(runs).sort()).toEqual(["h6-1b/quick-s1", "h6-1c/quick-s1", "h6-1c/quick-s2"]);
    expect(steps(traces(runs)["h6-1b/quick-s2"]!)).toHaveLength(3);
    expect(steps(traces(runs)["h6-1c/quick-s1"]!)).toHaveLength(2);
    expect(table(runs).rows.map(({ part, n }) => [part, n])).toEqual([
      ["h6-1b", 1],
      ["h6-1c", 2],
    ]);

    // It holds what is committed, and repeats nothing of it.
    const clone = newRuns();
    for (const run of finished(runs)) {
      mkdirSync(join(clone, run), { recursive: true });
      cpSync(join(runs, run, "record.json"), join(clone, run, "record.json"));
    }
    const again = await startSweep(clone, python, argv).ended;
    expect(again.code, again.output).toBe(0);
    expect(again.output).toContain("4 runs, 3 of them done before");
    expect(Object.keys(traces(clone))).toEqual(["h6-1b/quick-s2"]);
    expect(table(clone).rows.map(({ part, n }) => [part, n])).toEqual([
      ["h6-1b", 2],
      ["h6-1c", 2],
    ]);
  },
);

test(
  "two sweeps at once in one folder: the second says who is there; the first, stopped, leaves checkpoints and no " +
    "process",
  async () => {
    const runs = newRuns();
    const argv = ["h6-1b", "--seeds", "1-2", "--quick"];
    const how = { steps: 200, seconds: 0.1 };
    const first = startSweep(runs, python, argv, how);
    await until(() => Object.keys(traces(runs)).length === 2);
    const plan = readFileSync(
      join(runs, "sweeps", readdirSync(join(runs, "sweeps")).find((name) => /^quick-/.test(name))!, "plan.json"),
      "utf8",
    );
    const second = await startSweep(runs, python, ["h6-1b", "--seeds", "1-2", "--quick"], how).ended;
    expect(second.code).toBe(1);
    expect(second.output).toContain(
      `Expected to be the only sweep over ${runs} but found another at work (process ${workflowOf(runs)} on `,
    );
    expect(second.output).toContain("wait for it, or stop it with Ctrl-C where it runs.");
    expect(
      readdirSync(join(runs, "sweeps"))
        .filter((name) => /^quick-/.test(name))
        .flatMap((name) => readdirSync(join(runs, "sweeps", name)).filter((file) => /^plan/.test(file))),
    ).toEqual(["plan.json"]);
    expect(
      readFileSync(
        join(runs, "sweeps", readdirSync(join(runs, "sweeps")).find((name) => /^quick-/.test(name))!, "plan.json"),
        "utf8",
      ),
    ).toBe(plan);

    await until(() => Object.keys(traces(runs)).every((run) => existsSync(join(runs, run, "live.json"))));
    first.process.kill("SIGINT");
    const { code, output } = await first.ended;
    expect(code).toBe(130);
    expect(output).toContain("Stopped by SIGINT with 0 of 2 runs done: the same command goes on from here.");
    expect(output).not.toContain("failed");
    expect(alive(runs)).toEqual([]);
    for (const run of Object.keys(traces(runs)))
      expect(JSON.parse(readFileSync(join(runs, run, "live.json"), "utf8")).status).toBe("interrupted");
  },
);

test("while a hand-in is at work on one of the runs, a sweep says so and runs nothing", async () => {
  const runs = newRuns();
  const unclaim = claimRuns([join(runs, "h6-1b/quick-s2")], "hand-in");
  const { code, output } = await startSweep(runs, python, ["h6-1b", "--seeds", "1-2", "--quick"]).ended;
  expect(output).toMatch(
    /^Expected the run h6-1b\/quick-s2 to be free but a hand-in is at work on it \(process \d+\): wait until .*\.lock\.\n$/,
  );
  expect(code).toBe(1);
  expect(readdirSync(join(runs, "h6-1b"))).toEqual(["quick-s2.lock"]);
  unclaim();
});

test("when the command alone is killed with SIGKILL, Snakemake and its jobs end as well", async () => {
  const runs = newRuns();
  const sweep = startSweep(runs, python, ["h6-1b", "--seeds", "1", "--quick"], { steps: 600, seconds: 0.1 });
  await until(() => Object.keys(traces(runs)).length === 1);
  sweep.process.kill("SIGKILL");
  await until(() => alive(runs).length === 0, 20);
});

test(
  "settings and seeds reach the notebook, a setting has a folder of its own, and one job alone keeps the " +
    "notebook's threads",
  async () => {
    const runs = newRuns();
    const { code, output } = await startSweep(
      runs,
      python,
      ["h6-1b", "--seeds", "3", "--quick", "--set", "learningRate=0.001,0.0005"],
      { steps: 2 },
      { DEEPNETS_FRESH: "1", DEEPNETS_SET: "batchSize=7" },
    ).ended;
    expect(code, output).toBe(0);
    const all = traces(runs);
    expect(Object.keys(all)).toHaveLength(2);
    for (const run of Object.keys(all)) expect(run).toMatch(/^h6-1b\/quick-s3-[0-9a-f]{8}$/);
    expect(
      Object.values(all)
        .map(([start]) => / set (\S*) fresh $/.exec(start!)![1])
        .sort(),
    ).toEqual(["learningRate=0.0005", "learningRate=0.001"]);
    expect(table(runs).rows.map(({ overrides }) => overrides)).toEqual([
      { "optimizer.learningRate": 0.001 },
      { "optimizer.learningRate": 0.0005 },
    ]);
  },
);

test("no record or a damaged one is a failure; with a whole one, a later cell that fails is only reported", async () => {
  const runs = newRuns();
  const argv = ["h6-1b", "--seeds", "1-3", "--quick"];
  const { code, output } = await startSweep(runs, python, argv, {
    steps: 1,
    record: { "h6-1b/quick-s1": "none", "h6-1b/quick-s2": "damaged" },
    claim: ["h6-1b/quick-s3"],
  }).ended;
  expect(code).toBe(1);
  expect(output).toContain("h6-1b seed 1 failed 3 times: Expected the notebook to leave a record but found none (");
  expect(output).toContain(
    "h6-1b seed 2 failed 3 times: Expected the record of h6-1b to be a finished quick run but found a file that " +
      "is no JSON (",
  );
  for (const seed of [1, 2]) expect(existsSync(join(runs, `h6-1b/quick-s${seed}/record.json`))).toBe(false);
  expect(output).toContain(
    "h6-1b seed 3: the run is finished and counts, but a later cell of its notebook failed: cell 9, line 1: " +
      "Error: c does not beat b\n  log: ",
  );
  expect(table(runs).rows).toMatchObject([{ part: "h6-1b", n: 1, seeds: [3] }]);
  const again = await startSweep(runs, python, argv, { steps: 1 }).ended;
  expect(again.code, again.output).toBe(0);
  expect(steps(traces(runs)["h6-1b/quick-s3"]!)).toEqual([0]);
  expect(table(runs).rows).toMatchObject([{ part: "h6-1b", n: 3 }]);
});

test("a job that is cut off in a cell after the training runs again", async () => {
  const runs = newRuns();
  const argv = ["h6-1b", "--seeds", "1", "--quick"];
  const cut = startSweep(runs, python, argv, { steps: 1, afterwards: 60 });
  await until(() => existsSync(join(runs, "h6-1b/quick-s1/record.json")));
  process.kill(-workflowOf(runs), "SIGKILL");
  cut.process.kill("SIGKILL");
  await cut.ended;
  await until(() => alive(runs).length === 0, 10);
  const again = await startSweep(runs, python, argv, { steps: 1 }).ended;
  expect(again.code, again.output).toBe(0);
  expect(again.output).not.toContain("done before");
  expect(traces(runs)["h6-1b/quick-s1"]!.at(-1)).toBe("end");
});

test("a profile that Snakemake refuses is reported with its own words", async () => {
  const runs = newRuns();
  const profile = newRuns();
  writeFileSync(join(profile, "profile.yaml"), "executor: nowhere\njobs: 1\n");
  const { code, output } = await startSweep(runs, python, [
    "h6-1b",
    "--seeds",
    "1",
    "--quick",
    "--executor-profile",
    profile,
  ]).ended;
  expect(code).toBe(1);
  expect(output).toMatch(/Snakemake ended with exit code \d: .*nowhere/);
});

const canMount =
  process.platform === "linux" &&
  spawnSync("unshare", ["--map-root-user", "--mount", "sh", "-c", "mount -t tmpfs none /mnt"]).status === 0;

test.skipIf(!canMount)(
  "disk full while a record is written: one sentence, no record lost, none half written; with room it goes on",
  async () => {
    const runs = newRuns();
    const kept = newRuns();
    const sweep = (seeds: string) =>
      `${shellWord(process.execPath)} ${shellWord(startFile)} ${shellWord(runs)} ${shellWord(python)} h6-1b --seeds ${seeds} --quick --jobs 1`;
    const script = `
    mount -t tmpfs -o size=5m none ${shellWord(runs)} || exit 99
    ${sweep("1")} || exit 98
    ${sweep("1-4")}; echo "code $?"
    mkdir ${shellWord(kept)}"/full"; cd ${shellWord(runs)}"/h6-1b"; for run in *; do cp "$run/record.json" ${shellWord(kept)}"/full/$run.json"; ls "$run" | sed "s/^/$run has /"; done 2> /dev/null; cd /
    mount -o remount,size=30m ${shellWord(runs)}
    ${sweep("1-4")}; echo "code $?"
    cp -r ${shellWord(runs)}"/h6-1b" ${shellWord(kept)}/`;
    const output = execFileSync("unshare", ["--map-root-user", "--mount", "sh", "-c", `exec 2>&1; ${script}`], {
      encoding: "utf8",
      env: { ...process.env, STAND_IN: JSON.stringify({ steps: 3, kilobytes: 600 }) },
    });
    expect(output).toMatch(/h6-1b seed \d failed (once|\d times): .*(ENOSPC|No space left)/);
    expect(output).toMatch(/code 1\n[\s\S]*code 0\n/);
    const whole = readdirSync(join(kept, "full"));
    expect(whole).toContain("quick-s1.json");
    expect(whole.length).toBeLessThan(4);
    for (const file of whole)
      expect(JSON.parse(readFileSync(join(kept, "full", file), "utf8")).status).toBe("finished");
    for (const seed of [1, 2, 3, 4])
      expect(JSON.parse(readFileSync(join(kept, `h6-1b/quick-s${seed}/record.json`), "utf8")).seed).toBe(seed);
  },
);
