import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { main } from "../../lib/tools/reset/reset";

let runs: string;
let said: string[];

beforeEach(() => {
  runs = mkdtempSync(join(tmpdir(), "reset-"));
  vi.stubEnv("DEEPNETS_RUNS", runs);
  said = [];
  vi.spyOn(console, "log").mockImplementation((text: string) => void said.push(text));
});

afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
  rmSync(runs, { recursive: true, force: true });
});

const make = (part: string, name: string) => {
  mkdirSync(join(runs, part, name, "checkpoint"), { recursive: true });
  writeFileSync(join(runs, part, name, "record.json"), "{}");
  writeFileSync(join(runs, part, name, "checkpoint", "checkpoint.bin"), "x");
};

test("throws away the runs of the named part, and nothing else", async () => {
  for (const name of ["full-s1", "quick-s2", "full-s1-0123abcd"]) make("h6-1b", name);
  make("h6-1c", "full-s1");
  mkdirSync(join(runs, "h6-1b", "notes"));
  expect(await main(["h6-1b"])).toBe(0);
  expect(["full-s1", "quick-s2", "full-s1-0123abcd"].filter((name) => existsSync(join(runs, "h6-1b", name)))).toEqual(
    [],
  );
  expect(existsSync(join(runs, "h6-1b", "notes"))).toBe(true);
  expect(existsSync(join(runs, "h6-1c", "full-s1", "record.json"))).toBe(true);
  expect(said).toContain("h6-1b: threw away full-s1 (record and checkpoint)");
});

test("takes a notebook's name too, and says when there was nothing", async () => {
  expect(await main(["h6-1d-cnn"])).toBe(0);
  expect(said).toEqual(["h6-1d: there was nothing to throw away"]);
});

test("refuses an unknown part and an empty request", async () => {
  await expect(main(["h6-9"])).rejects.toThrow('Expected one of h6-1a, h6-1b, h6-1c, h6-1d, h6-2 but found "h6-9"');
  await expect(main([])).rejects.toThrow("Expected the parts to reset");
  await expect(main(["../.."])).rejects.toThrow("Expected one of");
});

test("leaves everything where a run is under way", async () => {
  make("h6-1a", "full-s1");
  make("h6-1b", "full-s1");
  writeFileSync(
    join(runs, "h6-1b", "full-s1", "lock"),
    JSON.stringify({ pid: process.pid, host: hostname(), born: "" }),
  );
  await expect(main(["h6-1a", "h6-1b"])).rejects.toThrow(`process ${process.pid}`);
  expect(existsSync(join(runs, "h6-1a", "full-s1", "record.json"))).toBe(true);
});
