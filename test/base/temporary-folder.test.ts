import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join, resolve } from "node:path";
import { expect, test } from "vitest";
import { clearLeftovers, removeFolder, temporaryFolder } from "../../lib/src/base/temporary-folder";

test("what a killed process left in the temporary folder goes, what a live one has stays", () => {
  const { pid: gone } = spawnSync(process.execPath, ["-e", ""]);
  const left = ["graph", "tensorboard", "sweep"].map((kind) => join(tmpdir(), `deepnets-${kind}-${gone}-abCD12`));
  left.push(join(tmpdir(), `deepnets-kernel-${gone}-a_cd1234`)); // Python's way
  const foreign = join(tmpdir(), `deepnets-notes-of-${gone}`);
  for (const folder of [...left, foreign]) {
    mkdirSync(folder);
    writeFileSync(join(folder, "saved_model.pb"), "half");
  }
  const mine = temporaryFolder("graph");
  expect(basename(mine)).toMatch(new RegExp(`^deepnets-graph-${process.pid}-\\w{6}$`));
  clearLeftovers();
  expect(left.filter((folder) => existsSync(folder))).toEqual([]);
  expect([mine, foreign].every((folder) => existsSync(folder))).toBe(true);
  for (const folder of [mine, foreign]) rmSync(folder, { recursive: true });
});

test("what cannot be removed now stays, and nothing is thrown", () => {
  const folder = temporaryFolder("graph");
  const file = join(folder, "a-file");
  writeFileSync(file, "");
  // No folder is below a file.
  const impossible = join(file, "folder");
  expect(() => rmSync(impossible, { recursive: true, force: true })).toThrow("ENOTDIR");
  removeFolder(impossible);
  expect(existsSync(file)).toBe(true);
  removeFolder(folder);
  expect(existsSync(folder)).toBe(false);
});

test("a process's own folders go when it exits", () => {
  const script = `const { temporaryFolder } = require(${JSON.stringify(resolve("lib/dist/src/base/temporary-folder.js"))});
console.log(temporaryFolder("graph"), temporaryFolder("browser")); process.exit(3);`;
  const { stdout, status } = spawnSync(process.execPath, ["-e", script], { encoding: "utf8" });
  expect(status).toBe(3);
  const folders = stdout.trim().split(" ");
  expect(folders).toHaveLength(2);
  expect(folders.filter((folder) => existsSync(folder))).toEqual([]);
});
