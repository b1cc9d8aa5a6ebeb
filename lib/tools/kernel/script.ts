import Module, { SourceMap } from "node:module";
import { join } from "node:path";
import type { Compiled } from "./compiled";

/** A place in a source, counted from 1. */
export interface SourcePosition {
  readonly line: number;
  readonly column: number;
}

interface Script extends Compiled {
  readonly lines: number;
}

const scripts = new Map<string, Script>();

/** The name under which a cell's frames appear in a stack. */
export const scriptName = (count: number) => `cell[${count}]`;

/** Notes the name under which a piece of JavaScript is about to run, so that its errors can name the place as typed. */
export function nameScript(name: string, compiled: Compiled): void {
  scripts.set(name, { ...compiled, lines: compiled.code.split("\n").length });
}

/** The source of a cell or an imported file that was run. */
export const sourceOf = (name: string) => scripts.get(name)?.source;

/** Translates a place in JavaScript into the place as typed; undefined where there is none. */
export function originalPosition(name: string, place: SourcePosition): SourcePosition | undefined {
  const script = scripts.get(name);
  // The last line is the call of the wrapper, not the cell's.
  if (!script || place.line > script.lines) return undefined;
  let found: SourcePosition | undefined = place;
  for (const map of script.maps) found = found && lookUp(map, found);
  return found && atCallee(script.source.split("\n")[found.line - 1], found);
}

/**
 * A call of an imported name is `(0, x_1.name)()` in JavaScript, and V8 points at its last bracket; we, at the name.
 */
function atCallee(line: string | undefined, place: SourcePosition): SourcePosition | undefined {
  if (line === undefined) return undefined; // after the cell's last line
  const before = line.slice(0, place.column - 1);
  const name = line[place.column - 1] === "(" ? /[\p{ID_Continue}$]+$/u.exec(before)?.[0] : undefined;
  return name === undefined ? place : { line: place.line, column: place.column - name.length };
}

const parsed = new Map<string, SourceMap>();

function lookUp(map: string, { line, column }: SourcePosition): SourcePosition | undefined {
  if (!map) return undefined;
  const known = parsed.get(map) ?? new SourceMap(JSON.parse(map));
  parsed.set(map, known);
  const entry = known.findEntry(line - 1, column - 1);
  if (!("originalLine" in entry) || entry.originalLine === undefined) return undefined;
  return { line: entry.originalLine + 1, column: entry.originalColumn + 1 };
}

/**
 * A native `import()` that looks for packages from a folder: in compiled cells `require` has replaced `import()`.
 */
export function nativeImport(cwd: string): (id: string, options?: object) => Promise<unknown> {
  const filename = join(cwd, "import.js");
  const module = new Module(filename) as Module & { _compile(code: string, filename: string): void };
  module.filename = filename;
  module._compile("module.exports = (id, options) => import(id, options);", filename);
  return module.exports as (id: string) => Promise<unknown>;
}
