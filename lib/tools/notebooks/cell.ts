import { UserError } from "../../src/base/errors.cjs";
import { isObject } from "../../src/base/is-object";

/** What an output is to a reader. */
export type OutputKind = "figure" | "live page" | "picture" | "table" | "page" | "text" | "printed text" | "error";

/** What a cell's outputs were when it ran; kept in the cell's metadata, or in the launcher's log. */
export interface OutputsNote {
  readonly sha256: string;
  /** One kind for each output, in order; printed text that follows printed text counts once. */
  readonly kinds: readonly OutputKind[];
}

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

export const wayBack =
  "restore it (git checkout brings back one in notebooks/, npm run handin makes one in handin/ anew)";

/** A cell as the file holds it; what the rules cannot read is refused in one sentence that names `place`. */
export function readCell(cell: unknown, place: string): Cell {
  const refuse = (expected: string, found: unknown) =>
    new UserError(`Expected ${expected} but found ${nameOf(found)} (${place}): ${wayBack}.`);
  if (!isObject(cell)) throw refuse("a cell", cell);
  const { cell_type, source, metadata = {}, outputs = [] } = cell as Partial<Record<keyof Cell, unknown>>;
  if (!["code", "markdown", "raw"].includes(cell_type as string)) throw refuse("a cell type", cell_type);
  if (typeof source !== "string" && !isTextList(source)) throw refuse("the cell's source to be text", source);
  if (!isObject(metadata)) throw refuse("the cell's metadata to be an object", metadata);
  const { deepnets, ...others } = metadata as Cell["metadata"];
  const whole = cell as unknown as Cell;
  const own = { ...others, ...(isObject(deepnets) ? { deepnets: readCellNote(deepnets) } : {}) };
  if (cell_type !== "code") return { ...whole, metadata: own };
  if (!Array.isArray(outputs)) throw refuse("the cell's outputs to be a list", outputs);
  const wrong = outputs.find((output) => !isOutput(output));
  if (wrong !== undefined || outputs.includes(undefined)) throw refuse("an output of format 4", wrong);
  return { ...whole, metadata: own, outputs };
}

function readCellNote({ outputs, ...others }: CellNote): CellNote {
  return { ...others, ...(isOutputsNote(outputs) ? { outputs } : {}) };
}

/** Whether the rules can read it: the text of a stream, the data of a display. */
function isOutput(output: unknown): output is Output {
  if (!isObject(output)) return false;
  const { output_type, text, data } = output as Partial<Record<keyof Output, unknown>>;
  if (output_type === "stream") return typeof text === "string" || isTextList(text);
  if (output_type === "error") return true;
  return (output_type === "display_data" || output_type === "execute_result") && isObject(data);
}

/** Whether a value that a file holds is such a note. */
export function isOutputsNote(value: unknown): value is OutputsNote {
  const { sha256: hash, kinds } = (value ?? {}) as Partial<OutputsNote>;
  return typeof hash === "string" && Array.isArray(kinds) && kinds.every((kind) => typeof kind === "string");
}

const isTextList = (value: unknown) => Array.isArray(value) && value.every((line) => typeof line === "string");
/** A wrong value as a message names it. */
export const nameOf = (value: unknown) =>
  value === undefined ? "none" : Array.isArray(value) ? "a list" : isObject(value) ? "an object" : String(value);
