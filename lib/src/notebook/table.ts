import type { DataFrame } from "danfojs-node";
import { displaySymbol } from "./display";
import { type Grid, gridHtml, gridText, type Rows } from "./grid";
import type { Bundle } from "./kernel";

/** A table that shows itself: what `table` returns. */
export interface Table {
  /** The rows as a danfojs frame, for further work: `describe()`, `sortValues(...)`, `iloc(...)`. */
  readonly frame: DataFrame;
  toString(): string;
  readonly [displaySymbol]: () => Bundle;
}

/**
 * Puts rows into a table.
 *
 * @param rows One object per row; the first row's keys are the columns.
 * @param options.caption A line above the table.
 * @returns A table for `show`, or a cell's last expression; `frame` is the danfojs frame under it.
 * @throws When there is no row, or when a row has a column that the first one lacks.
 * @example
 * show(table([{ model: "linear", test: "92.4 %" }, { model: "MLP", test: "98.4 %" }], { caption: "Accuracy" }));
 */
export function table(rows: Rows, { caption }: { readonly caption?: string } = {}): Table {
  const [first] = rows;
  if (first === undefined)
    throw new Error("Expected at least one row but found none (table): give it an array of objects.");
  const columns = Object.keys(first);
  rows.forEach((row, i) => {
    const strange = Object.keys(row).find((key) => !columns.includes(key));
    if (strange !== undefined)
      throw new Error(
        `Expected the columns ${columns.join(", ")} but found "${strange}" (table, row ${i + 1}): give every row ` +
          "the same keys.",
      );
  });
  const frame = frameOf(rows, columns);
  const grid: Grid = { columns: frame.columns, rows: rowsOf(frame), caption };
  return {
    frame,
    toString: () => gridText(grid),
    [displaySymbol]: () => ({ "text/html": gridHtml(grid), "text/plain": gridText(grid) }),
  };
}

function frameOf(rows: Rows, columns: readonly string[]): DataFrame {
  // Loaded only when a table is needed: that takes a second.
  const danfo = require("danfojs-node") as typeof import("danfojs-node");
  // danfojs refuses a missing value in a column of numbers; an empty cell is text.
  return new danfo.DataFrame(
    rows.map((row) => columns.map((column) => row[column] ?? "")),
    { columns: [...columns] },
  );
}

function rowsOf(frame: DataFrame): Rows {
  return (frame.values as unknown[][]).map((values) =>
    Object.fromEntries(frame.columns.map((column, i) => [column, values[i]])),
  );
}
