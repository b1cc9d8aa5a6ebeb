import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test, vi } from "vitest";
import { codeHash, hashOfRooms, machine, peakMemoryMB, threads, versionsOfRun } from "../../lib/src/runs/provenance";

afterEach(() => vi.unstubAllEnvs());

test("the code's hash follows each file of the four rooms and the engine, and nothing else", () => {
  const source = mkdtempSync(join(tmpdir(), "rooms-"));
  const write = (file: string, text: string) => {
    mkdirSync(join(source, file, ".."), { recursive: true });
    writeFileSync(join(source, file), text);
  };
  for (const room of ["data", "graph", "models", "training", "figures"]) write(`${room}/a.js`, "1");
  write("graph/ops/b.js", "2");
  const first = hashOfRooms(source, "2.21.0");
  expect(hashOfRooms(source, "2.21.0")).toBe(first);
  expect(hashOfRooms(source, "2.9.1")).not.toBe(first);
  write("figures/a.js", "other");
  write("data/a.d.ts", "types");
  write("data/notes.md", "text");
  expect(hashOfRooms(source, "2.21.0")).toBe(first);
  for (const file of ["data/a.js", "graph/a.js", "graph/ops/b.js", "models/a.js", "training/a.js", "training/new.js"]) {
    const before = hashOfRooms(source, "2.21.0");
    write(file, "changed");
    expect(hashOfRooms(source, "2.21.0")).not.toBe(before);
  }
  rmSync(source, { recursive: true });
});

test("this library's hash, versions and machine", () => {
  expect(codeHash()).toMatch(/^[0-9a-f]{64}$/);
  expect(versionsOfRun()).toMatchObject({ node: process.versions.node, tfjs: "4.22.0", tensorflow: "2.21.0" });
  expect(machine()).toMatchObject({ cores: availableParallelism(), platform: `${process.platform} ${process.arch}` });
  expect(peakMemoryMB()).toBeGreaterThan(20);
});

test("threads are those that the engine was told, or one per core", () => {
  vi.stubEnv("TF_NUM_INTRAOP_THREADS", "3");
  vi.stubEnv("TF_NUM_INTEROP_THREADS", "");
  expect(threads()).toEqual({ intra: 3, inter: availableParallelism() });
});
