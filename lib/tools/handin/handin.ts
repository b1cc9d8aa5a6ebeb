import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { UserError } from "../user-error";
import { exportNotebooks } from "../export/export";
import { checkFolder, formatFindings } from "./check";
import { executeNotebook, type Outcome } from "./execute";
import { lockFolder, type Lock } from "./lock";
import { annotateRun, quickNotice, readNotebook, setSource, sourceOf, writeNotebook, writeWhole, type RunNote } from "./notebook";
import { parts, type Part } from "./parts";
import { handinFolder, notebooksFolder, runsFolder } from "./places";
import { describeProgress, duration, liveRecord, StatusLine } from "./progress";
import { formatTable, makeReport, reportPart, type PartReport, type Report } from "./report";
import { fingerprint, recordsOf, staysValid } from "./state";
import { storedRecords } from "./records";
import { fillTags, tagText } from "./tags";

export const options = { quick: { type: "boolean" }, continue: { type: "boolean" }, keep: { type: "boolean" } } as const;

/** What a hand-in is to do. */
interface Plan {
  readonly chosen: readonly Part[];
  readonly profile: "full" | "quick";
  readonly seed: number;
  readonly resume: boolean;
  readonly keep: boolean;
}

/**
 * `npm run handin`: runs the notebooks from scratch in fresh kernels, fills the numbers in their prose from the records just made, exports
 * and checks them. Resolves to 0 when all is well, 1 when not, 130 when it was stopped.
 */
export async function main(argv: string[]): Promise<number> {
  const plan = makePlan(argv);
  const folder = handinFolder();
  const lock = await lockFolder(folder);
  const stop = new AbortController();
  const abort = () => stop.abort();
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
  for (const signal of signals) process.on(signal, abort);
  try {
    return await handIn(plan, folder, lock, stop.signal);
  } finally {
    for (const signal of signals) process.off(signal, abort);
    lock.release();
  }
}

function makePlan(argv: string[]): Plan {
  const { values, positionals } = parseArgs({ args: argv, options, allowPositionals: true });
  const ids = parts.map(({ id }) => id);
  const unknown = positionals.find((id) => !ids.includes(id));
  if (unknown !== undefined) throw new UserError(`Expected parts out of ${ids.join(", ")} but found ${unknown}: name one of these, or none for all.`);
  const profile = values.quick || process.env.DEEPNETS_PROFILE === "quick" ? "quick" : "full";
  if (profile === "quick" && values.keep)
    throw new UserError("Expected --keep with a full run but found a quick one, whose numbers are not for hand-in: leave out --keep or --quick.");
  if (process.env.DEEPNETS_SET)
    throw new UserError(`Expected the sheet's own settings but DEEPNETS_SET changes ${process.env.DEEPNETS_SET}: unset it, or use npm run sweep -- --set.`);
  const seed = Number(process.env.DEEPNETS_SEED || 1);
  if (!Number.isSafeInteger(seed) || seed < 0) throw new UserError(`Expected DEEPNETS_SEED to be a whole number but found ${process.env.DEEPNETS_SEED}: set it to 1, 2, 3 ...`);
  const chosen = positionals.length ? parts.filter(({ id }) => positionals.includes(id)) : parts;
  return { chosen, profile, seed, resume: values.continue ?? false, keep: values.keep ?? false };
}

async function handIn(plan: Plan, folder: string, lock: Lock, signal: AbortSignal): Promise<number> {
  const line = new StatusLine();
  line.print(`Running ${count(plan.chosen.length, "notebook")} into ${folder}${plan.profile === "quick" ? ` (${quickNotice})` : ""}`);
  const reports = new Map<string, PartReport>();
  const renewed = new Set<string>();
  sweepUp(folder);
  for (const [index, part] of plan.chosen.entries()) {
    saveReport();
    const report = await runPart(part, `[${index + 1}/${plan.chosen.length}] ${part.notebook}`);
    if (signal.aborted) {
      line.print(`Stopped. What is finished is kept in ${folder}: npm run handin -- ${plan.profile === "quick" ? "--quick " : ""}--continue goes on from here.`);
      return 130;
    }
    reports.set(part.id, report);
  }

  fill(plan, folder);
  const report = saveReport();
  const notebooks = plan.chosen.map(({ notebook }) => notebook).filter((name) => existsSync(join(folder, `${name}.ipynb`)));
  line.update("Exporting to HTML ...");
  const problems = (await exportNotebooks({ from: folder, to: folder, notebooks })).flatMap(({ notebook, problems: all }) => all.map((problem) => `${notebook}: a formula cannot be typeset: ${problem}.`));
  const finished = plan.chosen.filter(({ id }) => reports.get(id)?.status === "finished");
  const findings = checkFolder(folder, { parts: finished, quick: plan.profile === "quick" });
  line.print(`\n${formatTable(report)}\n`);
  if (findings.length) line.print(formatFindings(findings) + "\n");
  if (plan.keep) keepNotebooks(plan, folder, reports, line);
  const failed = report.parts.filter(({ status }) => status !== "finished");
  for (const { notebook, error } of failed) line.print(`${notebook}: ${error}`);
  for (const problem of problems) line.print(problem);
  const faults = findings.length + problems.length;
  const good = failed.length === 0 && faults === 0;
  if (plan.profile === "quick") line.print(`This is a ${quickNotice}.`);
  line.print(good ? `All is well: open ${join(folder, "index.html")}` : `Not ready to hand in: ${count(failed.length, "notebook")} did not finish, ${count(faults, "finding")}.`);
  return good ? 0 : 1;

  /** What is known so far, so that a hand-in that is killed leaves no report that speaks of another run. */
  function saveReport(): Report {
    const unknown = { status: "not run", seconds: 0, seed: plan.seed, error: "the hand-in was stopped before it ended." } as const;
    const report = makeReport(plan.profile, plan.chosen.map((part) => reports.get(part.id) ?? reportPart(part, unknown, undefined)));
    writeWhole(join(folder, "report.json"), JSON.stringify(mergeReport(folder, report), null, 2) + "\n");
    return report;
  }

  async function runPart(part: Part, title: string): Promise<PartReport> {
    const { profile, seed } = plan;
    const source = join(notebooksFolder(), `${part.notebook}.ipynb`);
    const target = join(folder, `${part.notebook}.ipynb`);
    const missing = part.needs.find((id) => (reports.get(id)?.status ?? "finished") !== "finished");
    if (missing) return reportPart(part, { status: "not run", seconds: 0, seed, error: `not run because it reads the records of ${missing}, which did not finish.` }, undefined);
    const kept = plan.resume && !part.needs.some((id) => renewed.has(id)) ? staysValid(part, source, target, profile, seed) : undefined;
    if (kept) {
      line.print(`${title}: kept, finished in ${duration(kept.seconds)}`);
      return reportPart(part, { status: "finished", seconds: kept.seconds, seed }, recordOf(part));
    }
    renewed.add(part.id);
    rmSync(join(folder, `${part.notebook}.html`), { force: true });
    const note: RunNote = { source: fingerprint(readNotebook(source)), profile, seed, status: "running", seconds: 0, records: {} };
    const outcome = await execute(part, title, source, target, note);
    if (outcome.status === "stopped" || signal.aborted) return reportPart(part, { status: "failed", seconds: outcome.seconds, seed, error: outcome.message }, undefined);
    const status = outcome.status === "finished" ? "finished" : "failed";
    if (existsSync(target)) {
      const records = status === "finished" ? recordsOf(part, profile, seed) : {};
      writeNotebook(target, annotateRun(readNotebook(target), { ...note, status, seconds: Math.round(outcome.seconds), records }));
    }
    const cells = `${outcome.cell} cells in ${duration(outcome.seconds)}`;
    line.print(status === "finished" ? `${title}: ${cells}` : `${title}: ${outcome.message}`);
    return reportPart(part, { status, seconds: outcome.seconds, seed, error: outcome.message }, recordOf(part));
  }

  async function execute(part: Part, title: string, source: string, target: string, note: RunNote): Promise<Outcome> {
    const started = Date.now();
    let cell = 0;
    let cells = 0;
    const tick = () => line.update(`${title}: ${describeProgress(cell, cells, liveRecord(runsFolder(), part.id, started))}`);
    const timer = setInterval(tick, 1000);
    // The copy that runs carries the note, so that an interrupted hand-in can tell what it finds.
    const marked = join(folder, `.${part.notebook}.source.ipynb`);
    writeNotebook(marked, annotateRun(readNotebook(source), note));
    try {
      return await executeNotebook(marked, target, {
        env: { DEEPNETS_PROFILE: plan.profile, DEEPNETS_FRESH: plan.resume ? undefined : "1" },
        onCell: (k, n) => (([cell, cells] = [k, n]), tick()),
        onStderr: (text) => (line.clear(), process.stderr.write(text + "\n")),
        onStart: lock.note,
        signal,
      });
    } finally {
      clearInterval(timer);
      rmSync(marked, { force: true });
    }
  }

  function recordOf(part: Part) {
    return storedRecords(part.id, plan.profile).find(({ record }) => record.seed === plan.seed)?.record;
  }
}

const count = (n: number, noun: string) => `${n} ${noun}${n === 1 ? "" : "s"}`;

/** Puts the numbers of the records just made into the prose of all notebooks that ran. */
function fill({ chosen, profile, seed }: Plan, folder: string): void {
  const records = (part: string) => storedRecords(part, profile).map(({ record }) => record);
  for (const { notebook: name } of chosen) {
    const file = join(folder, `${name}.ipynb`);
    if (!existsSync(file)) continue;
    const notebook = readNotebook(file);
    for (const cell of notebook.cells)
      if (cell.cell_type === "markdown")
        setSource(cell, fillTags(sourceOf(cell), (key) => {
          try {
            return tagText(key, records, seed);
          } catch {
            return undefined; // the check names it, with the remedy
          }
        }));
    writeNotebook(file, notebook);
  }
}

/** Removes what a hand-in that was killed left half-written. */
function sweepUp(folder: string): void {
  for (const name of readdirSync(folder)) if (/\.part$|^\..*\.source\.ipynb$/.test(name)) rmSync(join(folder, name), { force: true });
}

/** A hand-in of some parts keeps what the report says about the others. */
function mergeReport(folder: string, report: Report): Report {
  let old: readonly PartReport[] = [];
  try {
    const before = JSON.parse(readFileSync(join(folder, "report.json"), "utf8")) as Report;
    if (before.profile === report.profile) old = before.parts;
  } catch {
    // none yet
  }
  return { ...report, parts: parts.flatMap(({ id }) => [...report.parts, ...old].find(({ part }) => part === id) ?? []) };
}

function keepNotebooks({ chosen }: Plan, folder: string, reports: ReadonlyMap<string, PartReport>, line: StatusLine): void {
  for (const { id, notebook } of chosen) {
    if (reports.get(id)?.status !== "finished") continue;
    const from = join(folder, `${notebook}.ipynb`);
    const to = join(notebooksFolder(), `${notebook}.ipynb`);
    if (readNotebook(from).metadata.deepnets?.run?.source !== fingerprint(readNotebook(to))) {
      line.print(`${notebook}: not copied back, since notebooks/${notebook}.ipynb changed while it ran: run npm run handin -- ${id} --keep again.`);
      continue;
    }
    const part = `${to}.${process.pid}.part`;
    mkdirSync(notebooksFolder(), { recursive: true });
    copyFileSync(from, part);
    renameSync(part, to);
    line.print(`${notebook}: copied back to notebooks/`);
  }
}
