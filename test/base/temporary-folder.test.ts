import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { expect, test } from "vitest";
import { clearLeftovers, temporaryFolder } from "../../lib/src/base/temporary-folder";

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
