import * as tf from "@tensorflow/tfjs-node";
import { itemAt } from "../../base/item-at";
import type { Dataset, Split } from "../../data/dataset";
import { type Packed, pack } from "../../live/pack";
import { weightsOf } from "./model-of";
import { momentsOf, networkOf } from "./network";

/** A trained model, packed for a page, and what that cost. */
export interface PackedModel extends Pick<Packed, "packed" | "network" | "bitsPerWeight"> {
  /** Accuracy on the test examples, in [0, 1]: of the model, and of the packed network. */
  readonly accuracy: { readonly model: number; readonly packed: number };
  /** Classes that the packed network gives to the test examples. */
  readonly classes: Uint8Array;
}

/** From coarse to fine: each step costs about a seventh more bytes, and 0 keeps the weights as they are. */
const steps = [0.7, 0.5, 0.35, 0.25, 0.18, 0.12, 0.06, 0];
/** The most by which the test accuracy may move, and the largest share of examples whose class may change. */
const mostMoved = 0.001;
const mostChanged = 0.002;
/** With fewer weights, even fine ones take a few hundred kilobytes at most. */
const fewWeights = 200_000;
const examples = 4000;
/** Examples that are classified at a time. */
const chunk = 1000;

interface Limit {
  readonly before: Uint8Array;
  readonly most: number;
}

/**
 * Packs a model into few bytes, such that its test accuracy changes by at most 0.1 points.
 *
 * @param model A trained classifier. Its weights change meanwhile and are put back at the end.
 * @param data Its data: 4,000 training examples show which weights matter, the test examples show what is lost.
 * @throws When it holds a layer that pages cannot run.
 */
export function packModel(model: tf.LayersModel, { train, test }: Pick<Dataset, "train" | "test">): PackedModel {
  const network = networkOf(model);
  const some = examplesOf(model, train, { most: examples });
  const moments = momentsOf(model, some);
  some.dispose();
  const before = classify(model, test);
  const right = (classes: Uint8Array) =>
    classes.reduce((sum, one, i) => sum + (one === test.labels[i] ? 1 : 0), 0) / classes.length;
  const own = model.getWeights().map((tensor) => tensor.clone());
  try {
    for (const step of model.countParams() < fewWeights ? steps.slice(-2) : steps) {
      const made = pack(network, { step, moments });
      const weights = made.network.layers.flatMap(weightsOf);
      tf.tidy(() => model.setWeights(own.map(({ shape }, i) => tf.tensor(itemAt(weights, i), shape))));
      const classes = classify(model, test, step > 0 ? { before, most: mostChanged * test.size } : undefined);
      if (!classes) continue;
      const accuracy = { model: right(before), packed: right(classes) };
      if (step > 0 && Math.abs(accuracy.packed - accuracy.model) > mostMoved) continue;
      return { ...made, accuracy, classes };
    }
  } finally {
    model.setWeights(own);
    tf.dispose(own);
  }
  throw new Error(
    "Expected unchanged weights to give the model's own classes but found others: look for a layer that answers " +
      "differently each time.",
  );
}

/** The class of each example; undefined as soon as more than `most` of them differ from those of `before`. */
function classify(model: tf.LayersModel, split: Split): Uint8Array;
function classify(model: tf.LayersModel, split: Split, limit: Limit | undefined): Uint8Array | undefined;
function classify(model: tf.LayersModel, split: Split, limit?: Limit): Uint8Array | undefined {
  const found = new Uint8Array(split.size);
  let changed = 0;
  for (let from = 0; from < split.size; from += chunk) {
    const classes = tf.tidy(() => {
      const y = model.predict(examplesOf(model, split, { from, most: chunk }), { batchSize: chunk }) as tf.Tensor2D;
      // One output is the probability of class 1.
      return (y.shape[1] === 1 ? y.greaterEqual(0.5).flatten() : y.argMax(1)).dataSync();
    });
    found.set(classes, from);
    if (limit) changed += classes.filter((one, i) => one !== limit.before[from + i]).length;
    if (limit && changed > limit.most) return undefined;
  }
  return found;
}

/** The examples of a split from one on, as a model takes them. */
function examplesOf(
  model: tf.LayersModel,
  split: Split,
  { from = 0, most }: { from?: number; most: number },
): tf.Tensor {
  const shape = (itemAt(model.inputs, 0).shape as number[]).slice(1);
  const n = Math.min(most, split.size - from);
  const length = split.inputs.length / split.size;
  return tf.tensor(split.inputs.subarray(from * length, (from + n) * length), [n, ...shape]);
}
