import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { resultsTable, withResults } from "../../lib/tools/handin/results";
import { root } from "../../lib/tools/notebooks/places";
import { storedRecords } from "../../lib/tools/notebooks/records";
import { sampleRecord } from "../fixtures/records";

const fresh = {
  size: 100_000,
  accuracy: 0.99651,
  baselineAccuracy: 0.98812,
  recall0: 0.7602,
  balancedAccuracy: 0.8805,
};
const records = {
  "h6-1a": [sampleRecord("h6-1a")],
  "h6-1b": [1, 2, 3].map((seed) => sampleRecord("h6-1b", seed)),
  "h6-2": [{ ...sampleRecord("h6-2"), extra: { fresh } }],
};
const of = (part: string) => records[part as keyof typeof records] ?? [];
/** A line of a table without the blanks that align it. */
const plain = (line: string) => line.replace(/ +/g, " ");
const text = (value: number) => `${(100 * value).toFixed(2)} %`;

test("lists what each part came to, with the spread where there are several seeds", () => {
  const table = resultsTable(of).split("\n");
  expect(plain(table[0]!)).toBe("| part | model | parameters | test | training | minutes | test, mean ± sd (seeds) |");
  const tests = records["h6-1b"].map(({ final }) => final!.test.accuracy);
  const mean = tests.reduce((sum, value) => sum + value) / 3;
  const sd = Math.sqrt(tests.reduce((sum, value) => sum + (value - mean) ** 2, 0) / 2);
  expect(sd).toBeGreaterThan(0);
  expect(new Set(table.slice(0, 5).map(({ length }) => length)).size).toBe(1);
  expect(table.slice(2, 5).map(plain)).toEqual([
    `| h6-1a | linear model | 7,850 | ${text(of("h6-1a")[0]!.final!.test.accuracy)} | 92.90 % | 7.5 | one run |`,
    `| h6-1b | multilayer perceptron | 5,695,510 | ${text(tests[0]!)} | 99.70 % | 7.5 | ` +
      `${(100 * mean).toFixed(2)} ± ${(100 * sd).toFixed(2)} % (3) |`,
    `| h6-2 | LSTM | 161,801 | ${text(of("h6-2")[0]!.final!.test.accuracy)} | 99.90 % | 7.5 | one run |`,
  ]);
  expect(table.join("\n")).toContain(
    "H6.2 on 100,000 fresh series: accuracy 99.65 % where always answering 1 has 98.81 %; recall of class 0 " +
      "76.02 %, balanced accuracy 88.05 %.",
  );
  expect(table.join("\n")).not.toContain("seeds the balanced");
  const lstms = [1, 2].map((seed) => ({
    ...sampleRecord("h6-2", seed),
    extra: { fresh: { ...fresh, balancedAccuracy: 0.9 - seed / 100 } },
  }));
  expect(resultsTable((part) => (part === "h6-2" ? lstms : of(part)))).toContain(
    "balanced accuracy 89.00 %. Over 2 seeds the balanced accuracy is 88.50 % on average, from 88.00 % to 89.00 %.",
  );
  // (6.2 + 1.3) minutes on two cores each, five parts, ten seeds
  expect(table.join("\n")).not.toContain("core hours");
  const whole = resultsTable((part) =>
    part in records ? of(part) : part.startsWith("h6") && part !== "h6-1e" ? [sampleRecord(part as "h6-1c")] : [],
  );
  expect(whole).toContain("A sweep of ten seeds of all five parts costs about 13 core hours there");
  expect(resultsTable((part) => of(part).slice(0, 1))).not.toContain("±");
  expect(resultsTable(() => [])).toBe("No full run is recorded yet.");
});

test("goes between its two marks, and asks for them when they are gone", () => {
  const readme = readFileSync(join(root, "README.md"), "utf8");
  const once = withResults(readme, "| a table |");
  expect(once).toContain("-->\n| a table |\n<!-- /results -->");
  expect(withResults(once, "| a table |")).toBe(once);
  expect(once.replace(/(?<=in data\/runs -->\n)[\s\S]*?(?=\n<!-- \/results)/, "")).toBe(
    readme.replace(/(?<=in data\/runs -->\n)[\s\S]*?(?=\n<!-- \/results)/, ""),
  );
  expect(() => withResults("# nothing", "| a table |")).toThrow(
    /^Expected README\.md to mark the place of its results by .* but found no beginning: put the two lines back\.$/,
  );
});

// Whoever trains anew has other numbers, until `handin -- --keep` takes them into the README.
const asCommitted =
  spawnSync("git", ["status", "--porcelain", "--", "data/runs", "README.md"], { cwd: root, encoding: "utf8" })
    .stdout === "";
test.runIf(asCommitted)("the README's table is what the committed records say", () => {
  const readme = readFileSync(join(root, "README.md"), "utf8");
  expect(readme).toBe(
    withResults(
      readme,
      resultsTable((part) => storedRecords(part, "full", join(root, "data/runs")).map(({ record }) => record)),
    ),
  );
});
