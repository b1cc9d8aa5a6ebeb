import { createHash } from "node:crypto";
import * as tf from "@tensorflow/tfjs-node";
import { itemAt } from "../base/item-at";
import { allLayers } from "../graph/layers";

interface Memory {
  /** The weights that the model had before its first training. */
  readonly initial: readonly Float32Array[];
  /** Hash of the weights after training. */
  left: string;
}

const memories = new WeakMap<tf.LayersModel, Memory>();

/**
 * Resets a model to its first weights if nothing but training has changed it: a cell that is run again then trains from
 * the start. A model with other weights (made or set by hand) keeps them.
 */
export function startFromInitialWeights(model: tf.LayersModel): void {
  const memory = memories.get(model);
  const weights = read(model);
  if (memory && hashOf(weights) === memory.left) {
    weightsOf(model).forEach((variable, i) =>
      tf.tidy(() => variable.assign(tf.tensor(itemAt(memory.initial, i), variable.shape))),
    );
  } else memories.set(model, { initial: weights, left: "" });
}

/** Remembers the weights at the end of training. */
export function noteTrainedWeights(model: tf.LayersModel): void {
  const memory = memories.get(model);
  if (memory) memory.left = hashOf(read(model));
}

/** SHA-256 of a model's layers with their settings and weights. Names are left out, since tfjs numbers them on. */
export function modelHash(model: tf.LayersModel): string {
  const layers = model.layers.map((layer) => ({ type: layer.getClassName(), ...layer.getConfig(), name: undefined }));
  const names = new Map(allLayers(model).map(({ path, layer }) => [layer.name, path]));
  // A nested model also names its layers where it describes their connections.
  const unnamed = (key: string, value: unknown) =>
    key === "name" ? undefined : typeof value === "string" ? (names.get(value) ?? value) : value;
  return createHash("sha256")
    .update(JSON.stringify(layers, unnamed))
    .update(hashOf(read(model)))
    .digest("hex");
}

const weightsOf = (model: tf.LayersModel): tf.Variable[] =>
  model.layers.flatMap((layer) => layer.weights.map((weight) => weight.read() as tf.Variable));

const read = (model: tf.LayersModel): Float32Array[] =>
  weightsOf(model).map((variable) => variable.dataSync().slice() as Float32Array);

function hashOf(weights: readonly Float32Array[]): string {
  const hash = createHash("sha256");
  for (const values of weights) hash.update(Buffer.from(values.buffer, values.byteOffset, values.byteLength));
  return hash.digest("hex");
}
