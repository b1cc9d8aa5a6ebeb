import { sha256 } from "../../src/base/sha256";
import type { Part } from "../../src/parts";
import {
  annotateRun,
  type Cell,
  isRun,
  type Notebook,
  type RunNote,
  readGenerated,
  readNotebook,
  sorted,
  sourceOf,
} from "./notebook";
import { storedRecords } from "./records";
import { withoutTagTexts } from "./tags";

/**
 * SHA-256 over a notebook as it is before it runs: its settings, and its cells without the numbers that a hand-in fills
 * in.
 */
export function fingerprint(notebook: Notebook): string {
  const cells = notebook.cells.map((cell) => {
    const { question, answer } = cell.metadata.deepnets ?? {};
    const source = sourceOf(cell);
    return [cell.cell_type, cell.cell_type === "markdown" ? withoutTagTexts(source) : source, question, answer];
  });
  return sha256(JSON.stringify(sorted([settings(notebook), cells])));
}

/** The notebook's own settings, such as its threads, without what a hand-in notes. */
function settings({ metadata }: Notebook): object {
  const { run: _run, notice: _notice, ...own } = metadata.deepnets ?? {};
  return own;
}

/**
 * Whether a notebook still has the code and the settings with which its copy was executed; its prose may have changed.
 */
function sameCode(source: Notebook, executed: Notebook): boolean {
  const wanted = source.cells.filter(isRun).map((cell) => sha256(sourceOf(cell)));
  const ran = executed.cells.filter(isRun).map((cell) => cell.metadata.deepnets?.executed);
  return JSON.stringify(sorted([settings(source), wanted])) === JSON.stringify(sorted([settings(executed), ran]));
}

/** The notebook as it is now, with the outputs of its executed copy. */
export function withOutputs(source: Notebook, executed: Notebook): Notebook {
  const ran = executed.cells.filter(isRun);
  const cells = source.cells.map((cell): Cell => {
    const done = isRun(cell) ? ran.shift() : undefined;
    if (!done) return cell;
    const deepnets = { ...cell.metadata.deepnets, ...done.metadata.deepnets };
    return {
      ...cell,
      outputs: done.outputs ?? [],
      execution_count: done.execution_count ?? null,
      metadata: { ...cell.metadata, deepnets },
    };
  });
  const { language_info } = executed.metadata;
  const run = { ...executed.metadata.deepnets!.run!, source: fingerprint(source) };
  return annotateRun({ ...source, cells, metadata: { ...source.metadata, language_info } }, run);
}

/** Hashes of the records that a notebook left or read: its own run's, and those of all seeds of the parts it reads. */
export function recordsOf(part: Part, profile: "full" | "quick", seed: number): Record<string, string> {
  const own = storedRecords(part.id, profile).filter(({ record }) => record.seed === seed);
  const all = [...own, ...part.needs.flatMap((id) => storedRecords(id, profile))];
  return Object.fromEntries(all.map(({ folder, hash }) => [folder, hash]));
}

interface Question {
  /** The notebook in `notebooks/`, and its executed copy. */
  readonly source: string;
  readonly target: string;
  readonly profile: "full" | "quick";
  readonly seed: number;
}

/**
 * The note of a finished run whose code, settings and records are still the same; undefined where the notebook must run
 * again.
 */
export function staysValid(part: Part, { source, target, profile, seed }: Question): RunNote | undefined {
  const ran = readGenerated(target);
  const note = ran?.metadata.deepnets?.run;
  if (!ran || note?.status !== "finished" || note.profile !== profile || note.seed !== seed) return undefined;
  if (!sameCode(readNotebook(source), ran)) return undefined;
  return JSON.stringify(sorted(note.records)) === JSON.stringify(sorted(recordsOf(part, profile, seed)))
    ? note
    : undefined;
}
