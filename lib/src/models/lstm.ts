import * as tf from "@tensorflow/tfjs-node";
import { itemAt } from "../base/item-at";
import { LastStep } from "./last-step";
import { glorotUniform, orthogonal, setWeights, truncatedNormal, weightStream } from "./weights";

/** What an LSTM classifier is made of. */
export interface LstmOptions {
  /** Time steps of a series. Default 30. */
  readonly length?: number;
  /** Numbers per step. Default 1. */
  readonly features?: number;
  /**
   * Cells; a list stacks one LSTM layer on the other, and the last outputs of all of them go to the output neuron.
   * Default 200.
   */
  readonly units?: number | readonly number[];
  /** Initial bias of the forget gate. Default 1: cells start by remembering (Jozefowicz et al. 2015). */
  readonly forgetBias?: number;
  /** Initial bias of the input gate. Default 0. */
  readonly inputBias?: number;
  /** Initial bias of the output gate. Default 0; below 0 the cells start with small outputs. */
  readonly outputBias?: number;
  /** Factor on the initial weights of the output neuron. Default 1. */
  readonly readout?: number;
  /**
   * Initial weights of H6.1 (normal, redrawn beyond two standard deviations). Default: Glorot uniform, and orthogonal
   * from h to h.
   */
  readonly weights?: { readonly stddev: number };
  /** Seed of the initial weights. Default 1. */
  readonly seed?: number;
}

/**
 * The network of H6.2: LSTM cells (Hochreiter and Schmidhuber 1997, with forget gates; logistic gates, tanh cells) read
 * a series, one neuron with a sigmoid reads the last outputs h(length) of all cells.
 *
 * @param options Sizes and initialisation; the defaults give 161,801 parameters.
 * @returns An uncompiled model, `[n, length, features]` to the probability of class 1, `[n, 1]`: a `tf.Sequential` when
 *   it is one layer.
 * @example
 * models.lstm({ seed: 1 }).countParams(); // 161801
 * models.lstm({ units: [100, 100] }).countParams(); // 121401
 */
export function lstm(options?: LstmOptions & { readonly units?: number }): tf.Sequential;
export function lstm(options: LstmOptions): tf.LayersModel;
export function lstm(options: LstmOptions = {}): tf.LayersModel {
  const {
    length = 30,
    features = 1,
    units = 200,
    forgetBias = 1,
    inputBias = 0,
    outputBias = 0,
    readout = 1,
    weights,
    seed = 1,
  } = options;
  const cells = typeof units === "number" ? [units] : units;
  const layers = cells.map((count, i) =>
    tf.layers.lstm({
      name: `lstm${i + 1}`,
      ...(cells.length === 1 && { inputShape: [length, features] }),
      units: count,
      // tfjs' default is a piecewise linear "hard" sigmoid, which is not the textbook's.
      recurrentActivation: "sigmoid",
      returnSequences: i < cells.length - 1,
      kernelInitializer: "zeros",
      recurrentInitializer: "zeros",
      biasInitializer: "zeros",
      unitForgetBias: false,
    }),
  );
  const dense = tf.layers.dense({ name: "logit", units: 1, kernelInitializer: "zeros" });
  const sigmoid = tf.layers.activation({ name: "sigmoid", activation: "sigmoid" });
  const model =
    layers.length === 1
      ? tf.sequential({ layers: [...layers, dense, sigmoid] })
      : stack(layers, { dense, sigmoid, shape: [length, features] });

  const kernel = (shape: readonly [number, number], layer: number) => {
    const stream = weightStream(seed, layer, "kernel");
    return weights ? truncatedNormal(shape, { stddev: weights.stddev, stream }) : glorotUniform(shape, { stream });
  };
  const recurrent = (shape: readonly [number, number], layer: number) => {
    const stream = weightStream(seed, layer, "recurrent");
    return weights ? truncatedNormal(shape, { stddev: weights.stddev, stream }) : orthogonal(shape, { stream });
  };
  let inputs = features;
  cells.forEach((count, i) => {
    // Gates in tfjs' order: input, forget, cell, output.
    const bias = new Float32Array(4 * count)
      .fill(inputBias, 0, count)
      .fill(forgetBias, count, 2 * count)
      .fill(outputBias, 3 * count);
    setWeights(itemAt(layers, i), [kernel([inputs, 4 * count], i), recurrent([count, 4 * count], i), bias]);
    inputs = count;
  });
  const all = cells.reduce((sum, count) => sum + count, 0);
  setWeights(dense, [kernel([all, 1], cells.length).map((weight) => readout * weight), new Float32Array(1)]);
  return model;
}

/** Each layer reads the outputs of the one below; the dense layer reads the last outputs of all. */
function stack(
  layers: readonly tf.layers.Layer[],
  {
    dense,
    sigmoid,
    shape,
  }: { readonly dense: tf.layers.Layer; readonly sigmoid: tf.layers.Layer; readonly shape: [number, number] },
): tf.LayersModel {
  const inputs = tf.input({ shape });
  const last: tf.SymbolicTensor[] = [];
  let below = inputs;
  layers.forEach((layer, i) => {
    below = layer.apply(below) as tf.SymbolicTensor;
    last.push(
      i === layers.length - 1 ? below : (new LastStep({ name: `last${i + 1}` }).apply(below) as tf.SymbolicTensor),
    );
  });
  const h = tf.layers.concatenate({ name: "h" }).apply(last);
  return tf.model({ inputs, outputs: sigmoid.apply(dense.apply(h)) as tf.SymbolicTensor });
}
