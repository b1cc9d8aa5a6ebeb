import * as tf from "@tensorflow/tfjs-node";
import { attribute, backend } from "./engine";

/**
 * A dropout mask as a function of (seed, layer, iteration) alone: 0 with probability `rate`, else `1 / (1 - rate)`.
 *
 * It comes from TensorFlow's counter-based generator (Philox) and not from JavaScript, so that a traced graph draws a
 * new mask in each step, both modes draw the same one, and a resumed run goes on with the masks that it would have had.
 *
 * @param shape Shape of the mask.
 * @param options.rate Probability of a zero, in [0, 1).
 * @param options.seed Seed of the run.
 * @param options.layer Position of the dropout layer in the model.
 * @param options.iteration The step, as an int32 scalar: in a traced graph it is an input.
 * @returns A float32 tensor of shape `shape`.
 * @example
 * const mask = dropoutMask([2, 3], { rate: 0.5, seed: 1, layer: 1, iteration: tf.scalar(0, "int32") });
 * mask.shape; // [2, 3]
 */
export function dropoutMask(
  shape: readonly number[],
  options: { readonly rate: number; readonly seed: number; readonly layer: number; readonly iteration: tf.Tensor },
): tf.Tensor {
  const { rate, seed, layer, iteration } = options;
  return tf.tidy(() => {
    const key = tf.stack([tf.scalar(mix(seed, layer), "int32"), iteration]);
    const uniform = backend().executeSingleOutput(
      "StatelessRandomUniform",
      [attribute.type("dtype", "float32"), attribute.type("T", "int32"), attribute.type("Tseed", "int32")],
      [tf.tensor1d([...shape], "int32"), key],
    );
    return tf.mul(tf.cast(tf.greaterEqual(uniform, rate), "float32"), 1 / (1 - rate));
  });
}

// Seeds are small numbers; without mixing, layer 2 of seed 1 and layer 1 of seed 2 would be one stream.
function mix(seed: number, layer: number): number {
  let hash = Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) ^ Math.imul(layer + 1, 0xc2b2ae35);
  hash = Math.imul(hash ^ (hash >>> 16), 0x7feb352d);
  hash = Math.imul(hash ^ (hash >>> 15), 0x846ca68b);
  return (hash ^ (hash >>> 16)) | 0;
}
