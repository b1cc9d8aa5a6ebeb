import * as tf from "@tensorflow/tfjs-node";
import type { Mnist } from "../../data";
import { type Packed, pack } from "../../live/pack";
import { momentsOf, networkOf } from "./network";

/** A trained model, packed for a page, and what that cost. */
export interface PackedModel extends Pick<Packed, "packed" | "network" | "bitsPerWeight"> {
  /** Fraction of the test images classified rightly, by the model and by what is left of it. */
  readonly accuracy: { readonly model: number; readonly packed: number };
  /** Classes that the packed network gives to the test images. */
  readonly classes: Uint8Array;
}

/** From coarse to fine: a seventh more bytes each time, and in the end the weights as they are. */
const steps = [0.7, 0.5, 0.35, 0.25, 0.18, 0.12, 0.06, 0];
/** The test accuracy may move by so much, and the class of so many images may change. */
const mostMoved = 0.001;
const mostChanged = 0.002;
/** Fewer weights are a few hundred kilobytes at most, however fine they are. */
const fewWeights = 200_000;
const examples = 4000;

/**
 * Packs a model into as few bytes as leave its test accuracy where it is, to 0.1 points.
 *
 * @param model A trained classifier of MNIST; it ends with the weights that it had.
 * @param mnist The data: 4,000 training images tell which weights matter, the test images what is lost.
 */
export function packModel(model: tf.LayersModel, mnist: Pick<Mnist, "train" | "test">): PackedModel {
  const network = networkOf(model);
  const some = mnist.train.inputs.subarray(0, 784 * examples);
  const images = tf.tensor2d(some, [some.length / 784, 784]);
  const moments = momentsOf(model, images);
  images.dispose();
  const before = classify(model, mnist.test.inputs);
  const right = (classes: Uint8Array) =>
    classes.reduce((sum, one, i) => sum + (one === mnist.test.labels[i] ? 1 : 0), 0) / classes.length;
  const own = model.getWeights().map((tensor) => tensor.clone());
  try {
    for (const step of model.countParams() < fewWeights ? steps.slice(-2) : steps) {
      const made = pack(network, { step, moments });
      const weights = made.network.layers.flatMap((layer) =>
        "kernel" in layer ? [layer.kernel, ...("recurrent" in layer ? [layer.recurrent] : []), layer.bias] : [],
      );
      tf.tidy(() => model.setWeights(own.map(({ shape }, i) => tf.tensor(weights[i]!, shape))));
      const classes = classify(model, mnist.test.inputs);
      const changed = classes.filter((one, i) => one !== before[i]).length / classes.length;
      const accuracy = { model: right(before), packed: right(classes) };
      if (step > 0 && (Math.abs(accuracy.packed - accuracy.model) > mostMoved || changed > mostChanged)) continue;
      return { ...made, accuracy, classes };
    }
  } finally {
    model.setWeights(own);
    tf.dispose(own);
  }
  throw new Error("Expected weights that are kept as they are to give the same classes.");
}

function classify(model: tf.LayersModel, images: Float32Array): Uint8Array {
  const classes = tf.tidy(() => {
    const answers = model.predict(tf.tensor2d(images, [images.length / 784, 784]), { batchSize: 1000 }) as tf.Tensor2D;
    return answers.argMax(1);
  });
  try {
    return Uint8Array.from(classes.dataSync());
  } finally {
    classes.dispose();
  }
}
