import { availableParallelism } from "node:os";
import { afterEach, expect, test, vi } from "vitest";
import { ownCodeDigest } from "../../lib/src/runs/code-digest";
import { codeHash, machine, peakMemoryMB, threads, versionsOfRun } from "../../lib/src/runs/provenance";

afterEach(() => vi.unstubAllEnvs());

test("this library's hash, versions and machine", () => {
  expect(codeHash()).toMatch(/^[0-9a-f]{64}$/);
  expect(codeHash()).not.toBe(ownCodeDigest()); // engine and setting are part of it
  expect(versionsOfRun()).toMatchObject({ node: process.versions.node, tfjs: "4.22.0", tensorflow: "2.21.0" });
  expect(machine()).toMatchObject({ cores: availableParallelism(), platform: `${process.platform} ${process.arch}` });
  expect(peakMemoryMB()).toBeGreaterThan(20);
});

test("threads are those that the engine was told, or one per core", () => {
  vi.stubEnv("TF_NUM_INTRAOP_THREADS", "3");
  vi.stubEnv("TF_NUM_INTEROP_THREADS", "");
  expect(threads()).toEqual({ intra: 3, inter: availableParallelism() });
});
