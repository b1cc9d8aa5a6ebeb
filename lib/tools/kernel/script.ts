import Module, { SourceMap } from "node:module";
import { join } from "node:path";
import vm from "node:vm";
import { latestMaps, type CellMaps } from "./typescript";

/** A place in a cell, counted from 1. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

interface Script {
  readonly source: string;
  readonly maps: CellMaps;
  readonly lines: number;
}

const scripts = new Map<string, Script>();
const wrapper = /^\((?:async )?function\(exports, require\) \{ /;
// tslab puts this line before each cell: "export {};"
const linesBefore = 1;

let current: { readonly name: string; readonly source: string } | undefined;

/** The name under which a cell's frames appear in a stack. */
export const scriptName = (count: number) => `cell[${count}]`;

/** Says which cell is about to be compiled and run. */
export function nameNextScript(count: number, source: string): void {
  current = { name: scriptName(count), source };
}

/** Gives the scripts that tslab runs a name, and keeps their source maps. */
export function nameScripts(): void {
  const original = vm.runInThisContext;
  vm.runInThisContext = (code: string, options?: vm.RunningCodeOptions | string) => {
    const head = wrapper.exec(code)?.[0];
    if (!head || !current || typeof options === "string") return original(code, options);
    scripts.set(current.name, { source: current.source, maps: latestMaps(), lines: code.split("\n").length });
    return original(code, { ...options, filename: current.name, columnOffset: -head.length });
  };
}

/** The source of a cell that was run. */
export const sourceOf = (name: string) => scripts.get(name)?.source;

/** Translates a place in a cell's JavaScript into the place in the cell as typed; undefined where there is none. */
export function originalPlace(name: string, place: Place): Place | undefined {
  const script = scripts.get(name);
  // The last line is the call of the wrapper, not the cell's.
  if (!script || place.line >= script.lines) return undefined;
  let found: Place | undefined = place;
  for (const map of [script.maps.toCommonJs, script.maps.toModule]) {
    found = found && lookUp(map, found);
  }
  return found && found.line > linesBefore ? { line: found.line - linesBefore, column: found.column } : undefined;
}

function lookUp(map: string, { line, column }: Place): Place | undefined {
  if (!map) return undefined;
  const entry = new SourceMap(JSON.parse(map)).findEntry(line - 1, column - 1);
  if (!("originalLine" in entry) || entry.originalLine === undefined) return undefined;
  return { line: entry.originalLine + 1, column: entry.originalColumn + 1 };
}

/**
 * A native `import()` that looks for packages from a folder: the one that cells are compiled with has been replaced by
 * `require`.
 */
export function nativeImport(cwd: string): (id: string) => Promise<unknown> {
  const filename = join(cwd, "import.js");
  const module = new Module(filename) as Module & { _compile(code: string, filename: string): void };
  module.filename = filename;
  module._compile("module.exports = (id) => import(id);", filename);
  return module.exports as (id: string) => Promise<unknown>;
}
