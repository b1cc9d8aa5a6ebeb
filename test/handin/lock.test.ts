import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { lockFolder } from "../../lib/tools/notebooks/folder-lock";

const folder = mkdtempSync(join(tmpdir(), "lock-"));
const file = join(folder, ".lock");
const children: ReturnType<typeof sleeper>[] = [];
const sleeper = () => spawn("sleep", ["60"], { stdio: "ignore" });
const start = () => {
  const child = sleeper();
  children.push(child);
  return child;
};
afterEach(() => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
  rmSync(folder, { recursive: true, force: true });
});
const ended = (child: ReturnType<typeof sleeper>) => new Promise((done) => child.on("close", done));
const born = (pid: number) => readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]!.split(" ")[19];

describe("lockFolder", () => {
  test("makes the folder, holds it, and lets go", async () => {
    const lock = await lockFolder(folder);
    expect(JSON.parse(readFileSync(file, "utf8"))).toMatchObject({ pid: process.pid });
    lock.release();
    expect(readdirSync(folder)).toEqual([]);
  });

  test("refuses while a hand-in runs, naming it and the way out", async () => {
    const lock = await lockFolder(folder);
    await expect(lockFolder(folder)).rejects.toThrow(
      `Another hand-in is running here (process ${process.pid}): wait until it ends, or stop it with kill ` +
        `${process.pid}. If no such program runs, delete ${file}.`,
    );
    expect(existsSync(file)).toBe(true);
    lock.release();
  });

  test.each([
    ["whose process is gone", () => `{"pid":4194304,"born":"1"}`],
    ["whose process id now belongs to another program", () => `{"pid":${start().pid},"born":"1"}`],
    ["that was cut short", () => '{"pid":'],
    ["that is empty", () => ""],
  ])("takes over one %s", async (_, content) => {
    await lockFolder(folder);
    writeFileSync(file, content());
    const lock = await lockFolder(folder);
    expect(JSON.parse(readFileSync(file, "utf8"))).toMatchObject({ pid: process.pid });
    lock.release();
    expect(readdirSync(folder)).toEqual([]);
  });

  test("waits for the runner that a killed hand-in left", async () => {
    await lockFolder(folder);
    const runner = start();
    writeFileSync(
      file,
      JSON.stringify({ pid: 4194304, born: "1", runners: [{ pid: runner.pid, born: born(runner.pid!) }] }),
    );
    let taken = false;
    const waiting = lockFolder(folder).then((lock) => {
      taken = true;
      return lock;
    });
    await new Promise((done) => setTimeout(done, 600));
    expect(taken).toBe(false);
    runner.kill();
    await ended(runner);
    (await waiting).release();
  });

  test("lets only one of two take over", async () => {
    await lockFolder(folder);
    writeFileSync(file, `{"pid":4194304,"born":"1"}`);
    const both = await Promise.allSettled([lockFolder(folder), lockFolder(folder)]);
    expect(both.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
  });

  test("says in one sentence where it cannot write", async () => {
    const blocked = join(folder, "file");
    await lockFolder(folder);
    writeFileSync(blocked, "");
    await expect(lockFolder(blocked)).rejects.toThrow(
      /^Expected a file or folder but something else has its name \(\w+, .*file\): rename/,
    );
  });

  test("notes the runner", async () => {
    const lock = await lockFolder(folder);
    const runner = start();
    lock.note(runner.pid!);
    expect(JSON.parse(readFileSync(file, "utf8"))).toMatchObject({
      pid: process.pid,
      runners: [{ pid: runner.pid, born: born(runner.pid!) }],
    });
    lock.release();
  });
});
