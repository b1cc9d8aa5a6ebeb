import * as tf from "@tensorflow/tfjs-node";
import { type NetworkOptions, setWeights, truncatedNormal, weightStream } from "./weights";

/** What an MLP is made of. */
export interface MlpOptions extends NetworkOptions {
  /** Numbers per example. Default 784. */
  readonly inputs?: number;
  /** Neurons of each hidden layer. Default three layers of 1500. */
  readonly hidden?: readonly number[];
  /** Fraction of each hidden layer's outputs that a training step drops. Default 0: no dropout layers. */
  readonly dropout?: number;
}

/**
 * The multilayer perceptron of H6.1 b and c: hidden layers h = Wx - theta with ReLU, softmax outputs, dropout after
 * each hidden layer if asked.
 *
 * @param options Sizes, dropout and initialisation; the defaults are the sheet's (5,695,510 parameters).
 * @returns An uncompiled model, `[n, inputs]` to probabilities `[n, outputs]`.
 * @throws When the dropout rate is not in [0, 1).
 * @example
 * models.mlp({ hidden: [30, 20], dropout: 0.5, seed: 1 }).countParams(); // 24380
 */
export function mlp(options: MlpOptions = {}): tf.Sequential {
  const {
    inputs = 784,
    hidden = [1500, 1500, 1500],
    outputs = 10,
    dropout = 0,
    weights = { stddev: 0.01 },
    threshold = -0.1,
    seed = 1,
  } = options;
  if (!(dropout >= 0 && dropout < 1))
    throw new Error(`Expected dropout to be at least 0 and below 1 but found ${dropout}: correct it.`);
  const model = tf.sequential();
  let below = inputs;
  [...hidden, outputs].forEach((units, i) => {
    const last = i === hidden.length;
    const layer = tf.layers.dense({
      name: last ? "logits" : `hidden${i + 1}`,
      units,
      ...(i === 0 && { inputShape: [inputs] }),
      ...(!last && { activation: "relu" as const }),
      kernelInitializer: "zeros",
    });
    model.add(layer);
    setWeights(layer, [
      truncatedNormal([below, units], { stddev: weights.stddev, stream: weightStream(seed, i, "kernel") }),
      new Float32Array(units).fill(-threshold),
    ]);
    below = units;
    if (!last && dropout > 0) model.add(tf.layers.dropout({ name: `dropout${i + 1}`, rate: dropout }));
  });
  model.add(tf.layers.activation({ name: "softmax", activation: "softmax" }));
  return model;
}
