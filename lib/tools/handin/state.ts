import { existsSync } from "node:fs";
import { readNotebook, sha256, sorted, sourceOf, type Notebook, type RunNote } from "./notebook";
import type { Part } from "./parts";
import { storedRecords } from "./records";
import { withoutTagTexts } from "./tags";

/** SHA-256 over what a notebook says before it runs: its cells, less the numbers that a hand-in fills in, and its settings. */
export function fingerprint(notebook: Notebook): string {
  const { run: _run, notice: _notice, ...settings } = notebook.metadata.deepnets ?? {};
  const cells = notebook.cells.map((cell) => {
    const { question, answer } = cell.metadata.deepnets ?? {};
    const source = sourceOf(cell);
    return [cell.cell_type, cell.cell_type === "markdown" ? withoutTagTexts(source) : source, question, answer];
  });
  return sha256(JSON.stringify(sorted([settings, cells])));
}

/** The records that a notebook left or read, with their hashes. */
export function recordsOf(part: Part, profile: "full" | "quick", seed: number): Record<string, string> {
  const all = [part.id, ...part.needs].flatMap((id) => storedRecords(id, profile).filter(({ record }) => record.seed === seed));
  return Object.fromEntries(all.map(({ folder, hash }) => [folder, hash]));
}

interface Question {
  /** The notebook in `notebooks/`, and its executed copy. */
  readonly source: string;
  readonly target: string;
  readonly profile: "full" | "quick";
  readonly seed: number;
}

/** The note of a finished run whose source, settings and records are still the same; undefined where the notebook must run again. */
export function staysValid(part: Part, { source, target, profile, seed }: Question): RunNote | undefined {
  if (!existsSync(target)) return undefined;
  const note = readNotebook(target).metadata.deepnets?.run;
  if (note?.status !== "finished" || note.profile !== profile || note.seed !== seed) return undefined;
  if (note.source !== fingerprint(readNotebook(source))) return undefined;
  return JSON.stringify(sorted(note.records)) === JSON.stringify(sorted(recordsOf(part, profile, seed))) ? note : undefined;
}
