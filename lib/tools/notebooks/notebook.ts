import { readFileSync, statSync } from "node:fs";
import { basename } from "node:path";
import { explained, UserError } from "../../src/base/errors.cjs";
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

/** A notebook of format 4. */
export interface Notebook {
  readonly cells: Cell[];
  readonly metadata: { deepnets?: { run?: RunNote; notice?: string; [key: string]: unknown }; [key: string]: unknown };
}

/** A text of a file, which may hold it as a list of lines, in one piece. */
export const join = (text: string | readonly string[] | undefined) =>
  typeof text === "string" ? text : (text ?? []).join("");

/** A cell's source in one piece. */
export const sourceOf = (cell: Cell) => join(cell.source);

/** Replaces a cell's source, in the form in which Jupyter stores it: lines with their ends. */
export function setSource(cell: Cell, text: string): void {
  cell.source = text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
}

/**
 * Reads a notebook. Missing metadata and outputs become empty; a damaged note about the run is left out.
 *
 * @throws UserError When the file is not a notebook of format 4, or cannot be read.
 */
export function readNotebook(file: string): Notebook {
  const stored = readStored(file);
  const cells = stored.cells.map((cell, i) => readCell(cell, `cell ${i + 1} of ${basename(file)}`));
  return { ...stored, cells, metadata: readMetadata(stored.metadata) };
}

/**
 * A notebook of format 4 as it is in its file; its cells are not checked.
 *
 * @throws UserError When the file is not such a notebook, or cannot be read.
 */
export function readStored(file: string): { readonly cells: readonly unknown[]; readonly metadata?: unknown } {
  const parsed = parse(file);
  const refuse = (expected: string, found: unknown) =>
    new UserError(
      `Expected ${expected} but found ${nameOf(found)} (${basename(file)}): open it in JupyterLab and save it, or ` +
        `${wayBack}.`,
    );
  if (!isObject(parsed)) throw refuse("a notebook of format 4", parsed);
  if (parsed.nbformat !== 4) throw refuse("a notebook of format 4", parsed.nbformat);
  if (!Array.isArray(parsed.cells)) throw refuse("the notebook's cells to be a list", parsed.cells);
  return { ...parsed, cells: parsed.cells };
}

/**
 * The bytes of a notebook's file.
 *
 * @throws UserError When it is no file, or cannot be read.
 */
export function readBytes(file: string): Buffer {
  try {
    const about = statSync(file);
    // A pipe or a device would be read for ever.
    if (!about.isFile()) throw refused(about.isDirectory() ? "a folder" : "something else than a file", file);
    return readFileSync(file);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const known = code === "ENOENT" ? refused("no file", file) : explained(error, file, "read");
    throw known instanceof UserError ? known : refused(`a file that cannot be read (${code})`, file);
  }
}

const refused = (found: string, file: string) =>
  new UserError(`Expected a notebook but found ${found} (${file}): ${wayBack}.`);

// Python's reader of JSON, which Jupyter uses, fails at a depth of about 1,000.
const deepest = 500;

function parse(file: string): unknown {
  const bytes = readBytes(file);
  const text = bytes.toString();
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    throw refused(`a file that is not JSON${flawOf(bytes, text)}`, file);
  }
  if (isDeeper(parsed, deepest)) throw refused(`lists and objects nested more than ${deepest} deep`, file);
  return parsed;
}

/** Why a text is not JSON, where it is one of the usual slips. */
function flawOf(bytes: Buffer, text: string): string {
  if (text.trim() === "") return ", since it is empty";
  if (bytes.includes(0)) return ", since it is not stored as UTF-8";
  if (text.startsWith("\uFEFF")) return ", since it starts with a byte order mark: save it as UTF-8 without one";
  if (/^(?:<<<<<<<|=======|>>>>>>>)/m.test(text)) return ", since Git left both sides of a merge in it";
  if (/[[:,\s](?:NaN|-?Infinity)\s*[\],}\n]/.test(text))
    return ", since it holds NaN or Infinity, which are no numbers";
  return /\}\s*$/.test(text) ? "" : ", since its end is missing";
}

/** Whether a value is nested deeper than a limit. It works without recursion, which would itself overflow. */
function isDeeper(value: unknown, limit: number): boolean {
  let level = [value];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > limit) return true;
    level = level.flatMap((one) =>
      typeof one === "object" && one !== null ? Object.values(one).filter((inner) => typeof inner === "object") : [],
    );
  }
  return false;
}

/** What a hand-in noted in a notebook; undefined where it noted nothing, or the notebook is missing or unreadable. */
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
  const { run, notice, ...own } = deepnets;
  return {
    ...others,
    deepnets: {
      ...own,
      ...(typeof notice === "string" ? { notice } : {}),
      ...(isRunNote(run) ? { run } : {}),
    },
  };
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

/** Whether a cell runs: it holds code and is not empty. */
export const isRun = (cell: Cell) => cell.cell_type === "code" && sourceOf(cell).trim() !== "";

/** Sets the note about the run, and the notice that a quick run carries on its pages. */
export function annotateRun(notebook: Notebook, run: RunNote): Notebook {
  const { notice: _old, ...deepnets } = notebook.metadata.deepnets ?? {};
  const notice = run.profile === "quick" ? { notice: quickNotice } : {};
  return { ...notebook, metadata: { ...notebook.metadata, deepnets: { ...deepnets, ...notice, run } } };
}

/** What the pages of a quick run say. */
export const quickNotice = "quick run, not for hand-in";
