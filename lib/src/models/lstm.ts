import * as tf from "@tensorflow/tfjs-node";
import { glorotUniform, orthogonal, setWeights, truncatedNormal, weightStream } from "./weights";

/** What an LSTM classifier is made of. */
export interface LstmOptions {
  /** Steps of a series. Default 30. */
  readonly steps?: number;
  /** Numbers per step. Default 1. */
  readonly features?: number;
  /** Cells of each LSTM layer. Default 200. */
  readonly units?: number;
  /** LSTM layers on top of each other. Default 1. */
  readonly layers?: number;
  /** Initial bias of the forget gate. Default 1: cells start by remembering (Jozefowicz et al. 2015). */
  readonly forgetBias?: number;
  /** "glorot": Glorot uniform inputs and orthogonal recurrence; "truncated": the normal of H6.1, sd 0.01. Default "glorot". */
  readonly initializer?: "glorot" | "truncated";
  /** Seed of the initial weights. Default 1. */
  readonly seed?: number;
}

/**
 * The network of H6.2: LSTM cells (Hochreiter and Schmidhuber 1997, with forget gates; logistic gates, tanh cells) read a series, one
 * neuron with a sigmoid reads the last output h(steps).
 *
 * @param options Sizes and initialisation; the defaults give 161,801 parameters.
 * @returns An uncompiled model, `[n, steps, features]` to the probability of class 1, `[n, 1]`.
 * @example
 * models.lstm({ seed: 1 }).countParams(); // 161801
 */
export function lstm(options: LstmOptions = {}): tf.Sequential {
  const { steps = 30, features = 1, units = 200, layers = 1, forgetBias = 1, initializer = "glorot", seed = 1 } = options;
  const model = tf.sequential();
  const small = (shape: readonly number[], layer: number, name: string) => truncatedNormal(shape, { stddev: 0.01, stream: weightStream(seed, layer, name) });
  for (let i = 0; i < layers; i++) {
    const inputs = i === 0 ? features : units;
    const layer = tf.layers.lstm({
      name: `lstm${i + 1}`,
      units,
      ...(i === 0 && { inputShape: [steps, features] }),
      // tfjs' default is a piecewise linear "hard" sigmoid, which is not the textbook's.
      recurrentActivation: "sigmoid",
      returnSequences: i < layers - 1,
      kernelInitializer: "zeros",
      recurrentInitializer: "zeros",
      biasInitializer: "zeros",
      unitForgetBias: false,
    });
    model.add(layer);
    // Gates in tfjs' order: input, forget, cell, output.
    const bias = new Float32Array(4 * units).fill(forgetBias, units, 2 * units);
    const kernel = weightStream(seed, i, "kernel");
    setWeights(
      layer,
      initializer === "truncated"
        ? [small([inputs, 4 * units], i, "kernel"), small([units, 4 * units], i, "recurrent"), bias]
        : [glorotUniform([inputs, 4 * units], { stream: kernel }), orthogonal([units, 4 * units], { stream: weightStream(seed, i, "recurrent") }), bias],
    );
  }
  const dense = tf.layers.dense({ name: "logit", units: 1, kernelInitializer: "zeros" });
  model.add(dense);
  const weights = initializer === "truncated" ? small([units, 1], layers, "kernel") : glorotUniform([units, 1], { stream: weightStream(seed, layers, "kernel") });
  setWeights(dense, [weights, new Float32Array(1)]);
  model.add(tf.layers.activation({ name: "sigmoid", activation: "sigmoid" }));
  return model;
}
