import type { Activation } from "./layers";

/** Applies an activation to a layer's values, in place, and returns them. */
export function activate(values: Float32Array, activation: Activation): Float32Array {
  switch (activation) {
    case "linear":
      return values;
    case "relu":
      return values.map((value, i) => (values[i] = Math.max(0, value)));
    case "sigmoid":
      return values.map((value, i) => (values[i] = sigmoid(value)));
    case "tanh":
      return values.map((value, i) => (values[i] = Math.tanh(value)));
    case "softmax":
      return softmax(values);
  }
}

/** The logistic function, 1 / (1 + exp(-x)). */
export const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

/** Subtracts the largest value first, so that no exponential overflows. */
function softmax(values: Float32Array): Float32Array {
  const largest = values.reduce((most, value) => Math.max(most, value), -Infinity);
  let sum = 0;
  values.forEach((value, i) => (sum += values[i] = Math.exp(value - largest)));
  values.forEach((value, i) => (values[i] = value / sum));
  return values;
}
