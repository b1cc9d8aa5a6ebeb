import { itemAt } from "../base/item-at";
import type { Lstm } from "./layers";
import { lstmSteps } from "./lstm";

/** The settings of one LSTM cell: gates that stay the same over the series, and the weight of its input. */
export interface CellSettings {
  /** Input gate, 0 to 1. */
  readonly i: number;
  /** Forget gate, 0 to 1. */
  readonly f: number;
  /** Output gate, 0 to 1. */
  readonly o: number;
  /** The candidate is g(t) = tanh(w x(t)). */
  readonly w: number;
}

/** Settings and a series that show one behaviour of a cell. */
export interface CellPreset extends CellSettings {
  readonly name: string;
  readonly series: readonly number[];
  /** What there is to see. */
  readonly words: string;
}

const pulse = [1, 0, 0, 0, 0, 0, 0, 0];

/** Presets in the order of their buttons; the widget starts with the first. */
export const cellPresets: readonly [CellPreset, ...CellPreset[]] = [
  {
    name: "Adding machine",
    ...{ i: 1, f: 1, o: 1, w: 0.1 },
    series: [3, 1, 4, 1, 5, 9, 2, 6],
    words: "Nothing is forgotten and everything is let in: c(t) adds up the candidates.",
  },
  {
    name: "Memory",
    ...{ i: 1, f: 1, o: 1, w: 1 },
    series: pulse,
    words: "One number comes in, and with f = 1 the cell state keeps it.",
  },
  {
    name: "Forgetting",
    ...{ i: 1, f: 0.6, o: 1, w: 1 },
    series: pulse,
    words: "With f below 1 the cell state loses the same fraction at each step.",
  },
];

/** Candidate, state and output of one cell at one step. */
export interface CellStep {
  readonly g: number;
  readonly c: number;
  readonly h: number;
}

/** The steps of a cell over a series `[steps]`: g(t) = tanh(w x(t)), c(t) = f c(t-1) + i g(t), h(t) = o tanh(c(t)). */
export function cellSteps({ i, f, o, w }: CellSettings, series: readonly number[]): CellStep[] {
  // A gate that is all bias: the sigmoid of this is the gate again, also of 0 and 1.
  const bias = (gate: number) => Math.log(gate / (1 - gate));
  const cell: Lstm = {
    kind: "lstm",
    steps: series.length,
    features: 1,
    units: 1,
    kernel: Float32Array.of(0, 0, w, 0),
    recurrent: new Float32Array(4),
    bias: Float32Array.of(bias(i), bias(f), 0, bias(o)),
  };
  return lstmSteps(cell, Float32Array.from(series)).map(({ g, c, h }) => ({
    g: itemAt(g, 0),
    c: itemAt(c, 0),
    h: itemAt(h, 0),
  }));
}
