import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, inject, it, vi } from "vitest";
import { checkFolder, formatFindings } from "../../lib/tools/handin/check";
import { readNotebook, sourceOf } from "../../lib/tools/handin/notebook";
import { parts } from "../../lib/tools/handin/parts";
import { storedRecords } from "../../lib/tools/handin/records";
import { findTags } from "../../lib/tools/handin/tags";
import type { Report } from "../../lib/tools/handin/report";
import type { RunRecord } from "../../lib/src/training/record";

const quick = inject("quickHandin");
vi.stubEnv("DEEPNETS_RUNS", quick.runs);
afterAll(() => vi.unstubAllEnvs());

const record = (part: string): RunRecord => storedRecords(part, "quick", quick.runs)[0]!.record;
const executed = parts.map((part) => ({ part, file: join(quick.handin, part.notebook) }));

describe("the quick hand-in of the real notebooks", () => {
  it("ends with 0 and prints its table", () => {
    expect(quick.output).not.toMatch(/ \[[a-z-]+\]\n/);
    expect(quick.code).toBe(0);
    for (const { id } of parts) expect(quick.output).toMatch(new RegExp(`^${id} .*\\d\\.\\d`, "m"));
    expect(quick.output).toMatch(/This is a quick run, not for hand-in\./);
  });

  it("leaves eight executed notebooks, their pages, an index and a report", () => {
    for (const { file } of executed) for (const end of ["ipynb", "html"]) expect(existsSync(`${file}.${end}`)).toBe(true);
    const report = JSON.parse(readFileSync(join(quick.handin, "report.json"), "utf8")) as Report;
    expect(report).toMatchObject({ profile: "quick", notice: "quick run, not for hand-in" });
    expect(report.parts.map(({ part, status }) => [part, status])).toEqual(parts.map(({ id }) => [id, "finished"]));
    const index = readFileSync(join(quick.handin, "index.html"), "utf8");
    expect(index).toContain("quick run, not for hand-in");
    for (const { notebook } of parts) expect(index).toContain(`${notebook}.html`);
  });

  it("breaks no rule that a quick run can keep", () => {
    expect(formatFindings(checkFolder(quick.handin, { quick: true }))).toBe("");
  });

  it("is refused by a check on its own, for being quick", () => {
    expect(checkFolder(quick.handin).map(({ rule }) => rule)).toEqual(parts.map(() => "quick-run"));
  });

  it("has a number in every tag", () => {
    const tags = executed.flatMap(({ file }) => readNotebook(`${file}.ipynb`).cells.filter(({ cell_type }) => cell_type === "markdown").flatMap((cell) => findTags(sourceOf(cell))));
    expect(tags.length).toBeGreaterThan(10);
    for (const { key, text } of tags) expect(text, key).toMatch(/\d/);
  });

  it.each([
    ["h6-1a", 0.88],
    ["h6-1b", 0.9],
    ["h6-1c", 0.9],
    ["h6-1d", 0.9],
  ])("%s learns: at least %d test accuracy", (part, floor) => {
    const { final, iterations, testAccuracy } = record(part);
    expect(final!.test.accuracy).toBeGreaterThanOrEqual(floor);
    // The curve ends where the final evaluation stands: the reported figure is the last iteration's.
    expect(iterations.at(-1)).toBe(record(part).config.iterations);
    expect(testAccuracy.at(-1)).toBeCloseTo(final!.test.accuracy, 6);
  });

  it("h6-2 beats the best constant prediction", () => {
    const { train, test } = record("h6-2").final!;
    expect(test.loss).toBeLessThan(constantLoss(share(train.confusion), share(test.confusion)));
  });
});

/** Share of class 1 among the examples behind a confusion matrix. */
function share(confusion: RunRecord["final"] extends infer F ? (F extends { test: { confusion: infer C } } ? C : never) : never): number {
  const [zeros, ones] = confusion.map((row) => row.reduce((sum, count) => sum + count, 0)) as [number, number];
  return ones / (zeros + ones);
}

/** Cross-entropy of always predicting the training set's share of class 1. */
const constantLoss = (trained: number, tested: number) => -(tested * Math.log(trained) + (1 - tested) * Math.log(1 - trained));
