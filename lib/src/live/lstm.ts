import { itemAt } from "../base/item-at";
import { sigmoid } from "./activate";
import { addScaled } from "./dense";
import type { Lstm } from "./layers";

/** Gates, candidate, cell state and output of an LSTM's cells at one step, each `[units]`. */
export interface LstmStep {
  /** Input gate. */
  readonly i: Float32Array;
  /** Forget gate. */
  readonly f: Float32Array;
  /** Candidate. */
  readonly g: Float32Array;
  /** Output gate. */
  readonly o: Float32Array;
  /** Cell state. */
  readonly c: Float32Array;
  /** Output. */
  readonly h: Float32Array;
}

/**
 * Runs an LSTM layer over a series and keeps every step (Hochreiter and Schmidhuber 1997, with forget gates).
 *
 * @param x Inputs `[steps, features]`; there may be fewer steps than in training.
 */
export function lstmSteps(layer: Lstm, x: Float32Array): LstmStep[] {
  const { features, units } = layer;
  const steps: LstmStep[] = [];
  let before: Pick<LstmStep, "c" | "h"> = { c: new Float32Array(units), h: new Float32Array(units) };
  for (let t = 0; t < x.length / features; t++) {
    const step = lstmStep(layer, x.subarray(t * features, (t + 1) * features), before);
    steps.push(step);
    before = step;
  }
  return steps;
}

/** One step with inputs `x`, `[features]`, from the cell states and outputs of the step before it. */
function lstmStep(
  { units, kernel, recurrent, bias }: Lstm,
  x: Float32Array,
  before: Pick<LstmStep, "c" | "h">,
): LstmStep {
  const a = Float32Array.from(bias);
  x.forEach((value, j) => addScaled(a, kernel, { from: j * 4 * units, by: value }));
  before.h.forEach((value, j) => addScaled(a, recurrent, { from: j * 4 * units, by: value }));
  const gate = (number: number, squash: (value: number) => number) =>
    a.slice(number * units, (number + 1) * units).map(squash);
  const [i, f, g, o] = [gate(0, sigmoid), gate(1, sigmoid), gate(2, Math.tanh), gate(3, sigmoid)];
  const c = before.c.map((state, j) => itemAt(f, j) * state + itemAt(i, j) * itemAt(g, j));
  const h = c.map((state, j) => itemAt(o, j) * Math.tanh(state));
  return { i, f, g, o, c, h };
}

/** An LSTM layer's output: h after the last step, `[units]`; zeros for an empty series. */
export function lstm(layer: Lstm, x: Float32Array): Float32Array {
  return lstmSteps(layer, x).at(-1)?.h ?? new Float32Array(layer.units);
}
