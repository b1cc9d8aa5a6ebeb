import type * as tf from "@tensorflow/tfjs-node";
import { itemAt } from "../base/item-at";
import { sizeOf } from "../base/shape";

/**
 * The shape of one example of a model with one input, how many values it has, and how many examples `inputs` holds.
 *
 * @throws When `inputs` is not a whole number of examples.
 */
export function examplesIn(model: tf.LayersModel, inputs: Float32Array) {
  const shape = (itemAt(model.inputs, 0).shape as (number | null)[]).slice(1) as number[];
  const length = sizeOf(shape);
  if (inputs.length === 0 || inputs.length % length !== 0)
    throw new Error(
      `Expected inputs to be a multiple of ${length} values but found ${inputs.length} (one example is ` +
        `[${shape.join(", ")}]): pass whole examples.`,
    );
  return { shape, length, examples: inputs.length / length };
}
