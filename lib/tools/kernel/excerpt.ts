import type { SourcePosition } from "./script";

/**
 * The lines of a source around a place, numbered, with the place marked.
 *
 * @param source A cell's text.
 * @param start The place, counted from 1.
 * @param options.end End of the marked span (exclusive); without it one character is marked.
 * @param options.around Lines shown before and after.
 * @example
 * excerpt("const a = 1;\nb + a;", { line: 2, column: 1 }, { around: 1 });
 * //   1 | const a = 1;
 * // > 2 | b + a;
 * //     | ^
 */
export function excerpt(
  source: string,
  start: SourcePosition,
  { end, around = 2 }: { readonly end?: SourcePosition; readonly around?: number } = {},
): string {
  const lines = source.split("\n");
  const from = Math.max(1, start.line - around);
  const to = Math.min(lines.length, start.line + around);
  const width = String(to).length;
  const shown: string[] = [];
  for (const [i, text] of lines.slice(from - 1, to).entries()) {
    const line = from + i;
    shown.push(`${line === start.line ? ">" : " "} ${String(line).padStart(width)} | ${text}`.trimEnd());
    if (line !== start.line) continue;
    const length =
      end && end.line === start.line
        ? Math.max(1, end.column - start.column)
        : end
          ? Math.max(1, text.length - start.column + 1)
          : 1;
    // Tabs stay tabs, so that the mark stands under its character.
    const indent = text.slice(0, start.column - 1).replace(/[^\t]/g, " ");
    shown.push(`  ${" ".repeat(width)} | ${indent}${(end ? "~" : "^").repeat(length)}`);
  }
  return shown.join("\n");
}
