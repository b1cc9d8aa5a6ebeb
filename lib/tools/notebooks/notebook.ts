import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { UserError } from "../../src/base/errors.cjs";
import { writeWhole } from "../../src/base/files";
import { isObject } from "../../src/base/is-object";
import { type Cell, nameOf, readCell, wayBack } from "./cell";

export type { Cell, Output, OutputKind, OutputsNote } from "./cell";

/** How the hand-in made an executed notebook; kept in its metadata. */
export interface RunNote {
  /** SHA-256 over all cells' sources as they were before the run, without what stands in tags. */
  readonly source: string;
  readonly profile: "full" | "quick";
  readonly seed: number;
  readonly status: "running" | "finished" | "failed";
  readonly seconds: number;
  /** SHA-256 of each record that the notebook left or read, by folder: `{ "h6-1b/full-s1": "ab..." }`. */
  readonly records: Readonly<Record<string, string>>;
}

export interface Notebook {
  readonly cells: Cell[];
  readonly metadata: { deepnets?: { run?: RunNote; notice?: string; [key: string]: unknown }; [key: string]: unknown };
}

export const join = (text: string | readonly string[] | undefined) =>
  typeof text === "string" ? text : (text ?? []).join("");

export const sourceOf = (cell: Cell) => join(cell.source);

/** Replaces a cell's source, in the form in which Jupyter stores it: lines with their ends. */
export function setSource(cell: Cell, text: string): void {
  cell.source = text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
}

/**
 * Reads a notebook; anything else than a version 4 notebook is refused in one sentence. Missing metadata and outputs
 * become empty; a note about the run that is damaged is left out.
 */
export function readNotebook(file: string): Notebook {
  const stored = readStored(file);
  const cells = stored.cells.map((cell, i) => readCell(cell, `cell ${i + 1} of ${basename(file)}`));
  return { ...stored, cells, metadata: readMetadata(stored.metadata) };
}

/** A notebook as it stands in its file: version 4, but nobody has looked at its cells yet. */
export function readStored(file: string): { readonly cells: readonly unknown[]; readonly metadata?: unknown } {
  let parsed: { nbformat?: unknown; cells?: unknown; metadata?: unknown } | null;
  try {
    parsed = JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === "ENOENT";
    const found = missing ? "no file" : "a file that is not JSON";
    throw new UserError(`Expected a notebook but found ${found} (${file}): ${wayBack}.`);
  }
  if (!isObject(parsed) || parsed.nbformat !== 4 || !Array.isArray(parsed.cells))
    throw new UserError(
      `Expected a notebook of format 4 but found ${isObject(parsed) ? nameOf(parsed.nbformat) : nameOf(parsed)} ` +
        `(${basename(file)}): open it in JupyterLab and save it, or ${wayBack}.`,
    );
  return { ...parsed, cells: parsed.cells };
}

/** What a hand-in noted in a notebook; undefined where there is no such notebook, or none that can be read. */
export function deepnetsNote(file: string): Notebook["metadata"]["deepnets"] {
  try {
    return readMetadata(readStored(file).metadata).deepnets;
  } catch (error) {
    if (error instanceof UserError) return undefined;
    throw error;
  }
}

/** Reads a notebook that a command made; undefined where it is missing or damaged. */
export function readGenerated(file: string): Notebook | undefined {
  try {
    return readNotebook(file);
  } catch (error) {
    if (error instanceof UserError) return undefined;
    throw error;
  }
}

function readMetadata(metadata: unknown): Notebook["metadata"] {
  if (!isObject(metadata)) return {};
  const { deepnets, ...others } = metadata as Notebook["metadata"];
  if (!isObject(deepnets)) return others;
  const { run, ...own } = deepnets;
  return { ...others, deepnets: { ...own, ...(isRunNote(run) ? { run } : {}) } };
}

function isRunNote(value: unknown): value is RunNote {
  if (!isObject(value)) return false;
  const { source, profile, seed, status, seconds, records } = value as Partial<Record<keyof RunNote, unknown>>;
  return (
    typeof source === "string" &&
    (profile === "full" || profile === "quick") &&
    Number.isSafeInteger(seed) &&
    ["running", "finished", "failed"].includes(status as string) &&
    Number.isFinite(seconds) &&
    isObject(records) &&
    Object.values(records).every((hash) => typeof hash === "string")
  );
}

/** Writes a notebook as Jupyter does (keys sorted, one blank of indent), whole or not at all. */
export function writeNotebook(file: string, notebook: Notebook): void {
  writeWhole(file, `${JSON.stringify(sorted(notebook), null, 1)}\n`);
}

/** The same value with all keys in order, as Jupyter writes them. */
export function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, inner]) => [key, sorted(inner)]));
}

export const isRun = (cell: Cell) => cell.cell_type === "code" && sourceOf(cell).trim() !== "";

/** Sets the note about the run, and the notice that a quick run carries on its pages. */
export function annotateRun(notebook: Notebook, run: RunNote): Notebook {
  const { notice: _old, ...deepnets } = notebook.metadata.deepnets ?? {};
  const notice = run.profile === "quick" ? { notice: quickNotice } : {};
  return { ...notebook, metadata: { ...notebook.metadata, deepnets: { ...deepnets, ...notice, run } } };
}

export const quickNotice = "quick run, not for hand-in";
