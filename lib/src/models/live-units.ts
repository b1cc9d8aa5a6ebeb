import * as tf from "@tensorflow/tfjs-node";
import { itemAt } from "../base/item-at";
import { examplesIn } from "./examples";

/** How many units of a ReLU layer are live. */
export interface LiveUnits {
  /** The layer's name. */
  readonly layer: string;
  /** Its units, or its feature maps if it is a convolution. */
  readonly units: number;
  /** Those that are above 0 for at least one example; a map, at one place at least. The others are dead. */
  readonly live: number;
}

const chunk = 250;

/**
 * Counts the units of each ReLU layer that are above 0 for at least one example. A unit that is 0 for all training
 * examples is dead: its gradient is 0 too, so that training no longer changes its weights.
 *
 * @param model Any model with one input; its layers whose activation is "relu" are counted, first to last.
 * @param inputs Whole examples one after the other, row-major: `[n, 784]` for MNIST. A unit may be live only for a rare
 *   example, so take many.
 * @returns One entry per ReLU layer, first to last.
 * @throws When `inputs` is not a whole number of examples, or the model has no ReLU layer.
 * @example
 * const model = models.mlp({ inputs: 784, hidden: [20], outputs: 10 });
 * const [hidden] = await liveUnits(model, new Float32Array(784));
 * hidden.units; // 20
 */
export async function liveUnits(model: tf.LayersModel, inputs: Float32Array): Promise<LiveUnits[]> {
  const { shape, length, examples } = examplesIn(model, inputs);
  const layers = model.layers.filter((layer) => layer.getConfig().activation === "relu");
  if (layers.length === 0)
    throw new Error(`Expected layers with the activation "relu" but found none (model "${model.name}").`);
  const outputs = tf.model({ inputs: model.inputs, outputs: layers.map((layer) => layer.output as tf.SymbolicTensor) });
  const largest = layers.map((layer) => new Float32Array(itemAt(layer.outputShape as number[], -1)));
  for (let from = 0; from < examples; from += chunk) {
    const some = inputs.subarray(from * length, Math.min(from + chunk, examples) * length);
    tf.tidy(() => {
      const found = outputs.predict(tf.tensor(some, [some.length / length, ...shape])) as tf.Tensor | tf.Tensor[];
      [found].flat().forEach((output, i) => {
        const most = itemAt(largest, i);
        const values = output.max(output.shape.map((_, axis) => axis).slice(0, -1)).dataSync();
        values.forEach((value, unit) => (most[unit] = Math.max(itemAt(most, unit), value)));
      });
    });
    // The kernel answers between two chunks.
    await new Promise((resolve) => setImmediate(resolve));
  }
  return layers.map(({ name }, i) => {
    const most = itemAt(largest, i);
    return { layer: name, units: most.length, live: most.filter((value) => value > 0).length };
  });
}
