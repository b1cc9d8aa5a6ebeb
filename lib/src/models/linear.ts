import * as tf from "@tensorflow/tfjs-node";

/** What a linear model is made of. */
export interface LinearOptions {
  /** Numbers per example. Default 784. */
  readonly inputs?: number;
  /** Classes. Default 10. */
  readonly outputs?: number;
}

/**
 * The linear model h = Wx - theta of H6.1 a, y = softmax(h): W and theta are zero.
 *
 * @param options Sizes; the defaults are the sheet's (7,850 parameters).
 * @returns An uncompiled model, `[n, inputs]` to probabilities `[n, outputs]`.
 * @example
 * models.linear().countParams(); // 7850
 */
export function linear({ inputs = 784, outputs = 10 }: LinearOptions = {}): tf.Sequential {
  return tf.sequential({
    layers: [
      tf.layers.dense({ name: "logits", units: outputs, inputShape: [inputs], kernelInitializer: "zeros", biasInitializer: "zeros" }),
      tf.layers.activation({ name: "softmax", activation: "softmax" }),
    ],
  });
}

