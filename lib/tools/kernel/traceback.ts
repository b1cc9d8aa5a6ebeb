import { relative } from "node:path";
import { inspect } from "node:util";
import { itemAt } from "../../src/base/item-at";
import { excerpt } from "./excerpt";
import { sourceOf } from "./script";
import { type Frame, framesOf, isPlumbing } from "./stack";

/** The content of Jupyter's `error` message and of an `execute_reply` with status "error". */
export interface Failure {
  readonly ename: string;
  readonly evalue: string;
  readonly traceback: readonly string[];
  /** The line of the cell, counted from 1, where it is known. */
  readonly line?: number;
}

/**
 * Describes a value that a cell threw: name, message, and a traceback that shows each frame inside a cell with its
 * source line and folds the frames of libraries.
 */
export function describeError(thrown: unknown): Failure {
  const { ename, evalue } = nameOf(thrown);
  const { shown, line } = stackOf(thrown);
  const traceback = [`${ename}: ${evalue}`, ...shown, ...innerErrors(thrown)];
  if (!isError(thrown))
    traceback.push("", "(a value that is no Error was thrown, so its line is not known: throw new Error(...) instead)");
  let cause = isError(thrown) ? thrown.cause : undefined;
  for (let depth = 0; cause !== undefined && depth < 5; depth++) {
    const inner = nameOf(cause);
    traceback.push("", `caused by ${inner.ename}: ${inner.evalue}`, ...stackOf(cause).shown, ...innerErrors(cause));
    cause = isError(cause) ? cause.cause : undefined;
  }
  return { ename, evalue, traceback, ...(line === undefined ? {} : { line }) };
}

// How many errors of an AggregateError are described.
const mostErrors = 5;

function innerErrors(thrown: unknown): string[] {
  const errors = isError(thrown) ? (thrown as { errors?: unknown }).errors : undefined;
  if (!Array.isArray(errors)) return [];
  const told = errors.slice(0, mostErrors).flatMap((error: unknown, i) => {
    const { ename, evalue } = nameOf(error);
    return ["", `error ${i + 1} of ${errors.length}: ${ename}: ${evalue}`, ...stackOf(error).shown];
  });
  return errors.length > mostErrors ? [...told, "", `... and ${errors.length - mostErrors} more errors`] : told;
}

function nameOf(thrown: unknown): { ename: string; evalue: string } {
  if (isError(thrown)) return { ename: thrown.name || "Error", evalue: withWayOut(String(thrown.message)) };
  const ename =
    thrown === null ? "null" : typeof thrown === "object" ? (thrown.constructor?.name ?? "object") : typeof thrown;
  return { ename, evalue: typeof thrown === "string" ? thrown : inspect(thrown, { depth: 2 }) };
}

/** A message with the way out where memory is short, which the engine's own words do not name. */
const withWayOut = (message: string) =>
  /Array buffer allocation failed|Out of memory|bad_alloc/i.test(message)
    ? `${message}. Close other programs, keep less data alive, or raise the limit (ulimit -v)`
    : message;

/** `instanceof` fails for errors of another realm. */
function isError(value: unknown): value is Error {
  return value instanceof Error || Object.prototype.toString.call(value) === "[object Error]";
}

// Frames of cells that are shown with their source; a function that calls itself fills the whole stack.
const mostShown = 6;

function stackOf(thrown: unknown): { shown: string[]; line: number | undefined } {
  if (!isError(thrown) || typeof thrown.stack !== "string") return { shown: [], line: undefined };
  const out: string[] = [];
  let folded: Frame[] = [];
  let line: number | undefined;
  let count = 0;
  let left = 0;
  let before = "";
  const fold = () => {
    if (folded.length > 0) out.push("", foldLine(folded));
    folded = [];
  };
  for (const frame of framesOf(thrown)) {
    const { file, place, name } = frame;
    const source = sourceOf(file);
    if (source === undefined) {
      if (!isPlumbing(file)) folded.push(frame);
      continue;
    }
    const where = `${shortName(file)}, line ${place.line}, column ${place.column}${name ? `, in ${name}` : ""}`;
    if (count >= mostShown || where === before) {
      left++;
      continue;
    }
    fold();
    // The first frame is where to look: with its surroundings. The callers follow with one line each.
    out.push("", where, excerpt(source, place, { around: count === 0 ? 2 : 0 }));
    before = where;
    count++;
    if (isCell(file)) line ??= place.line;
  }
  if (left > 0) out.push("", `    ... and ${left} more ${left === 1 ? "call" : "calls"} of the same functions`);
  if (count === 0) fold();
  return { shown: out, line };
}

const isCell = (file: string) => file.startsWith("cell[");

/** "cell [3]", or an imported file as seen from the notebook. */
function shortName(file: string): string {
  return isCell(file) ? file.replace("cell[", "cell [") : relative(process.cwd(), file);
}

function foldLine(frames: readonly Frame[]): string {
  const { name, file, place } = itemAt(frames, 0);
  const short = file
    .replace(/^file:\/\//, "")
    .replace(/^.*\/node_modules\//, "")
    .replace(/^.*\/lib\/dist\/src\//, "deepnets/");
  const first = `    in ${short}:${place.line}${name ? ` (${name})` : ""}`;
  return frames.length === 1
    ? first
    : `${first} and ${frames.length - 1} more library ${frames.length === 2 ? "frame" : "frames"}`;
}
