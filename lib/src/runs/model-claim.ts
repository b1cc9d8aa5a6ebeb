import type * as tf from "@tensorflow/tfjs-node";
import { allLayers } from "../graph/layers";

const claimed = new WeakSet<tf.LayersModel>();

/**
 * Claims a model for one training. Two trainings at once would overwrite each other's weights, and one would be
 * measured with the weights of the other. A training holds the weights itself, so what a callback sets meanwhile, or
 * adds to the model, would be lost.
 *
 * @returns A function that releases the model.
 * @throws When another call trains the model.
 */
export function claimModel(model: tf.LayersModel): () => void {
  if (claimed.has(model))
    throw new Error(
      `Expected a model that no other call trains but found one in training (${model.name}): await that call first, ` +
        "or make a model for each.",
    );
  claimed.add(model);
  const refuse = (what: string, wayOut: string) => () => {
    throw new Error(
      `Expected ${what} to stay as it is while ${model.name} is trained but a callback changes it: ${wayOut}.`,
    );
  };
  const weights = refuse("each weight", "set weights before or after train");
  const layers = refuse("the list of layers", "build the model before train");
  const stop = refuse("stopTraining", "stop train with its option signal, or make fewer iterations");
  // Not the variables themselves: batch normalization writes its averages in each step.
  const held = [
    ...allLayers(model).map(({ layer }) => ({ on: layer as object, name: "setWeights", value: { value: weights } })),
    ...["setWeights", "loadWeights"].map((name) => ({ on: model as object, name, value: { value: weights } })),
    ...["add", "pop"]
      .filter((name) => name in model)
      .map((name) => ({ on: model as object, name, value: { value: layers } })),
    { on: model, name: "stopTraining", value: { get: () => false, set: stop } },
  ];
  for (const { on, name, value } of held) Object.defineProperty(on, name, { ...value, configurable: true });
  return () => {
    // The own property hides the one of the class.
    for (const { on, name } of held) Reflect.deleteProperty(on, name);
    claimed.delete(model);
  };
}
