import { readFileSync } from "node:fs";
import { join } from "node:path";
import { excerpt } from "./excerpt";
import { type SourcePosition, scriptName } from "./script";
import type { Failure } from "./traceback";

/** One thing that the compiler found wrong. */
export interface Diagnostic {
  /** Path of an imported file; undefined for the cell itself. */
  readonly fileName: string | undefined;
  readonly start: SourcePosition;
  /** The place after the last character. */
  readonly end: SourcePosition;
  readonly text: string;
  /** TypeScript's number for it. */
  readonly code: number;
}

/**
 * Describes all errors of a cell that cannot be compiled, each with its source line and the wrong span marked. Syntax
 * errors are named `SyntaxError`, all others `CompileError`.
 */
export function describeDiagnostics(
  diagnostics: readonly Diagnostic[],
  { count, source, cwd }: { readonly count: number; readonly source: string; readonly cwd: string },
): Failure {
  // A line of exports follows the cell; errors there only follow from earlier ones.
  const lines = source.split("\n").length;
  const own = diagnostics.filter(({ fileName, start }) => fileName !== undefined || start.line <= lines);
  const errors = own.length > 0 ? own : diagnostics;
  const ename = errors.some(({ code }) => code < 2000) ? "SyntaxError" : "CompileError";
  const [head, ...others] = errors.map((error) => `${error.text} (${whereIs(error, count)})`);
  const evalue = others.length === 0 ? head! : `${head}; and ${others.length} more`;
  const blocks = errors.flatMap((error) => [
    "",
    `${whereIs(error, count)}: ${error.text} (TS${error.code})`,
    excerpt(sourceFor(error, source, cwd), error.start, { end: error.end, around: 1 }),
  ]);
  const inCell = errors.find(({ fileName }) => fileName === undefined);
  return {
    ename,
    evalue,
    traceback: [`${ename}: ${evalue}`, ...blocks],
    ...(inCell ? { line: inCell.start.line } : {}),
  };
}

function whereIs({ fileName, start }: Diagnostic, count: number): string {
  const file = fileName ?? scriptName(count).replace("[", " [");
  return `${file}, line ${start.line}, column ${start.column}`;
}

function sourceFor({ fileName }: Diagnostic, source: string, cwd: string): string {
  if (fileName === undefined) return source;
  try {
    return readFileSync(join(cwd, fileName), "utf8");
  } catch {
    return ""; // a module that exists only in memory
  }
}
