import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { findPart } from "../../lib/src/parts";
import { sweepJobFolder } from "../../lib/src/runs/places";
import type { Job, SweepPlan } from "../../lib/tools/sweep/plan";
import { type JobState, news, readStates, remaining, runningLines, totalLine } from "../../lib/tools/sweep/progress";
import { makeRecord } from "../fixtures/handin/handin";

const job = (part: string, seed: number, cores = 1): Job => ({
  part,
  seed,
  cores,
  run: `full-s${seed}`,
  set: "",
  notebook: "",
  command: null,
  threads: null,
  memoryMB: 1,
});
const queued = (of: Job): JobState => ({
  job: of,
  status: "queued",
  attempt: 0,
  message: "",
  iteration: 0,
  iterations: 0,
});
const running = (of: Job, iteration: number, etaSeconds: number): JobState => ({
  ...queued(of),
  status: "running",
  attempt: 1,
  iteration,
  iterations: 1000,
  etaSeconds,
});
const finished = (of: Job, minutes: number): JobState => ({
  ...queued(of),
  status: "finished",
  minutes,
  test: 0.98,
  etaSeconds: 0,
});

test("time left: what runs, then the rest wherever cores come free", () => {
  const [a, b, c, d] = [1, 2, 3, 4].map((seed) => job("h6-1b", seed)) as [Job, Job, Job, Job];
  // Two cores: 30 s and 60 s to go, then two more of 120 s: ends at 150 and 180 s.
  expect(remaining([finished(a, 2), running(b, 500, 30), running(c, 500, 60), queued(d), queued(a)], 2)).toBe(180);
  // Nothing finished: a run half through with 60 s to go takes 120 s.
  expect(remaining([running(a, 500, 60), queued(b)], 1)).toBe(180);
  expect(remaining([running(a, 0, 60), queued(b)], 1)).toBeUndefined();
  expect(remaining([finished(a, 2), queued(job("h6-2", 1))], 2)).toBeUndefined();
  // Jobs that take both cores wait for both.
  expect(
    remaining([running(a, 500, 30), finished(b, 1), queued(job("h6-1b", 5, 2)), queued(job("h6-1b", 6, 2))], 2),
  ).toBe(150);
  expect(remaining([finished(a, 2)], 2)).toBe(0);
});

test("lines for the terminal", () => {
  const states = [
    finished(job("h6-1b", 1), 2),
    running(job("h6-1b", 2), 250, 95),
    { ...running(job("h6-1d", 1), 0, 0), iterations: 0, attempt: 2 },
    queued(job("h6-1b", 3)),
  ];
  expect(runningLines(states)).toEqual([
    "  h6-1b seed 2: 250 of 1,000 iterations, 2 min left",
    "  h6-1d seed 1: starting (attempt 2)",
  ]);
  expect(totalLine(states, 2)).toBe("1 of 4 runs done, 2 running, time left not known yet");
  expect(totalLine([...states.slice(0, 2), states[3]!], 1)).toBe("1 of 3 runs done, 1 running, about 4 min left");
  expect(totalLine([queued(job("h6-2", 1))], 2)).toBe("0 of 1 runs done, 0 running, time left not known yet");
});

test("news: each end once, each failed attempt once", () => {
  const before = [running(job("h6-1b", 1), 1, 1), running(job("h6-1b", 2), 1, 1)];
  const now: JobState[] = [
    finished(job("h6-1b", 1), 2),
    { ...before[1]!, status: "failed", message: "cell 3: Error: NaN" },
  ];
  expect(news(before, now)).toEqual([
    "h6-1b seed 1: 98.00 % of the test examples, 2.0 min",
    "h6-1b seed 2 failed (attempt 1 of 3): cell 3: Error: NaN",
  ]);
  expect(news(now, now)).toEqual([]);
  expect(news(now, [now[0]!, { ...now[1]!, attempt: 2 }])).toHaveLength(1);
});

test("states are read from what the jobs leave; those of an earlier sweep do not count", () => {
  const runs = mkdtempSync(join(tmpdir(), "progress-"));
  const plan = { id: "now", runs, jobs: [job("h6-1b", 1), job("h6-1b", 2), job("h6-1b", 3)] } as unknown as SweepPlan;
  const tell = (of: Job, state: object) => {
    mkdirSync(sweepJobFolder(plan.runs, of), { recursive: true });
    writeFileSync(join(sweepJobFolder(plan.runs, of), "state.json"), JSON.stringify(state));
  };
  tell(plan.jobs[0]!, { sweep: "before", status: "failed", attempt: 3, message: "old" });
  tell(plan.jobs[1]!, { sweep: "now", status: "running", attempt: 1, message: "" });
  tell(plan.jobs[2]!, { sweep: "now", status: "failed", attempt: 2, message: "cell 1: Error" });
  mkdirSync(join(runs, "h6-1b/full-s2"), { recursive: true });
  writeFileSync(
    join(runs, "h6-1b/full-s2/live.json"),
    JSON.stringify({
      ...makeRecord(findPart("h6-1b")!, "full", 2),
      status: "running",
      progress: { iteration: 7, iterations: 10, stepsPerSecond: 1, etaSeconds: 3 },
    }),
  );
  const states = readStates(plan);
  expect(states.map(({ status }) => status)).toEqual(["queued", "running", "failed"]);
  expect(states[1]).toMatchObject({ iteration: 7, iterations: 10, etaSeconds: 3 });
  tell(plan.jobs[1]!, { sweep: "now", status: "running", attempt: 2, message: "", time: Date.now() / 1000 + 60 });
  expect(readStates(plan)[1]).toMatchObject({ status: "running", iteration: 0, iterations: 0 });
  expect(states[2]).toMatchObject({ attempt: 2, message: "cell 1: Error" });
});
