import * as tf from "@tensorflow/tfjs-node";
import { attribute, backend } from "./engine";

/** What a draw is a function of. */
export interface Draw {
  /** Seed of the run. */
  readonly seed: number;
  /** Position of the layer in the model. */
  readonly layer: number;
  /** The step, as an int32 scalar: in a traced graph it is an input. */
  readonly iteration: tf.Tensor;
  /** How many draws of this layer came before within the step. Default 0. */
  readonly draw?: number;
  /** The layer's own seed, where it has one. */
  readonly own?: number;
}

/**
 * A dropout mask as a function of (seed, layer, iteration) alone: 0 with probability `rate`, else `1 / (1 - rate)`.
 *
 * It comes from TensorFlow's counter-based generator (Philox) and not from JavaScript, so that a traced graph draws a
 * new mask in each step, both modes draw the same one, and a resumed run goes on with the masks that it would have had.
 *
 * @param shape Shape of the mask.
 * @param options.rate Probability of a zero, in [0, 1).
 * @returns A float32 tensor of shape `shape`.
 * @example
 * const mask = dropoutMask([2, 3], { rate: 0.5, seed: 1, layer: 1, iteration: tf.scalar(0, "int32") });
 * mask.shape; // [2, 3]
 */
export function dropoutMask(shape: readonly number[], options: Draw & { readonly rate: number }): tf.Tensor {
  const { rate } = options;
  return tf.tidy(() => {
    const uniform = stateless("StatelessRandomUniform", shape, options);
    return tf.mul(tf.cast(tf.greaterEqual(uniform, rate), "float32"), 1 / (1 - rate));
  });
}

/** Standard normal numbers, drawn like a dropout mask. */
export function normalNoise(shape: readonly number[], options: Draw): tf.Tensor {
  return tf.tidy(() => stateless("StatelessRandomNormal", shape, options));
}

function stateless(op: string, shape: readonly number[], { seed, layer, iteration, draw = 0, own }: Draw): tf.Tensor {
  let stream = mix(seed, layer);
  if (draw > 0) stream = mix(stream, draw);
  if (own !== undefined) stream = mix(stream, own);
  return backend().executeSingleOutput(
    op,
    [attribute.type("dtype", "float32"), attribute.type("T", "int32"), attribute.type("Tseed", "int32")],
    [tf.tensor1d([...shape], "int32"), tf.stack([tf.scalar(stream, "int32"), iteration])],
  );
}

// Seeds are small numbers; without mixing, layer 2 of seed 1 and layer 1 of seed 2 would be one stream.
function mix(seed: number, layer: number): number {
  let hash = Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) ^ Math.imul(layer + 1, 0xc2b2ae35);
  hash = Math.imul(hash ^ (hash >>> 16), 0x7feb352d);
  hash = Math.imul(hash ^ (hash >>> 15), 0x846ca68b);
  return (hash ^ (hash >>> 16)) | 0;
}
