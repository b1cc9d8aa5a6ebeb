import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { writeWhole } from "../../src/base/files";
import type { StatusLines } from "../../src/base/status-lines";
import { type Part, parts } from "../../src/parts";
import type { Lock } from "../notebooks/folder-lock";
import { makeReport, type PartReport, parseReport, type Report, reportPart } from "../notebooks/report";

/** What a hand-in is to do. */
export interface HandinPlan {
  readonly chosen: readonly Part[];
  readonly profile: "full" | "quick";
  readonly seed: number;
  /** Notebooks that run at the same time. */
  readonly atOnce: number;
  /** Threads of each notebook's engine ("1,1"), where they are not the notebook's own. */
  readonly threads: string | undefined;
  /** Keeps what is finished and goes on with the rest. */
  readonly resume: boolean;
  /** Copies the executed notebooks back. */
  readonly keep: boolean;
}

/** The run that a hand-in makes for a part. */
export const runOf = ({ profile, seed }: HandinPlan, { id }: Part) => ({ part: id, profile, seed, overrides: {} });

/** One hand-in under way. */
export interface Session {
  readonly plan: HandinPlan;
  /** The folder of the executed notebooks, the pages and the report. */
  readonly folder: string;
  readonly lock: Lock;
  readonly line: StatusLines;
  readonly signal: AbortSignal;
  /** What became of the notebooks so far, by part. */
  readonly reports: Map<string, PartReport>;
  /** Parts that ran now, and were not kept. */
  readonly renewed: Set<string>;
}

/** Removes files that a killed hand-in left half-written. */
export function sweepUp(folder: string): void {
  for (const name of readdirSync(folder))
    if (/\.part$|^\..*\.source\.ipynb$/.test(name)) rmSync(join(folder, name), { force: true });
}

/** Writes the report of what is known so far: after a kill it must not describe another run. */
export function saveReport({ plan, folder, reports }: Session): Report {
  const unknown = {
    status: "not run",
    seconds: 0,
    seed: plan.seed,
    error: "the hand-in was stopped before it ended.",
  } as const;
  const own = plan.chosen.map((part) => reports.get(part.id) ?? reportPart(part, unknown, undefined));
  const report = makeReport(plan.profile, own);
  writeWhole(join(folder, "report.json"), `${JSON.stringify(merge(report, join(folder, "report.json")), null, 2)}\n`);
  return report;
}

/** A hand-in of some parts keeps what the report says about the others. */
function merge(report: Report, file: string): Report {
  const before = existsSync(file) ? parseReport(readFileSync(file, "utf8")) : undefined;
  const old = before?.profile === report.profile ? before.parts : [];
  return {
    ...report,
    parts: parts.flatMap(({ id }) => [...report.parts, ...old].find(({ part }) => part === id) ?? []),
  };
}
