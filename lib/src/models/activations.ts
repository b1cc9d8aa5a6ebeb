import * as tf from "@tensorflow/tfjs-node";
import { examplesIn } from "./examples";

/** What one layer of a model puts out. */
export interface Activation {
  /** The layer's name. */
  readonly name: string;
  /** Shape of `values`, examples first: `[n, 28, 28, 32]`. */
  readonly shape: readonly number[];
  /** Row-major. */
  readonly values: Float32Array;
}

/**
 * The output of every layer of a model, first to last, in inference mode (dropout is off).
 *
 * @param model Any sequential model with one input.
 * @param inputs Whole examples one after the other, row-major: `[n, 784]` for MNIST, `[n, 30]` for the number series.
 * @returns One entry per layer; the last one holds the probabilities.
 * @throws When `inputs` is not a whole number of examples.
 * @example
 * const model = models.linear();
 * const [logits, probabilities] = activations(model, new Float32Array(784));
 * probabilities.shape; // [1, 10]
 */
export function activations(model: tf.Sequential, inputs: Float32Array): Activation[] {
  const { shape, examples } = examplesIn(model, inputs);
  const found: Activation[] = [];
  // Not returned through tidy, which would walk over every value in search of tensors.
  tf.tidy(() => {
    let output = tf.tensor(inputs, [examples, ...shape]);
    for (const layer of model.layers) {
      output = layer.apply(output, { training: false }) as tf.Tensor;
      found.push({ name: layer.name, shape: output.shape, values: output.dataSync() as Float32Array });
    }
  });
  return found;
}
