import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { findBrowser } from "../../lib/src/notebook/browser";
import { parts } from "../../lib/src/parts";
import type { RunRecord } from "../../lib/src/runs/record";
import { checkFolder, formatFindings } from "../../lib/tools/handin/check";
import { executeNotebook } from "../../lib/tools/notebooks/execute";
import { readNotebook, sourceOf } from "../../lib/tools/notebooks/notebook";
import { notebooksFolder } from "../../lib/tools/notebooks/places";
import { storedRecords } from "../../lib/tools/notebooks/records";
import type { Report } from "../../lib/tools/notebooks/report";
import { findTags } from "../../lib/tools/notebooks/tags";
import { quickHandin } from "../fixtures/handin/quick";

const quick = await quickHandin();
const base = mkdtempSync(join(tmpdir(), "quick-test-"));
beforeAll(() => void vi.stubEnv("DEEPNETS_RUNS", quick.runs));
afterAll(() => {
  vi.unstubAllEnvs();
  rmSync(base, { recursive: true, force: true });
});

const record = (part: string): RunRecord => storedRecords(part, "quick", quick.runs)[0]!.record;
const executed = () => parts.map((part) => ({ part, file: join(quick.handin, part.notebook) }));

// Where this machine has no browser, pictures are missing, and nothing else.
const lacking = new Set<string>(findBrowser() ? [] : ["picture-missing"]);

describe("the quick hand-in of the real notebooks", () => {
  test("ends with 0 and prints its table", () => {
    const named = [...quick.output.matchAll(/ \[([a-z-]+)\]\n/g)].map(([, rule]) => rule);
    expect(new Set(named)).toEqual(lacking);
    expect(quick.code).toBe(lacking.size);
    for (const { id } of parts) expect(quick.output).toMatch(new RegExp(`^${id} .*\\d\\.\\d`, "m"));
    expect(quick.output).toMatch(/This is a quick run, not for hand-in\./);
  });

  test("leaves eight executed notebooks, their pages, an index and a report", () => {
    for (const { file } of executed())
      for (const end of ["ipynb", "html"]) expect(existsSync(`${file}.${end}`)).toBe(true);
    const report = JSON.parse(readFileSync(join(quick.handin, "report.json"), "utf8")) as Report;
    expect(report).toMatchObject({ profile: "quick", notice: "quick run, not for hand-in" });
    expect(report.parts.map(({ part, status }) => [part, status])).toEqual(parts.map(({ id }) => [id, "finished"]));
    const index = readFileSync(join(quick.handin, "index.html"), "utf8");
    expect(index).toContain("quick run, not for hand-in");
    expect(index).toContain("on the first 5,000 training and all test examples");
    for (const { notebook } of parts) expect(index).toContain(`${notebook}.html`);
  });

  test("is refused by a check on its own, for being quick and for nothing else", async () => {
    const findings = await checkFolder(quick.handin);
    const [short, others] = [true, false].map((is) => findings.filter(({ rule }) => (rule === "quick-run") === is));
    expect(formatFindings(others!.filter(({ rule }) => !lacking.has(rule)))).toBe("");
    expect(short).toHaveLength(parts.length);
  });

  test("has a number in every tag", () => {
    const tags = executed().flatMap(({ file }) =>
      readNotebook(`${file}.ipynb`)
        .cells.filter(({ cell_type }) => cell_type === "markdown")
        .flatMap((cell) => findTags(sourceOf(cell))),
    );
    expect(tags.length).toBeGreaterThan(10);
    // A hand-in trains one seed and no variant: the spread, tests between models, and variants have no numbers then.
    const several = /^compare\.|:|\.sd$/;
    for (const { key, text } of tags)
      expect(text, key).toMatch(several.test(key) ? /\d|not measured|unknown|shown/ : /\d/);
  });

  test.each([
    ["h6-1a", 0.88],
    ["h6-1b", 0.9],
    ["h6-1c", 0.9],
    ["h6-1d", 0.9],
  ])("%s learns: at least %d test accuracy", (part, floor) => {
    const { final, iterations, testAccuracy } = record(part);
    expect(final!.test.accuracy).toBeGreaterThanOrEqual(floor);
    // The reported number is the last iteration's. The curve ends near it, not at it: a quick run's curve is measured on
    // the first 1,000 test examples, which are harder than the others.
    expect(iterations.at(-1)).toBe(record(part).config.iterations);
    expect(Math.abs(testAccuracy.at(-1)! - final!.test.accuracy)).toBeLessThan(0.05);
  });

  test("h6-2 beats the best constant prediction", () => {
    // On 7,000 series: about 80 of them are of class 0, where the 2,000 of the test set hold a dozen or two by chance.
    const { train, test } = record("h6-2").final!;
    const weigh = (ofTrain: number, ofTest: number) =>
      (ofTrain * train.size + ofTest * test.size) / (train.size + test.size);
    const trained = share(train.confusion);
    expect(weigh(train.loss, test.loss)).toBeLessThan(
      weigh(constantLoss(trained, trained), constantLoss(trained, share(test.confusion))),
    );
  });
});

describe("the real notebooks in trouble", () => {
  test("h6-1e without records says which notebook to run", async () => {
    const source = join(notebooksFolder(), "h6-1e-comparison.ipynb");
    const env = { DEEPNETS_PROFILE: "quick", DEEPNETS_RUNS: join(base, "no-runs") };
    const outcome = await executeNotebook(source, join(base, "h6-1e.ipynb"), { env });
    expect(outcome.status).toBe("failed");
    expect(outcome.message).toMatch(/^cell \d+, line \d+: .*h6-1a/);
  });
});

/** Share of class 1 among the examples behind a confusion matrix. */
function share(
  confusion: RunRecord["final"] extends infer F ? (F extends { test: { confusion: infer C } } ? C : never) : never,
): number {
  const [zeros, ones] = confusion.map((row) => row.reduce((sum, count) => sum + count, 0)) as [number, number];
  return ones / (zeros + ones);
}

/** Cross-entropy of always predicting the training set's share of class 1. */
const constantLoss = (trained: number, tested: number) =>
  -(tested * Math.log(trained) + (1 - tested) * Math.log(1 - trained));
