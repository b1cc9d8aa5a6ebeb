import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { holderOf, lockRun } from "../../lib/src/base/lock";

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
  expect(() => lockRun(join(folder, "new"))).toThrow("this very process, in another cell");
  unlock();
  expect(readdirSync(join(folder, "new"))).toEqual([]);
  lockRun(join(folder, "new"))();
});

test("of a live process is respected", async () => {
  const child = spawn(process.execPath, ["-e", "setTimeout(() => {}, 60000)"]);
  leave({ pid: child.pid, host: hostname(), born: "" });
  expect(() => lockRun(folder)).toThrow(`Expected nobody else at this run but process ${child.pid} holds it`);
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
  expect(() => lockRun(folder)).toThrow("process 1 on elsewhere holds it");
});
