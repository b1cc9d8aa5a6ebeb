import type * as TypeScript from "typescript";

/** Whether a cell's last expression is to be shown: not where `;` follows it, and not where it is an assignment. */
export function showsResult(ts: typeof TypeScript, source: string): boolean {
  const last = parse(ts, source).statements.at(-1);
  if (!last || !ts.isExpressionStatement(last) || source.slice(last.pos, last.end).endsWith(";")) return false;
  const { expression } = last;
  if (!ts.isBinaryExpression(expression)) return true;
  const { kind } = expression.operatorToken;
  return kind < ts.SyntaxKind.FirstAssignment || kind > ts.SyntaxKind.LastAssignment;
}

/** The answer to Jupyter's `is_complete_request`. */
export type Completeness =
  | { readonly status: "complete" | "invalid" }
  | { readonly status: "incomplete"; readonly indent: string };

/** Whether code can run as it stands, needs more lines, or cannot become right by adding lines. */
export function completeness(ts: typeof TypeScript, code: string, indent: string | undefined): Completeness {
  if (indent !== undefined) return { status: "incomplete", indent };
  const errors =
    (parse(ts, code) as TypeScript.SourceFile & { parseDiagnostics?: readonly TypeScript.Diagnostic[] })
      .parseDiagnostics ?? [];
  if (errors.length === 0) return { status: "complete" };
  return errors.some(({ code: number }) => unfinished.has(number))
    ? { status: "incomplete", indent: "" }
    : { status: "invalid" };
}

// "Unterminated template literal", "'*/' expected": the only errors before the end that further lines can mend.
const unfinished = new Set([1160, 1010]);

function parse(ts: typeof TypeScript, source: string): TypeScript.SourceFile {
  return ts.createSourceFile("cell.ts", source, ts.ScriptTarget.Latest, true, ts.ScriptKind.TS);
}

/** The name of a cell that is a module for other cells: `/** @module name *\/` at its start. */
export function moduleName(source: string): string | undefined {
  const comment = /^\s*\/\*\*((?:(?!\*\/)[\s\S])*)\*\//.exec(source)?.[1];
  return /^[\s*]*@module\s+([\w-]+)\s*$/m.exec(comment ?? "")?.[1];
}
