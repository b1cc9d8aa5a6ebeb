import { UserError } from "../../src/base/errors.cjs";
import { isObject } from "../../src/base/is-object";
import { fitsMimeType, isNotebookText } from "../../src/base/mime-forms";
import { quote } from "../../src/base/text";

/** What an output is to a reader. */
export type OutputKind = "figure" | "live page" | "picture" | "table" | "page" | "text" | "printed text" | "error";

/** What a cell's outputs were when it ran; kept in the cell's metadata, or in the kernel's log. */
export interface OutputsNote {
  readonly sha256: string;
  /** One kind for each output, in order; printed text that follows printed text counts once. */
  readonly kinds: readonly OutputKind[];
}

/** One output of a code cell, as in the file. */
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

/** A cell, as in the file. */
export interface Cell {
  readonly cell_type: "code" | "markdown" | "raw";
  source: string | string[];
  readonly metadata: { deepnets?: CellNote };
  readonly execution_count?: number | null;
  readonly outputs?: readonly Output[];
}

/** The end of a message about a damaged notebook: how to get it back. */
export const wayBack =
  "restore it (git checkout brings back one in notebooks/, npm run handin makes one in handin/ again)";

/**
 * Reads a cell of a notebook's file.
 *
 * @param cell As JSON gives it.
 * @param place Where it stands, for the message: "cell 3 of h6-1b-mlp.ipynb".
 * @throws UserError When the rules of the check could not read it.
 */
export function readCell(cell: unknown, place: string): Cell {
  const refuse = (expected: string, found: unknown) =>
    new UserError(`Expected ${expected} but found ${nameOf(found)} (${place}): ${wayBack}.`);
  if (!isObject(cell)) throw refuse("a cell", cell);
  const { cell_type, source } = cell as Partial<Record<keyof Cell, unknown>>;
  // Other programs leave these out, or set them to null.
  const [metadata, outputs] = [cell.metadata ?? {}, cell.outputs ?? []];
  if (!["code", "markdown", "raw"].includes(cell_type as string)) throw refuse("a cell type", cell_type);
  if (!isNotebookText(source)) throw refuse("the cell's source to be text", source);
  if (!isObject(metadata)) throw refuse("the cell's metadata to be an object", metadata);
  const { deepnets, ...others } = metadata as Cell["metadata"];
  const whole = cell as unknown as Cell;
  const own = { ...others, ...(isObject(deepnets) ? { deepnets: readCellNote(deepnets) } : {}) };
  if (cell_type !== "code") return { ...whole, metadata: own };
  if (!Array.isArray(outputs)) throw refuse("the cell's outputs to be a list", outputs);
  for (const output of outputs) {
    const flaw = flawOf(output);
    if (flaw) throw refuse(...flaw);
  }
  return { ...whole, metadata: own, outputs };
}

/** A cell's note without its damaged fields, which no rule may trust. */
function readCellNote(note: CellNote): CellNote {
  const texts = ["question", "answer", "executed"] as const;
  const { question: _q, answer: _a, executed: _e, outputs, ...others } = note;
  const whole = texts.filter((name) => typeof note[name] === "string").map((name) => [name, note[name]]);
  return { ...others, ...Object.fromEntries(whole), ...(isOutputsNote(outputs) ? { outputs } : {}) };
}

/** Why an output cannot be read: what was expected and what was found; undefined where it can. */
function flawOf(output: unknown): readonly [expected: string, found: unknown] | undefined {
  if (!isObject(output)) return ["an output", output];
  const { output_type, text, data } = output as Partial<Record<keyof Output, unknown>>;
  if (output_type === "stream") return isNotebookText(text) ? undefined : ["the text of an output", text];
  if (output_type === "error") return undefined;
  if (output_type !== "display_data" && output_type !== "execute_result") return ["a type of output", output_type];
  if (!isObject(data)) return ["the data of an output to be an object", data];
  const wrong = Object.entries(data).find(([type, form]) => form !== null && !fitsMimeType(type, form));
  return wrong && [`the ${wrong[0]} of an output to be text`, wrong[1]];
}

/** Whether a value from a file is a note about outputs. */
export function isOutputsNote(value: unknown): value is OutputsNote {
  const { sha256: hash, kinds } = (value ?? {}) as Partial<OutputsNote>;
  return typeof hash === "string" && Array.isArray(kinds) && kinds.every((kind) => typeof kind === "string");
}

/** A wrong value as a message names it. */
export function nameOf(value: unknown): string {
  if (value === undefined) return "none";
  if (typeof value === "string") return `"${quote(value, 40)}"`;
  return Array.isArray(value) ? "a list" : isObject(value) ? "an object" : String(value);
}
