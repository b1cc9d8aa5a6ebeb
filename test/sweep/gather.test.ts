import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { RunRecord } from "../../lib/src/runs/record";
import { folderOf, gather } from "../../lib/tools/sweep/gather";
import { sweepFigure } from "../../lib/tools/sweep/page";
import { makePlan, recordFile, type SweepPlan } from "../../lib/tools/sweep/plan";
import { parseRequest } from "../../lib/tools/sweep/request";
import { seedsText, tableText } from "../../lib/tools/sweep/table";

/** Runs the stand-in for each job, without Snakemake. */
function ran(argv: readonly string[], leave = 0): SweepPlan {
  const runs = mkdtempSync(join(tmpdir(), "gather-"));
  const plan = makePlan(parseRequest(argv), { runs, notebooks: "notebooks", execute: [], python: async () => "" }, 2);
  for (const job of plan.jobs.slice(leave)) {
    const target = join(runs, "sweeps", "jobs", job.part, job.run, "notebook.ipynb");
    const env = {
      ...process.env,
      DEEPNETS_PROFILE: plan.profile,
      DEEPNETS_SEED: String(job.seed),
      DEEPNETS_SET: job.set,
      DEEPNETS_RUNS: runs,
      STAND_IN: '{"steps":3,"seconds":0.001}',
    };
    execFileSync("python3", [join(__dirname, "../fixtures/sweep/execute.py"), job.notebook, target], { env });
  }
  return plan;
}

const records = (plan: SweepPlan) =>
  plan.jobs
    .filter((job) => existsSync(recordFile(plan, job)))
    .map((job) => JSON.parse(readFileSync(recordFile(plan, job), "utf8")) as RunRecord);

test("table, figure with bands, and a page that loads nothing", () => {
  const plan = ran(["h6-1b", "h6-1d", "--seeds", "1-3", "--quick"]);
  const table = gather(plan);
  expect(table.rows.map(({ part, n }) => [part, n])).toEqual([
    ["h6-1b", 3],
    ["h6-1d", 3],
  ]);
  const text = tableText(table).split("\n");
  expect(text[0]).toMatch(/^part +setting +n +test accuracy +range +train accuracy +minutes$/);
  expect(text[1]).toMatch(
    /^h6-1b +as on the sheet +3 +97\.\d\d ± 0\.\d\d % +97\.\d\d to 97\.\d\d % +99\.\d\d ± 0\.\d\d % +0\.0$/,
  );

  const figure = sweepFigure(table, records(plan));
  const bands = figure.data.filter((trace) => trace.fill === "tonexty");
  const lines = figure.data.filter((trace) => trace.line?.width === 2);
  expect(bands).toHaveLength(2);
  expect(lines.map((trace) => trace.name)).toEqual(["MLP", "CNN"]);
  const last = records(plan)
    .slice(0, 3)
    .map((record) => record.testAccuracy.at(-1)!);
  const mean = last.reduce((a, b) => a + b) / 3;
  const sd = Math.sqrt(last.reduce((sum, value) => sum + (value - mean) ** 2, 0) / 2);
  expect(lines[0]!.y.at(-1)).toBeCloseTo(mean, 4);
  expect(bands[0]!.y.at(-1)).toBeCloseTo(mean + sd, 4);
  expect(figure.layout.meta.caption).toContain(
    `MLP ${(table.rows[0]!.test.mean * 100).toFixed(2)} ± ${(table.rows[0]!.test.sd * 100).toFixed(2)} % (n = 3)`,
  );

  const html = readFileSync(join(folderOf(plan), "index.html"), "utf8");
  const own = html.replace(/<script>[\s\S]*?<\/script>/, ""); // plotly.js itself
  expect(own).not.toMatch(/(src|href)=|https?:|@import/);
  expect(own).toContain("Quick runs, not for hand-in.");
  expect(own).toContain("<td>1-3</td>");
  expect(own).not.toContain("are missing");
});

test("settings are rows and curves of their own; missing runs are counted", () => {
  const plan = ran(["h6-1b", "--seeds", "1-2", "--quick", "--set", "learningRate=0.001,0.0005"], 1);
  const table = gather(plan);
  expect(tableText(table)).toMatch(/learningRate 0\.001 +1 .*\n.*learningRate 0\.0005 +2 /);
  const figure = sweepFigure(table, records(plan));
  expect(figure.data.filter((trace) => trace.line?.width === 2).map((trace) => trace.name)).toEqual([
    "h6-1b learningRate 0.001",
    "h6-1b learningRate 0.0005",
  ]);
  expect(figure.data.filter((trace) => trace.fill === "tonexty")).toHaveLength(1);
  expect(readFileSync(join(folderOf(plan), "index.html"), "utf8")).toContain("1 of 4 runs are missing.");
});

test("the last job ends with one sentence when a record is damaged, and keeps the old table", () => {
  const plan = ran(["h6-1b", "--seeds", "1-2", "--quick"]);
  gather(plan);
  const file = join(folderOf(plan), "plan.json");
  writeFileSync(file, JSON.stringify(plan));
  const before = readFileSync(join(folderOf(plan), "table.json"));
  const [command, ...args] = plan.gather as [string, string];
  expect(execFileSync(command, [...args, file], { encoding: "utf8" })).toContain("as on the sheet");
  const damaged = recordFile(plan, plan.jobs[1]!);
  writeFileSync(damaged, readFileSync(damaged, "utf8").slice(0, 500));
  expect(() => execFileSync(command, [...args, file], { encoding: "utf8", stdio: "pipe" })).toThrow(
    /failed: gather: Expected the record of h6-1b to be a finished quick run but found a file that is no JSON.*quick-s2/,
  );
  expect(readFileSync(join(folderOf(plan), "table.json")).equals(before)).toBe(true);
});

test("no run yet: an empty table", () => {
  const plan = ran(["h6-1b", "--seeds", "1", "--quick"], 1);
  mkdirSync(folderOf(plan), { recursive: true });
  expect(gather(plan).rows).toEqual([]);
  expect(seedsText([1, 2, 3, 7, 9, 10])).toBe("1-3, 7, 9-10");
});
