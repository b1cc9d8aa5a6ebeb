import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { parts } from "../../lib/src/parts";

export const root = resolve(__dirname, "../..");

export interface Cell {
  readonly cell_type: "markdown" | "code";
  readonly id: string;
  readonly metadata: {
    readonly tags?: readonly string[];
    readonly deepnets?: { readonly question?: string; readonly answer?: string };
  };
  readonly source: string[];
  readonly execution_count?: number | null;
  readonly outputs?: readonly {
    readonly output_type: string;
    readonly name?: string;
    readonly text?: string | string[];
    readonly ename?: string;
  }[];
}

export interface Notebook {
  readonly cells: readonly Cell[];
  readonly metadata: {
    readonly deepnets: { readonly part: string; readonly threads: { readonly intra: number; readonly inter: number } };
    readonly kernelspec: { readonly name: string; readonly display_name: string; readonly language: string };
  };
  readonly nbformat: number;
  readonly nbformat_minor: number;
}

/** All notebooks, in the order in which they run. */
export const stems = parts.map(({ notebook }) => notebook);

export const load = (stem: string): Notebook =>
  JSON.parse(readFileSync(resolve(root, "notebooks", `${stem}.ipynb`), "utf8"));

export const text = (cell: Cell): string =>
  Array.isArray(cell.source) ? cell.source.join("") : (cell.source as string);

export const codeCells = (notebook: Notebook): Cell[] => notebook.cells.filter((cell) => cell.cell_type === "code");
