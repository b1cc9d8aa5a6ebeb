import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { parts } from "../../lib/src/parts";
import { describeProgress, liveRecord } from "../../lib/tools/handin/progress";
import { formatTable } from "../../lib/tools/notebooks/report";
import { makeRecord } from "../fixtures/handin/handin";

const runs = mkdtempSync(join(tmpdir(), "progress-"));
afterAll(() => rmSync(runs, { recursive: true, force: true }));

const live = (iteration: number) => ({
  ...makeRecord(parts[1]!, "full"),
  status: "running" as const,
  progress: { iteration, iterations: 20_000, stepsPerSecond: 50, etaSeconds: 152 },
  testAccuracy: [0.1, 0.9789],
});

describe("describeProgress", () => {
  test("tells the cell, and what the training says", () => {
    expect(describeProgress(6, 14, live(12_400))).toBe(
      "cell 6/14, iteration 12,400 of 20,000 (62 %), about 3 min left, test 97.9 %",
    );
    expect(describeProgress(1, 14, undefined)).toBe("cell 1/14");
    expect(describeProgress(6, 14, live(0))).toBe("cell 6/14, iteration 0 of 20,000 (0 %), test 97.9 %");
  });
});

describe("liveRecord", () => {
  const write = (folder: string, record: object | string, age: number) => {
    mkdirSync(join(runs, folder), { recursive: true });
    const file = join(runs, folder, "live.json");
    writeFileSync(file, typeof record === "string" ? record : JSON.stringify(record));
    utimesSync(file, Date.now() / 1000 - age, Date.now() / 1000 - age);
  };

  test("is what the run of the hand-in wrote, and no other's", () => {
    const since = Date.now() - 30_000;
    const of = (part: string, run: string) => liveRecord(runs, { part, run, since });
    expect(of("h6-1b", "full-s1")).toBeUndefined();
    write("h6-1b/full-s1", live(1), 60);
    expect(of("h6-1b", "full-s1")).toBeUndefined();
    write("h6-1b/full-s1", live(300), 20);
    write("h6-1b/full-s2", live(400), 10);
    write("h6-1c/full-s1", live(500), 5);
    expect(of("h6-1b", "full-s1")?.progress.iteration).toBe(300);
    write("h6-1b/full-s1", { ...live(400), status: "finished" }, 8);
    expect(of("h6-1b", "full-s1")).toBeUndefined();
    write("h6-1b/full-s1", '{"format"', 7);
    expect(of("h6-1b", "full-s1")).toBeUndefined();
  });
});

test("the table lines up", () => {
  const row = { notebook: "", title: "", seed: 1 };
  expect(
    formatTable({
      parts: [
        { ...row, part: "h6-1a", status: "finished", seconds: 71, iterations: 10_000, train: 0.929, test: 0.9243 },
        { ...row, part: "h6-1e", status: "not run", seconds: 0 },
      ],
    }),
  ).toBe(
    [
      "part   iterations   train    test  minutes",
      "h6-1a      10,000  92.9 %  92.4 %      1.2",
      "h6-1e                                  0.0  not run",
    ].join("\n"),
  );
});
