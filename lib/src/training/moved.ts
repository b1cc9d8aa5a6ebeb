import * as tf from "@tensorflow/tfjs-node";
import type { Split } from "../data/dataset";

/** Accuracy of a model on images that were moved. */
export interface MovedAccuracy {
  /** How far to the right. */
  readonly pixels: number;
  /** Fraction of correct labels, in [0, 1]. */
  readonly accuracy: number;
}

const chunk = 1000;

/**
 * Accuracy of a model on images moved to the right, with blank columns on the left: a measure of how much the model
 * relies on positions. The model is not trained on such images. In a cell of a quick run it looks only at the first
 * 1,000 images.
 *
 * @param model A model of images of 28 x 28 pixels, inputs `[784]`.
 * @param split The images and their labels.
 * @param pixels How far, each a whole number from 0 to 27.
 * @returns Pixels and accuracy, in [0, 1], for each distance.
 * @throws When a distance is out of range.
 * @example
 * const [still, moved] = await accuracyWhenMoved(model, mnist.test, [0, 2]);
 * still.accuracy - moved.accuracy; // what two pixels cost
 */
export async function accuracyWhenMoved(
  model: tf.LayersModel,
  split: Split,
  pixels: readonly number[],
): Promise<MovedAccuracy[]> {
  const wrong = pixels.find((by) => !Number.isInteger(by) || by < 0 || by > 27);
  if (wrong !== undefined)
    throw new Error(
      `Expected pixels to be whole numbers from 0 to 27 but found ${wrong}: choose such a number; an image is 28 ` +
        "pixels wide.",
    );
  const results: MovedAccuracy[] = [];
  for (const by of pixels) {
    let correct = 0;
    for (let from = 0; from < split.size; from += chunk) {
      const labels = split.labels.subarray(from, from + chunk);
      const images = movedImages(split.inputs.subarray(from * 784, (from + labels.length) * 784), by);
      const predicted = tf.tidy(() =>
        (model.predict(tf.tensor2d(images, [labels.length, 784])) as tf.Tensor).argMax(1).dataSync(),
      );
      for (let i = 0; i < labels.length; i++) if (predicted[i] === labels[i]) correct++;
      // The kernel answers between two chunks.
      await new Promise((resolve) => setImmediate(resolve));
    }
    results.push({ pixels: by, accuracy: correct / split.size });
  }
  return results;
}

function movedImages(images: Float32Array, by: number): Float32Array {
  const result = new Float32Array(images.length);
  for (let row = 0; row < images.length; row += 28) result.set(images.subarray(row, row + 28 - by), row + by);
  return result;
}
