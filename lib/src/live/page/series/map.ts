import { itemAt } from "../../../base/item-at";
import type { RankedCell, SeriesRun } from "../../series-data";
import { element } from "../element";
import { paintMap } from "../paint";

/** The states of all cells of an LSTM, one row per cell and one column per step. */
export interface StatesMap {
  readonly element: HTMLElement;
  /** Paints tanh(c), which the output gates let through, for all cells over a series, and marks one cell. */
  show(run: SeriesRun, cell: number): void;
}

/** What the map is made with. */
export interface StatesMapOptions {
  /** In the order of the rows. */
  readonly cells: readonly RankedCell[];
  readonly length: number;
  /** A click has chosen a row's cell. */
  readonly onchoose: (cell: number) => void;
}

/** Makes the map. With the keyboard a cell is chosen from the list beside it. */
export function makeStatesMap({ cells, length, onchoose }: StatesMapOptions): StatesMap {
  const canvas = element("canvas", { width: length, height: cells.length, role: "img" });
  const row = element("div", { class: "row" });
  const map = element("div", { class: "map" }, canvas, row);
  map.addEventListener("click", (event) => {
    const { top, height } = canvas.getBoundingClientRect();
    const rank = Math.floor(((event.clientY - top) / height) * cells.length);
    const chosen = cells[Math.max(0, Math.min(cells.length - 1, rank))];
    if (chosen) onchoose(chosen.cell);
  });
  return {
    element: map,
    show({ steps }, cell) {
      // Steps that a shorter series does not have stay empty.
      const values = new Float32Array(cells.length * length).fill(Number.NaN);
      cells.forEach((ranked, rank) =>
        steps.forEach(({ c }, t) => (values[rank * length + t] = Math.tanh(itemAt(c, ranked.cell)))),
      );
      paintMap(canvas, values, { rows: cells.length, columns: length, shades: "signed" });
      canvas.setAttribute("aria-label", `States of all ${cells.length} cells over ${steps.length} steps`);
      row.style.top = `${(100 * cells.findIndex((one) => one.cell === cell)) / cells.length}%`;
    },
  };
}
