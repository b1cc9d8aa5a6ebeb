import * as tf from "@tensorflow/tfjs-node";
import { setWeights } from "./weights";

/** What a linear model is made of. */
export interface LinearOptions {
  /** Numbers per example. Default 784. */
  readonly inputs?: number;
  /** Classes. Default 10. */
  readonly outputs?: number;
  /** Initial W. The only choice is "zeros", which is the sheet's. */
  readonly weights?: "zeros";
  /** Initial theta of h = Wx - theta. Default 0. */
  readonly threshold?: number;
}

/**
 * The linear model h = Wx - theta of H6.1 a, y = softmax(h), starting with W = 0 and theta = 0.
 *
 * @param options Sizes and initialisation; the defaults are the sheet's (7,850 parameters).
 * @returns An uncompiled model, `[n, inputs]` to probabilities `[n, outputs]`.
 * @throws When `weights` is anything but "zeros".
 * @example
 * models.linear().countParams(); // 7850
 */
export function linear({
  inputs = 784,
  outputs = 10,
  weights = "zeros",
  threshold = 0,
}: LinearOptions = {}): tf.Sequential {
  if (weights !== "zeros")
    throw new Error(
      `Expected weights to be "zeros" but found ${JSON.stringify(weights)}: the linear model starts at W = 0.`,
    );
  const model = tf.sequential();
  const layer = tf.layers.dense({
    name: "logits",
    units: outputs,
    inputShape: [inputs],
    kernelInitializer: "zeros",
    biasInitializer: "zeros",
  });
  model.add(layer);
  setWeights(layer, [new Float32Array(inputs * outputs), new Float32Array(outputs).fill(0 - threshold)]);
  model.add(tf.layers.activation({ name: "softmax", activation: "softmax" }));
  return model;
}
