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
 * All steps of a series.
 *
 * @param x Inputs `[steps, features]`; fewer steps than the layer was trained on will do.
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

/** One step, from the cell states and outputs of the step before it. */
function lstmStep(
  { features, units, kernel, recurrent, bias }: Lstm,
  x: Float32Array,
  before: Pick<LstmStep, "c" | "h">,
): LstmStep {
  const a = Float32Array.from(bias);
  for (let j = 0; j < features; j++) addScaled(a, kernel, { from: j * 4 * units, by: x[j]! });
  for (let j = 0; j < units; j++) addScaled(a, recurrent, { from: j * 4 * units, by: before.h[j]! });
  const gate = (number: number, squash: (value: number) => number) =>
    a.slice(number * units, (number + 1) * units).map(squash);
  const [i, f, g, o] = [gate(0, sigmoid), gate(1, sigmoid), gate(2, Math.tanh), gate(3, sigmoid)];
  const c = before.c.map((state, j) => f[j]! * state + i[j]! * g[j]!);
  const h = c.map((state, j) => o[j]! * Math.tanh(state));
  return { i, f, g, o, c, h };
}

/** h after the last step. */
export function lstm(layer: Lstm, x: Float32Array): Float32Array {
  return lstmSteps(layer, x).at(-1)?.h ?? new Float32Array(layer.units);
}
