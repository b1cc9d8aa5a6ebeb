import { activate } from "./activate";
import type { Dense } from "./layers";

/** A dense layer's output: `[inputs]` to `[outputs]`. Inputs of 0, half of all after a ReLU, are skipped. */
export function dense({ inputs, outputs, kernel, bias, activation }: Dense, x: Float32Array): Float32Array {
  const y = Float32Array.from(bias);
  for (let i = 0; i < inputs; i++) {
    const value = x[i]!;
    if (value !== 0) addScaled(y, kernel, { from: i * outputs, by: value });
  }
  return activate(y, activation);
}

/** Computes `y += by * row` in place; the row starts at `from` in `rows` and is as long as `y`. */
export function addScaled(
  y: Float32Array,
  rows: Float32Array,
  { from, by }: { readonly from: number; readonly by: number },
): void {
  for (let j = 0; j < y.length; j++) y[j]! += by * rows[from + j]!;
}
