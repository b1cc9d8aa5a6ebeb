import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Diagnostic } from "tslab/dist/converter";
import { excerpt } from "./excerpt";
import { scriptName } from "./script";
import type { Failure } from "./traceback";

interface CompileError {
  readonly first: Diagnostic;
  readonly text: string;
}

/**
 * Describes everything that keeps a cell from being compiled: each error with the source line and the offending span
 * marked. Syntax errors are named `SyntaxError`, all others `CompileError`.
 */
export function describeDiagnostics(
  diagnostics: readonly Diagnostic[],
  { count, source, cwd }: { readonly count: number; readonly source: string; readonly cwd: string },
): Failure {
  // tslab adds a line of exports behind the cell; what is wrong there is a consequence of what is wrong before.
  const lines = source.split("\n").length;
  const own = diagnostics.filter(({ fileName, start }) => fileName !== undefined || start.line < lines);
  const errors = joinChains(own.length > 0 ? own : diagnostics);
  const ename = errors.some(({ first }) => first.code < 2000) ? "SyntaxError" : "CompileError";
  const [head, ...others] = errors.map((error) => `${error.text} (${whereIs(error.first, count)})`);
  const evalue = others.length === 0 ? head! : `${head}; and ${others.length} more`;
  const blocks = errors.flatMap(({ first, text }) => {
    const start = { line: first.start.line + 1, column: first.start.character + 1 };
    const end = { line: first.end.line + 1, column: first.end.character + 1 };
    return [
      "",
      `${whereIs(first, count)}: ${text} (TS${first.code})`,
      excerpt(sourceFor(first, source, cwd), start, { end, around: 1 }),
    ];
  });
  const inCell = errors.find(({ first }) => first.fileName === undefined);
  return {
    ename,
    evalue,
    traceback: [`${ename}: ${evalue}`, ...blocks],
    ...(inCell ? { line: inCell.first.start.line + 1 } : {}),
  };
}

/** TypeScript explains an error in a chain of messages; tslab lists each link as a diagnostic of its own. */
function joinChains(diagnostics: readonly Diagnostic[]): CompileError[] {
  const errors: { first: Diagnostic; text: string }[] = [];
  for (const diagnostic of diagnostics) {
    const last = errors.at(-1);
    if (
      last &&
      last.first.start.offset === diagnostic.start.offset &&
      last.first.end.offset === diagnostic.end.offset &&
      last.first.fileName === diagnostic.fileName
    ) {
      last.text += `\n  ${diagnostic.messageText}`;
    } else errors.push({ first: diagnostic, text: diagnostic.messageText });
  }
  return errors;
}

function whereIs({ fileName, start }: Diagnostic, count: number): string {
  const file = fileName ?? scriptName(count).replace("[", " [");
  return `${file}, line ${start.line + 1}, column ${start.character + 1}`;
}

function sourceFor({ fileName }: Diagnostic, source: string, cwd: string): string {
  if (fileName === undefined) return source;
  try {
    return readFileSync(join(cwd, fileName), "utf8");
  } catch {
    return ""; // a module that exists only in memory
  }
}
