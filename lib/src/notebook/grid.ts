import { alignCells, escapeHtml } from "../base/text";

/** Rows of a table by column name; what is missing stays empty. */
export type Rows = readonly Readonly<Record<string, unknown>>[];

/** A table as text and as HTML. */
export interface Grid {
  readonly columns: readonly string[];
  readonly rows: Rows;
  readonly caption?: string | undefined;
  /** The line below a table that is cut: "12 of 60,000 rows". */
  readonly note?: string;
}

const cell = (value: unknown): string =>
  value === undefined || value === null ? "" : typeof value === "number" ? number(value) : String(value);

function number(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  return Number.isInteger(value) ? value.toLocaleString("en-US") : String(Number(value.toPrecision(6)));
}

// "98.4 %", "1,234", "12.5 s", "±0.2": read as numbers, so that their digits stand under each other.
const numeric = /^[−+±-]?[\d,.\s]+(?:e[+-]?\d+)?\s?(?:%|s|ms|min|h|MB|GiB)?$/;

function isNumeric({ rows }: Grid, column: string): boolean {
  const texts = rows.map((row) => cell(row[column])).filter((text) => text !== "");
  return texts.length > 0 && texts.every((text) => numeric.test(text));
}

/** A table in lines of text, columns aligned. */
export function gridText(grid: Grid): string {
  const lines = [grid.columns, ...grid.rows.map((row) => grid.columns.map((column) => cell(row[column])))];
  const right = grid.columns.map((column) => isNumeric(grid, column));
  const cells = alignCells(lines, { right: (column) => right[column] === true });
  const text = cells.map((line) => line.join("  ").trimEnd());
  text.splice(1, 0, (cells[0] ?? []).map(({ length }) => "-".repeat(length)).join("  "));
  return [grid.caption || [], text, grid.note || []].flat().join("\n");
}

/** The same table as HTML; the styles of JupyterLab and of the hand-in do the rest. */
export function gridHtml(grid: Grid): string {
  const align = grid.columns.map((column) => (isNumeric(grid, column) ? "right" : "left"));
  const row = (tag: "th" | "td", texts: readonly string[]) => {
    const scope = tag === "th" ? ' scope="col"' : "";
    const cells = texts.map((text, i) => `<${tag}${scope} style="text-align:${align[i]}">${escapeHtml(text)}</${tag}>`);
    return `<tr>${cells.join("")}</tr>`;
  };
  const body = grid.rows
    .map((one) =>
      row(
        "td",
        grid.columns.map((column) => cell(one[column])),
      ),
    )
    .join("\n");
  const caption = grid.caption ? `<caption style="text-align:left">${escapeHtml(grid.caption)}</caption>` : "";
  const note = grid.note ? `<p>${escapeHtml(grid.note)}</p>` : "";
  return `<table>${caption}<thead>${row("th", grid.columns)}</thead><tbody>\n${body}\n</tbody></table>${note}`;
}
