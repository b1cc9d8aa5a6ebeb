import { fork, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { claimOf, claimRuns, holderOf, isAlive, lockRun } from "../../lib/src/base/lock";
import { takeLock } from "../../lib/src/base/lock-file.cjs";

let folder: string;
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), "lock-"))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const leave = (holder: object | string) =>
  writeFileSync(join(folder, "lock"), typeof holder === "string" ? holder : JSON.stringify(holder));

async function deadProcess(): Promise<number> {
  const child = spawn(process.execPath, ["-e", ""]);
  await once(child, "close");
  return child.pid!;
}

test("is taken once, and again after it was given back", () => {
  const unlock = lockRun(join(folder, "new"));
  expect(holderOf(join(folder, "new"))).toMatchObject({ pid: process.pid, host: hostname() });
  expect(() => lockRun(join(folder, "new"))).toThrow("another cell of this process");
  unlock();
  expect(readdirSync(join(folder, "new"))).toEqual([]);
  lockRun(join(folder, "new"))();
});

test("of a live process is respected", async () => {
  const child = spawn(process.execPath, ["-e", "setTimeout(() => {}, 60000)"]);
  leave({ pid: child.pid, host: hostname(), born: "" });
  expect(() => lockRun(folder)).toThrow(`Expected no other process to train this run but process ${child.pid} does`);
  child.kill();
  await once(child, "close");
  lockRun(folder)();
});

test("of a dead process, of another process with the same id, and a broken one are taken over", async () => {
  for (const holder of [
    { pid: await deadProcess(), host: hostname(), born: "" },
    ...(existsSync("/proc/self/stat") ? [{ pid: process.pid, host: hostname(), born: "1" }] : []),
    "{",
    "",
  ]) {
    leave(holder);
    const unlock = lockRun(folder);
    expect((JSON.parse(readFileSync(join(folder, "lock"), "utf8")) as { pid: number }).pid).toBe(process.pid);
    unlock();
    expect(readdirSync(folder)).toEqual([]);
  }
});

test("of another machine counts as alive", () => {
  leave({ pid: 1, host: "elsewhere", born: "" });
  expect(() => lockRun(folder)).toThrow("process 1 on elsewhere does (");
});

test.skipIf(!existsSync("/proc/self/stat"))(
  "a process that has ended but was not waited for is not alive",
  async () => {
    // The shell becomes a sleep that never waits for its child.
    const child = spawn("sh", ["-c", "sleep 0.01 & echo $!; exec sleep 60"], { stdio: ["ignore", "pipe", "ignore"] });
    const [data] = (await once(child.stdout, "data")) as [Buffer];
    const pid = Number(data.toString());
    const state = () => readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]![0];
    for (let i = 0; i < 100 && state() !== "Z"; i++) await new Promise((done) => setTimeout(done, 20));
    expect(state()).toBe("Z");
    expect(isAlive({ pid })).toBe(false);
    leave({ pid, host: hostname(), born: "" });
    lockRun(folder)();
    child.kill();
  },
);

test("is not given back by one who lost it", () => {
  const unlock = lockRun(folder);
  leave({ pid: 1, host: "elsewhere", born: "" });
  unlock();
  expect(existsSync(join(folder, "lock"))).toBe(true);
});

test("of a dead process that noted others counts as held while one of them runs", async () => {
  const runner = spawn(process.execPath, ["-e", "setTimeout(() => {}, 60000)"]);
  leave({ pid: await deadProcess(), host: hostname(), born: "", runners: [{ pid: runner.pid, born: "" }] });
  expect(takeLock(join(folder, "lock")).lock).toBeUndefined();
  runner.kill();
  await once(runner, "close");
  takeLock(join(folder, "lock")).lock!.release();
});

test("left behind is taken over by one of many that find it at the same moment", async () => {
  const program = `
    const { readdirSync, rmSync, writeFileSync } = require("node:fs");
    const { takeLock } = require(${JSON.stringify(resolve(import.meta.dirname, "../../lib/src/base/lock-file.cjs"))});
    process.on("message", ({ folder, at }) => {
      while (Date.now() < at);
      const { lock } = takeLock(folder + "/lock");
      if (!lock) return process.send(0);
      const mark = folder + "/in." + process.pid;
      writeFileSync(mark, "");
      let most = 0;
      const end = Date.now() + 40;
      while (Date.now() < end) most = Math.max(most, readdirSync(folder).filter((name) => name.startsWith("in.")).length);
      rmSync(mark);
      lock.release();
      process.send(most);
    });`;
  const file = join(folder, "racer.cjs");
  writeFileSync(file, program);
  const racers = [1, 2, 3, 4, 5].map(() => fork(file));
  for (let round = 0; round < 40; round++) {
    const place = mkdtempSync(join(folder, "race-"));
    const dead = JSON.stringify({ pid: 4194304, host: hostname(), born: "1" });
    writeFileSync(join(place, "lock"), dead);
    // Now and then somebody died while taking it over.
    if (round % 4 === 0) writeFileSync(join(place, "lock.takeover"), dead);
    const at = Date.now() + 30;
    const most = await Promise.all(
      racers.map(async (racer) => {
        const answer = once(racer, "message");
        racer.send({ folder: place, at });
        return Number((await answer)[0]);
      }),
    );
    expect(Math.max(...most)).toBe(1);
    expect(readdirSync(place)).toEqual([]);
  }
  for (const racer of racers) racer.kill();
});

describe("a claim on runs", () => {
  const run = (name: string) => join(folder, "h6-1b", name);

  test("keeps a sweep off the run of a hand-in, and a hand-in off that of a sweep, in one sentence", () => {
    for (const [first, second] of [
      ["hand-in", "sweep"],
      ["sweep", "hand-in"],
      ["hand-in", "hand-in"],
    ] as const) {
      const release = claimRuns([run("full-s1"), run("full-s2")], first);
      expect(claimOf(run("full-s2"))).toMatchObject({ pid: process.pid, by: first });
      expect(() => claimRuns([run("full-s3"), run("full-s2")], second)).toThrow(
        `Expected the run h6-1b/full-s2 to be free but a ${first} is at work on it (another cell of ` +
          "this process): wait until it has ended, stop it, or leave that part or seed out. If it no longer exists, " +
          `delete ${run("full-s2.lock")}.`,
      );
      expect(claimOf(run("full-s3")), "all or none").toBeUndefined();
      release();
      expect(readdirSync(join(folder, "h6-1b"))).toEqual([]);
    }
  });

  test("does not keep sweeps off each other: they have a lock of their own", () => {
    const release = claimRuns([run("full-s1")], "sweep");
    claimRuns([run("full-s1")], "sweep")();
    expect(claimOf(run("full-s1"))).toMatchObject({ by: "sweep" });
    release();
  });

  test("of a hand-in lets its own kernels train, and nobody else", async () => {
    const child = spawn(process.execPath, ["-e", "setTimeout(() => {}, 60000)"]);
    claimRuns([run("full-s1")], "hand-in");
    const claim = JSON.parse(readFileSync(run("full-s1.lock"), "utf8"));
    writeFileSync(run("full-s1.lock"), JSON.stringify({ ...claim, pid: child.pid, born: "" }));
    expect(() => lockRun(run("full-s1"))).toThrow(
      `Expected the run h6-1b/full-s1 to be free but a hand-in is at work on it (process ${child.pid}): wait`,
    );
    vi.stubEnv("DEEPNETS_PARENT", String(child.pid));
    lockRun(run("full-s1"))();
    vi.unstubAllEnvs();
    child.kill();
    await once(child, "close");
    lockRun(run("full-s1"))();
    claimRuns([run("full-s1")], "sweep")();
  });
});
