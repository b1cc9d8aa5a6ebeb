import "./mended-kernels";
import type * as tf from "@tensorflow/tfjs-node";
import { eagerStep } from "./eager-step";
import { graphStep } from "./graph-step";
import type { StepOptions, TrainingStep } from "./types";

/**
 * Makes the training step of a model: the loss on one batch (mean cross-entropy on the input of the last layer), its
 * gradient, and one move of the optimizer.
 *
 * @param model Any `tf.layers` model with one input whose last layer is a softmax or sigmoid activation layer. Need not
 *   be compiled.
 * @param options The shape of one example, batch size, optimizer, seed of the dropout masks, precision and mode.
 * @returns A step that owns its optimizer slots: call `dispose` when done.
 * @throws When an option is wrong, or when the model has several inputs or outputs, another shape or last layer, or a
 *   layer that a step cannot compute correctly.
 * @example
 * const model = tf.sequential({ layers: [
 *   tf.layers.dense({ units: 2, inputShape: [3] }), tf.layers.activation({ activation: "softmax" })] });
 * const step = createStep(model, { shape: [3], batchSize: 1, seed: 1, optimizer: { name: "sgd", learningRate: 0.5 } });
 * step.step({ inputs: new Float32Array([1, 2, 3]), labels: new Uint8Array([1]), size: 1 }, 0); // the loss
 * step.dispose();
 */
export function createStep(model: tf.LayersModel, options: StepOptions): TrainingStep {
  if (!Number.isInteger(options.batchSize) || options.batchSize < 1) {
    throw new Error(`Expected batchSize to be a whole number from 1 on but found ${options.batchSize}: correct it.`);
  }
  requireOneOf("mode", options.mode, ["graph", "eager"]);
  requireOneOf("precision", options.precision, ["float32", "bfloat16"]);
  if (!options.optimizer)
    throw new Error('Expected an optimizer but found none: give one, as { name: "sgd", learningRate: 0.5 }.');
  if (options.precision === "bfloat16" && options.mode === "eager") {
    throw new Error(
      'Expected precision "float32" in mode "eager" but found "bfloat16": only a traced graph computes in ' +
        'bfloat16; use mode "graph".',
    );
  }
  return options.mode === "eager" ? eagerStep(model, options) : graphStep(model, options);
}

// A cell's compiler sees a wrong word, a script in JavaScript or a cast do not.
function requireOneOf(name: string, value: string | undefined, known: readonly string[]): void {
  if (value !== undefined && !known.includes(value))
    throw new Error(`Expected ${name} to be ${known.map((one) => `"${one}"`).join(" or ")} but found "${value}".`);
}
