import { readFileSync } from "node:fs";
import { join } from "node:path";
import { writeWhole } from "../../src/base/files";
import type { RunRecord } from "../../src/runs/record";
import { spread } from "../../src/runs/spread";
import { sweepPage } from "./page";
import { readFinished, type SweepPlan } from "./plan";
import { type SweepTable, tableText } from "./table";

/** The folder of a sweep's table, page and plan. */
export const folderOf = ({ runs, name }: Pick<SweepPlan, "runs" | "name">) => join(runs, "sweeps", name);

/**
 * Reads all records of a sweep that are there, and writes its table and its page.
 *
 * @throws UserError When a record is damaged, or the files cannot be written.
 */
export function gather(plan: SweepPlan): SweepTable {
  const records = plan.jobs
    .map((job) => readFinished(plan, job))
    .filter((record): record is RunRecord => record !== undefined);
  const table: SweepTable = { profile: plan.profile, jobs: plan.jobs.length, rows: spread(records) };
  const folder = folderOf(plan);
  writeWhole(join(folder, "table.json"), `${JSON.stringify(table, null, 1)}\n`);
  writeWhole(join(folder, "index.html"), sweepPage(table, records));
  return table;
}

/** The job that Snakemake runs last: `node gather.js plan.json`. */
function main([file]: readonly string[]): void {
  const plan = JSON.parse(readFileSync(file!, "utf8")) as SweepPlan;
  console.log(tableText(gather(plan)));
}

if (require.main === module) {
  try {
    main(process.argv.slice(2));
  } catch (error) {
    console.error(`failed: gather: ${error instanceof Error ? error.message : String(error)}`);
    process.exitCode = 1;
  }
}
