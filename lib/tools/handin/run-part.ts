import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "../../src/base/errors.cjs";
import { roughDuration } from "../../src/base/text";
import type { Part } from "../../src/parts";
import { runName, sweepJobFolder } from "../../src/runs/places";
import { executeNotebook, type Outcome } from "../notebooks/execute";
import { fingerprint, recordsOf, staysValid, withOutputs } from "../notebooks/fingerprint";
import { annotateRun, type RunNote, readNotebook, writeNotebook } from "../notebooks/notebook";
import { notebooksFolder, runsFolder } from "../notebooks/places";
import { storedRecords } from "../notebooks/records";
import { type PartReport, reportPart } from "../notebooks/report";
import { describeProgress, liveRecord } from "./progress";
import { runOf, type Session } from "./session";

/**
 * Runs one notebook, or keeps it, or leaves it out because a part that it reads did not finish. A notebook that cannot
 * be read counts as failed; the others go on.
 */
export async function runPart(session: Session, part: Part): Promise<PartReport> {
  try {
    return await runReadable(session, part);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return reportPart(part, { status: "failed", seconds: 0, seed: session.plan.seed, error: error.message }, undefined);
  }
}

async function runReadable(session: Session, part: Part): Promise<PartReport> {
  const { plan, folder, line, reports, renewed } = session;
  const { profile, seed } = plan;
  const source = join(notebooksFolder(), `${part.notebook}.ipynb`);
  const target = join(folder, `${part.notebook}.ipynb`);
  const title = `[${plan.chosen.indexOf(part) + 1}/${plan.chosen.length}] ${part.notebook}`;
  const report = (status: PartReport["status"], seconds: number, error?: string) =>
    reportPart(part, { status, seconds, seed, error }, ownRecord(part, session));

  const missing = part.needs.find((id) => (reports.get(id)?.status ?? "finished") !== "finished");
  if (missing) return report("not run", 0, `not run because it reads the records of ${missing}, which did not finish.`);
  const mayKeep = plan.resume && !part.needs.some((id) => renewed.has(id));
  const kept = mayKeep ? staysValid(part, { source, target, profile, seed }) : undefined;
  if (kept) {
    // Prose may have been written since: the outputs stay, the prose is taken from the source.
    const now = readNotebook(source);
    const before = readNotebook(target);
    if (fingerprint(now) !== fingerprint(before)) writeNotebook(target, withOutputs(now, before));
    line.print(`${title}: kept, it finished in ${roughDuration(kept.seconds)}`);
    return report("finished", kept.seconds);
  }

  renewed.add(part.id);
  rmSync(join(folder, `${part.notebook}.html`), { force: true });
  const note: RunNote = {
    source: fingerprint(readNotebook(source)),
    profile,
    seed,
    status: "running",
    seconds: 0,
    records: {},
  };
  const outcome = await execute(session, part, { title, source, target, note });
  if (outcome.status === "stopped") return report("failed", outcome.seconds, outcome.message);
  const status = outcome.status === "finished" ? "finished" : "failed";
  const records = status === "finished" ? recordsOf(part, profile, seed) : {};
  // Otherwise a sweep that was cut off would train this run again, since its own attempt at it did not end.
  if (status === "finished")
    rmSync(join(sweepJobFolder(runsFolder(), { part: part.id, run: runName(runOf(plan, part)) }), "state.json"), {
      force: true,
    });
  if (existsSync(target))
    writeNotebook(
      target,
      annotateRun(readNotebook(target), { ...note, status, seconds: Math.round(outcome.seconds), records }),
    );
  line.print(`${title}: ${outcome.message ?? `${outcome.cell} cells in ${roughDuration(outcome.seconds)}`}`);
  return report(status, outcome.seconds, outcome.message);
}

interface Job {
  readonly title: string;
  readonly source: string;
  readonly target: string;
  readonly note: RunNote;
}

async function execute(
  { plan, folder, lock, line, signal }: Session,
  part: Part,
  { title, source, target, note }: Job,
): Promise<Outcome> {
  const started = Date.now();
  const run = runName(runOf(plan, part));
  let [cell, cells] = [0, 0];
  const tick = () =>
    line.update(
      `${title}: ${describeProgress(cell, cells, liveRecord(runsFolder(), { part: part.id, run, since: started }))}`,
    );
  const timer = setInterval(tick, 1000);
  // The copy that runs carries the note, so that the next hand-in can tell what an interrupted one left.
  const marked = join(folder, `.${part.notebook}.source.ipynb`);
  writeNotebook(marked, annotateRun(readNotebook(source), note));
  try {
    return await executeNotebook(marked, target, {
      env: {
        DEEPNETS_PROFILE: plan.profile,
        DEEPNETS_FRESH: plan.resume ? undefined : "1",
        ...(plan.threads && { DEEPNETS_THREADS: plan.threads }),
      },
      onCell: (...now) => {
        [cell, cells] = now;
        tick();
      },
      onStderr: (text) => {
        line.clear();
        process.stderr.write(`${text}\n`);
      },
      onStart: lock.note,
      signal,
    });
  } finally {
    clearInterval(timer);
    line.clear();
    rmSync(marked, { force: true });
  }
}

const ownRecord = (part: Part, { plan }: Session) =>
  storedRecords(part.id, plan.profile).find(({ record }) => record.seed === plan.seed)?.record;
