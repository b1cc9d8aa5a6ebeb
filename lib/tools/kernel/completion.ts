import type * as TypeScript from "typescript";
import type { Compiler } from "./typescript";

/** Candidates, best first, and the span of the source that they replace. */
export interface Completion {
  readonly start: number;
  readonly end: number;
  readonly candidates: readonly string[];
}

/**
 * The completions at a place of a cell. In a word or a string, those that begin like it come first, then those that
 * contain it; they replace the whole word.
 */
export function complete(
  ts: Compiler,
  cell: TypeScript.SourceFile,
  position: number,
  info: TypeScript.CompletionInfo | undefined,
): Completion {
  const entries = [...(info?.entries ?? [])];
  const span = entries.find(({ replacementSpan }) => replacementSpan)?.replacementSpan ?? wordAt(ts, cell, position);
  const { start, length } = span ?? { start: position, length: 0 };
  const typed = cell.text.slice(start, position);
  const lower = typed.toLowerCase();
  const fit = (name: string) =>
    name.startsWith(typed) ? 0 : name.toLowerCase().startsWith(lower) ? 1 : name.toLowerCase().includes(lower) ? 2 : 3;
  const candidates = entries
    .map(({ name, sortText }) => ({ name, sortText, fits: fit(name) }))
    .filter(({ fits }) => fits < 3)
    .sort((a, b) => a.fits - b.fits || a.sortText.localeCompare(b.sortText) || a.name.localeCompare(b.name));
  return { start, end: start + length, candidates: candidates.map(({ name }) => name) };
}

function wordAt(ts: Compiler, cell: TypeScript.SourceFile, position: number): TypeScript.TextSpan | undefined {
  const token = ts.findPrecedingToken(position, cell);
  if (!token || token.end < position) return followingWord(cell, position);
  const start = token.getStart(cell);
  if (ts.isStringLiteralLike(token) && start < position) {
    // Inside the quotes, which may not be closed yet; of a path only the last part.
    const closed = !(token as { isUnterminated?: boolean }).isUnterminated;
    const end = Math.max(position, closed ? token.end - 1 : token.end);
    const slash = cell.text.slice(start + 1, position).lastIndexOf("/");
    return { start: start + 2 + slash, length: end - (start + 2 + slash) };
  }
  if (ts.isIdentifier(token) || ts.isPrivateIdentifier(token)) return { start, length: token.end - start };
  // A keyword may be the beginning of a name: "for|" of `format`.
  if (ts.isToken(token) && /^[a-z]+$/.test(token.getText(cell)) && token.end === position)
    return { start, length: token.end - start };
  return followingWord(cell, position);
}

function followingWord({ text }: TypeScript.SourceFile, position: number): TypeScript.TextSpan | undefined {
  const word = /^[\p{ID_Start}$_][\p{ID_Continue}$]*/u.exec(text.slice(position))?.[0];
  return word ? { start: position, length: word.length } : undefined;
}
