import { type Grid, gridHtml, gridText } from "./grid";
import type { Bundle } from "./kernel";

interface Frame {
  readonly columns: readonly string[];
  readonly values: readonly (readonly unknown[])[];
  readonly index: readonly (string | number)[];
}

interface Series {
  readonly columns: readonly string[];
  readonly values: readonly unknown[];
  readonly index: readonly (string | number)[];
}

// Rows shown of a long frame: from its start, and from its end.
const head = 10;
const tail = 5;

const isDanfo = (value: unknown, series: boolean) =>
  typeof value === "object" &&
  value !== null &&
  "$columns" in value &&
  (value as { $isSeries?: boolean }).$isSeries === series;

/** Whether a value is a danfojs DataFrame. */
export const isFrame = (value: unknown): value is Frame => isDanfo(value, false);

/** Whether a value is a danfojs Series. */
export const isSeries = (value: unknown): value is Series => isDanfo(value, true);

/** A frame as a table: index, columns, the first and last rows, and its size. */
export function representFrame({ columns, values, index }: Frame): Bundle {
  const rows = values.map((row, i) =>
    Object.fromEntries([["", index[i]], ...columns.map((column, c) => [column, row[c]])]),
  );
  return bundle(
    { columns: ["", ...columns], rows },
    `${values.length.toLocaleString("en-US")} rows x ${columns.length} columns`,
  );
}

/** A series as a table of one column. */
export function representSeries({ columns, values, index }: Series): Bundle {
  const name = String(columns[0] ?? "0");
  const rows = values.map((value, i) => ({ "": index[i], [name]: value }));
  return bundle({ columns: ["", name], rows }, `${values.length.toLocaleString("en-US")} values`);
}

function bundle(grid: Grid, note: string): Bundle {
  const { rows, columns } = grid;
  const gap = Object.fromEntries(columns.map((column) => [column, "..."]));
  const shown = {
    ...grid,
    note,
    rows: rows.length <= head + tail + 1 ? rows : [...rows.slice(0, head), gap, ...rows.slice(-tail)],
  };
  return { "text/html": gridHtml(shown), "text/plain": gridText(shown) };
}
