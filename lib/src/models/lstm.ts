import * as tf from "@tensorflow/tfjs-node";
import { glorotUniform, orthogonal, setWeights, truncatedNormal, weightStream } from "./weights";

/** What an LSTM classifier is made of. */
export interface LstmOptions {
  /** Time steps of a series. Default 30. */
  readonly length?: number;
  /** Numbers per step. Default 1. */
  readonly features?: number;
  /** Cells; a list stacks one LSTM layer on the other. Default 200. */
  readonly units?: number | readonly number[];
  /** Initial bias of the forget gate. Default 1: cells start by remembering (Jozefowicz et al. 2015). */
  readonly forgetBias?: number;
  /** Initial weights of H6.1 (normal, redrawn beyond two standard deviations). Default: Glorot uniform, and orthogonal from h to h. */
  readonly weights?: { readonly stddev: number };
  /** Seed of the initial weights. Default 1. */
  readonly seed?: number;
}

/**
 * The network of H6.2: LSTM cells (Hochreiter and Schmidhuber 1997, with forget gates; logistic gates, tanh cells) read a series, one
 * neuron with a sigmoid reads the last output h(length).
 *
 * @param options Sizes and initialisation; the defaults give 161,801 parameters.
 * @returns An uncompiled model, `[n, length, features]` to the probability of class 1, `[n, 1]`.
 * @example
 * models.lstm({ seed: 1 }).countParams(); // 161801
 */
export function lstm(options: LstmOptions = {}): tf.Sequential {
  const { length = 30, features = 1, units = 200, forgetBias = 1, weights, seed = 1 } = options;
  const cells = typeof units === "number" ? [units] : units;
  const model = tf.sequential();
  const input = (shape: readonly [number, number], layer: number) => {
    const stream = weightStream(seed, layer, "kernel");
    return weights ? truncatedNormal(shape, { stddev: weights.stddev, stream }) : glorotUniform(shape, { stream });
  };
  const recurrent = (shape: readonly [number, number], layer: number) => {
    const stream = weightStream(seed, layer, "recurrent");
    return weights ? truncatedNormal(shape, { stddev: weights.stddev, stream }) : orthogonal(shape, { stream });
  };
  cells.forEach((units, i) => {
    const inputs = i === 0 ? features : cells[i - 1];
    const layer = tf.layers.lstm({
      name: `lstm${i + 1}`,
      units,
      ...(i === 0 && { inputShape: [length, features] }),
      // tfjs' default is a piecewise linear "hard" sigmoid, which is not the textbook's.
      recurrentActivation: "sigmoid",
      returnSequences: i < cells.length - 1,
      kernelInitializer: "zeros",
      recurrentInitializer: "zeros",
      biasInitializer: "zeros",
      unitForgetBias: false,
    });
    model.add(layer);
    // Gates in tfjs' order: input, forget, cell, output.
    const bias = new Float32Array(4 * units).fill(forgetBias, units, 2 * units);
    setWeights(layer, [input([inputs, 4 * units], i), recurrent([units, 4 * units], i), bias]);
  });
  const dense = tf.layers.dense({ name: "logit", units: 1, kernelInitializer: "zeros" });
  model.add(dense);
  setWeights(dense, [input([cells[cells.length - 1], 1], cells.length), new Float32Array(1)]);
  model.add(tf.layers.activation({ name: "sigmoid", activation: "sigmoid" }));
  return model;
}
