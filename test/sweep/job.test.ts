import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { newRuns, shellWord, stateOf, steps, traces, until } from "../fixtures/sweep/run";

const tool = (name: string) => join(__dirname, "../../lib/tools/sweep", name);

/** A plan of one job. */
function planOf(runs: string): object {
  const jobs = [
    {
      part: "h6-1b",
      run: "quick-s1",
      seed: 1,
      set: "",
      notebook: "h6-1b-mlp.ipynb",
      command: null,
      cores: 1,
      threads: null,
      memoryMB: 1,
    },
  ];
  return {
    id: "now",
    name: "quick",
    profile: "quick",
    runs,
    execute: ["python3", join(__dirname, "../fixtures/sweep/execute.py")],
    check: [process.execPath, join(__dirname, "../../lib/dist/tools/sweep/check-record.js")],
    jobs,
  };
}

/** One job of a plan, without Snakemake. */
function startJob(
  runs: string,
  standIn: object = {},
): { readonly process: ChildProcess; readonly code: Promise<number | null> } {
  writeFileSync(join(runs, "plan.json"), JSON.stringify(planOf(runs)));
  const child = spawn("python3", [tool("job.py"), join(runs, "plan.json"), "h6-1b", "quick-s1", "1"], {
    env: { ...process.env, STAND_IN: JSON.stringify(standIn) },
    stdio: "ignore",
  });
  return { process: child, code: new Promise((done) => child.on("close", done)) };
}

const state = (runs: string) => stateOf(runs, "h6-1b/quick-s1");

test("a job whose run an older job of a killed sweep still trains waits for it and does not train", async () => {
  const runs = newRuns();
  const first = startJob(runs, { steps: 12, seconds: 0.1 });
  await until(() => existsSync(join(runs, "h6-1b/quick-s1/trace.txt")));
  const second = startJob(runs, { steps: 12, seconds: 0.1 });
  expect(await first.code).toBe(0);
  expect(await second.code).toBe(0);
  expect(steps(traces(runs)["h6-1b/quick-s1"]!)).toEqual([0]);
  expect(state(runs).status).toBe("finished");
});

test("a job told to end interrupts its notebook, says so in its state, and goes on from there", async () => {
  const runs = newRuns();
  const first = startJob(runs, { steps: 100, seconds: 0.1 });
  await until(() => existsSync(join(runs, "h6-1b/quick-s1/checkpoint/step")));
  first.process.kill("SIGTERM");
  expect(await first.code).toBe(130);
  expect(state(runs)).toMatchObject({ status: "stopped", message: "stopped by a signal in cell 1 of 1" });
  expect(await startJob(runs, { steps: 3, seconds: 0.01 }).code).toBe(0);
  expect(steps(traces(runs)["h6-1b/quick-s1"]!)[1]).toBeGreaterThan(0);
});

test("a job whose folder cannot be made says so in one sentence", () => {
  const runs = newRuns();
  writeFileSync(join(runs, "plan.json"), JSON.stringify({ ...planOf(runs), runs: join(runs, "plan.json") }));
  const ended = spawnSync("python3", [tool("job.py"), join(runs, "plan.json"), "h6-1b", "quick-s1", "1"], {
    encoding: "utf8",
  });
  expect(ended).toMatchObject({ status: 1, stdout: "" });
  expect(ended.stderr).toBe(
    `failed: h6-1b/quick-s1: Expected to write ${join(runs, "plan.json/sweeps")} but found: Not a directory: make ` +
      "room or the folder writable\n",
  );
});

// A Linux device that is always full stands in for the file that is written first.
test.skipIf(!existsSync("/dev/full"))("of a full disk no half state stays", async () => {
  const runs = newRuns();
  const folder = join(runs, "sweeps/jobs/h6-1b/quick-s1");
  mkdirSync(folder, { recursive: true });
  symlinkSync("/dev/full", join(folder, "state.json.part"));
  expect(await startJob(runs, { steps: 1, seconds: 0.01 }).code).toBe(0);
  expect(existsSync(join(runs, "h6-1b/quick-s1/record.json"))).toBe(true);
  expect(readdirSync(folder).filter((name) => name.endsWith(".part"))).toEqual([]);
});

test("a job ends with the process that started it", async () => {
  const runs = newRuns();
  await startJob(runs, { record: { "h6-1b/quick-s1": "none" }, steps: 0 }).code; // leaves the plan
  const command = `python3 ${shellWord(tool("job.py"))} ${shellWord(join(runs, "plan.json"))} h6-1b quick-s1 2; true`;
  const parent = spawn("sh", ["-c", command], {
    env: { ...process.env, STAND_IN: '{"steps":600,"seconds":0.1}' },
    stdio: "ignore",
  });
  await until(() => existsSync(join(runs, "h6-1b/quick-s1/checkpoint/step")));
  expect(state(runs).status).toBe("running");
  parent.kill("SIGKILL");
  await until(() => state(runs).status === "stopped", 20);
});

test("the training's lock that an earlier attempt left on another machine is removed, and nobody else's", async () => {
  for (const [host, left] of [
    ["elsewhere", false],
    ["a-third-one", true],
  ] as const) {
    const runs = newRuns();
    mkdirSync(join(runs, "h6-1b/quick-s1"), { recursive: true });
    mkdirSync(join(runs, "sweeps/jobs/h6-1b/quick-s1"), { recursive: true });
    writeFileSync(join(runs, "h6-1b/quick-s1/lock"), JSON.stringify({ pid: 1, host, born: "" }));
    writeFileSync(
      join(runs, "sweeps/jobs/h6-1b/quick-s1/state.json"),
      JSON.stringify({ sweep: "before", status: "running", machine: "elsewhere" }),
    );
    expect(await startJob(runs, { steps: 1 }).code).toBe(0);
    expect(existsSync(join(runs, "h6-1b/quick-s1/lock"))).toBe(left);
  }
});

test("a lock says who holds it, and is free when its holder was killed", async () => {
  const file = join(newRuns(), "sweeps/lock");
  const program = `import sys, time; sys.path.insert(0, sys.argv[1]); import locked
try:
    held = locked.take(sys.argv[2]); print("taken", flush=True); time.sleep(float(sys.argv[3]))
except locked.Held as holder:
    print("held by", holder)`;
  const take = (seconds: string) => ["-c", program, join(tool("locked.py"), ".."), file, seconds];
  const holder = spawn("python3", take("60"), { stdio: ["ignore", "pipe", "ignore"] });
  await new Promise((taken) => holder.stdout.once("data", taken));
  expect(spawnSync("python3", take("0"), { encoding: "utf8" }).stdout).toContain(`held by process ${holder.pid} on `);
  holder.kill("SIGKILL");
  await sleep(200);
  expect(spawnSync("python3", take("0"), { encoding: "utf8" }).stdout).toBe("taken\n");
});
