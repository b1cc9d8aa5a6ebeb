import { inspect } from "node:util";
import { excerpt } from "./excerpt";
import { originalPlace, sourceOf, type Place } from "./script";

/** What Jupyter's `error` message and an `execute_reply` with status "error" say. */
export interface Failure {
  readonly ename: string;
  readonly evalue: string;
  readonly traceback: readonly string[];
  /** The line of the cell, counted from 1, where it is known. */
  readonly line?: number;
}

interface Frame {
  readonly name: string;
  readonly file: string;
  readonly place: Place;
}

/**
 * Describes a value that a cell threw: name, message, and a traceback that shows each frame inside a cell with its
 * source line and folds the frames of libraries.
 */
export function describeError(thrown: unknown): Failure {
  const { ename, evalue } = nameOf(thrown);
  const { shown, line } = stackOf(thrown);
  const traceback = [`${ename}: ${evalue}`, ...shown];
  if (!isError(thrown))
    traceback.push("", "(a value that is no Error was thrown, so its line is not known: throw new Error(...) instead)");
  let cause = thrown instanceof Error ? thrown.cause : undefined;
  for (let depth = 0; cause !== undefined && depth < 5; depth++) {
    const inner = nameOf(cause);
    traceback.push("", `caused by ${inner.ename}: ${inner.evalue}`, ...stackOf(cause).shown);
    cause = cause instanceof Error ? cause.cause : undefined;
  }
  return { ename, evalue, traceback, ...(line === undefined ? {} : { line }) };
}

function nameOf(thrown: unknown): { ename: string; evalue: string } {
  if (isError(thrown)) return { ename: thrown.name || "Error", evalue: String(thrown.message) };
  const ename =
    thrown === null ? "null" : typeof thrown === "object" ? (thrown.constructor?.name ?? "object") : typeof thrown;
  return { ename, evalue: typeof thrown === "string" ? thrown : inspect(thrown, { depth: 2 }) };
}

/** Errors of another realm fail `instanceof`. */
function isError(value: unknown): value is Error {
  return value instanceof Error || Object.prototype.toString.call(value) === "[object Error]";
}

function stackOf(thrown: unknown): { shown: string[]; line: number | undefined } {
  if (!isError(thrown) || typeof thrown.stack !== "string") return { shown: [], line: undefined };
  const frames = parseStack(thrown.stack);
  const out: string[] = [];
  let folded: Frame[] = [];
  let line: number | undefined;
  const fold = () => {
    if (folded.length > 0) out.push("", foldLine(folded));
    folded = [];
  };
  for (const frame of frames) {
    const source = sourceOf(frame.file);
    const place = source === undefined ? undefined : originalPlace(frame.file, frame.place);
    if (source === undefined || !place) {
      if (source === undefined && !isPlumbing(frame)) folded.push(frame);
      continue;
    }
    fold();
    const where = `${frame.file.replace("cell[", "cell [")}, line ${place.line}, column ${place.column}`;
    // The first frame is where to look: with its surroundings. The callers follow with one line each.
    out.push(
      "",
      frame.name ? `${where}, in ${frame.name}` : where,
      excerpt(source, place, { around: line === undefined ? 2 : 0 }),
    );
    line ??= place.line;
  }
  if (line === undefined) fold();
  return { shown: out, line };
}

const frameLine = /^\s+at (?:(.*?) \()?((?:file:\/\/|node:)?[^()]*?):(\d+):(\d+)\)?$/;

function parseStack(stack: string): Frame[] {
  const frames: Frame[] = [];
  for (const line of stack.split("\n")) {
    const match = frameLine.exec(line);
    if (!match) continue;
    const name = (match[1] ?? "").replace(/^async /, "");
    const file = match[2]!.replace(/^async /, "");
    frames.push({
      name: /^(Object\.)?<anonymous>$/.test(name) ? "" : name,
      file,
      place: { line: Number(match[3]), column: Number(match[4]) },
    });
  }
  return frames;
}

/** Node's own frames and ours say nothing about the cell. */
function isPlumbing({ file }: Frame): boolean {
  return file.startsWith("node:") || file.includes("/tslab/dist/") || file.startsWith(__dirname);
}

function foldLine(frames: readonly Frame[]): string {
  const { name, file, place } = frames[0]!;
  const short = file
    .replace(/^file:\/\//, "")
    .replace(/^.*\/node_modules\//, "")
    .replace(/^.*\/lib\/dist\/src\//, "deepnets/");
  const first = `    in ${short}:${place.line}${name ? ` (${name})` : ""}`;
  return frames.length === 1
    ? first
    : `${first} and ${frames.length - 1} more library ${frames.length === 2 ? "frame" : "frames"}`;
}
