import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { writeWhole } from "../../src/base/files";
import { UserError } from "../user-error";
import type { OutputsNote } from "./outputs";

/** One output of a code cell as the file holds it. */
export interface Output {
  readonly output_type: "stream" | "display_data" | "execute_result" | "error";
  readonly name?: string;
  readonly text?: string | readonly string[];
  readonly data?: Readonly<Record<string, unknown>>;
  readonly metadata?: Readonly<Record<string, unknown>>;
  readonly ename?: string;
  readonly evalue?: string;
  readonly traceback?: readonly string[];
}

/** What a cell says about itself, and what the runner says about it. */
export interface CellNote {
  question?: string;
  answer?: string;
  /** SHA-256 of the source that was executed. */
  executed?: string;
  /** What the cell showed when it was executed. */
  outputs?: OutputsNote;
}

export interface Cell {
  readonly cell_type: "code" | "markdown" | "raw";
  source: string | string[];
  readonly metadata: { deepnets?: CellNote };
  readonly execution_count?: number | null;
  readonly outputs?: readonly Output[];
}

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

export const sha256 = (data: string | Buffer) => createHash("sha256").update(data).digest("hex");

export const join = (text: string | readonly string[] | undefined) =>
  typeof text === "string" ? text : (text ?? []).join("");

export const sourceOf = (cell: Cell) => join(cell.source);

/** Replaces a cell's source, in the form in which Jupyter stores it: lines with their ends. */
export function setSource(cell: Cell, text: string): void {
  cell.source = text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
}

/** Reads a notebook; anything else than a version 4 notebook is refused in one sentence. */
export function readNotebook(file: string): Notebook {
  let parsed: Partial<Notebook> & { nbformat?: number };
  try {
    parsed = JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === "ENOENT";
    const found = missing ? "no file" : "a file that is not JSON";
    throw new UserError(`Expected a notebook but found ${found} (${file}): restore it, for example with git checkout.`);
  }
  if (parsed.nbformat !== 4 || !Array.isArray(parsed.cells))
    throw new UserError(
      `Expected a notebook of format 4 but found ${parsed.nbformat ?? "none"} (${basename(file)}): open it in JupyterLab and save it.`,
    );
  return { ...parsed, cells: parsed.cells, metadata: parsed.metadata ?? {} };
}

/** Writes a notebook as Jupyter does (keys sorted, one blank of indent), whole or not at all. */
export function writeNotebook(file: string, notebook: Notebook): void {
  writeWhole(file, JSON.stringify(sorted(notebook), null, 1) + "\n");
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
