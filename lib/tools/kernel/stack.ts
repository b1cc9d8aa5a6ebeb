import { originalPosition, type SourcePosition, sourceOf } from "./script";

/** One call in an error's stack; its place is as typed where it is in a cell or a file that a cell imports. */
export interface Frame {
  readonly name: string;
  readonly file: string;
  readonly place: SourcePosition;
}

// Node shows as many lines; the kernel records more, to find the cell behind a library's own calls.
const mostLines = 10;
const kept = new WeakMap<object, readonly Frame[]>();

/**
 * Makes each error's `stack` name the places of cells and imported files as typed, without the kernel's own calls:
 * a caught error prints the same places as an error of the cell.
 */
export function nameErrorPlaces(): void {
  Error.stackTraceLimit = 50;
  Error.prepareStackTrace = (error, sites) => {
    try {
      return describe(error, sites);
    } catch {
      return `${headOf(error)}\n${sites.map((site) => `    at ${site}`).join("\n")}`;
    }
  };
}

/** The calls of an error's stack, the innermost first. */
export function framesOf(error: Error): readonly Frame[] {
  let stack: unknown;
  try {
    ({ stack } = error);
  } catch {
    // A getter of the error's own.
  }
  return kept.get(error) ?? (typeof stack === "string" ? parseStack(stack) : []);
}

/** Whether a file holds Node's own code or the kernel's, which say nothing about the cell. */
export function isPlumbing(file: string): boolean {
  return file.startsWith("node:") || file.startsWith(__dirname) || file === "guard";
}

function describe(error: Error, sites: readonly NodeJS.CallSite[]): string {
  const frames: Frame[] = [];
  const lines: string[] = [];
  let inCell = false;
  for (const site of sites) {
    const file = site.getFileName() ?? site.getScriptNameOrSourceURL?.() ?? "";
    const line = site.getLineNumber();
    const column = site.getColumnNumber();
    const text = String(site);
    if (!file || line === null || column === null) {
      lines.push(text);
      continue;
    }
    const ours = sourceOf(file) !== undefined;
    const place = ours ? originalPosition(file, { line, column }) : { line, column };
    // Only the translated code makes this call.
    if (!place) continue;
    inCell ||= ours;
    frames.push({ name: nameOf(text), file, place });
    if (!ours && isPlumbing(file)) continue;
    lines.push(ours ? text.replace(`${file}:${line}:${column}`, `${file}:${place.line}:${place.column}`) : text);
  }
  kept.set(error, frames);
  const all = inCell ? lines : sites.map(String);
  const shown: string[] = [];
  for (const line of all) {
    if (line === shown.at(-1)) continue;
    if (shown.length === mostLines) break;
    shown.push(line);
  }
  return [headOf(error), ...shown.map((line) => `    at ${line}`)].join("\n");
}

function headOf(error: unknown): string {
  try {
    return Error.prototype.toString.call(error);
  } catch {
    return "Error";
  }
}

function nameOf(text: string): string {
  const name = (/^(.*?) \(/.exec(text)?.[1] ?? "").replace(/^async /, "");
  return /^(Object\.)?<anonymous>$/.test(name) ? "" : name;
}

const frameLine = /^\s+at (?:(.*?) \()?((?:file:\/\/|node:)?[^()]*?):(\d+):(\d+)\)?$/;

/** Parses a stack from its text, for errors from elsewhere, such as a worker. */
function parseStack(stack: string): Frame[] {
  const frames: Frame[] = [];
  for (const line of stack.split("\n")) {
    const [, name = "", file, row, column] = frameLine.exec(line) ?? [];
    if (file === undefined) continue;
    frames.push({
      name: nameOf(`${name} (`),
      file: file.replace(/^async /, ""),
      place: { line: Number(row), column: Number(column) },
    });
  }
  return frames;
}
