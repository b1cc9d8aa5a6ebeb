import type * as tf from "@tensorflow/tfjs-node";

const claimed = new WeakSet<tf.LayersModel>();

/**
 * Claims a model for one training. Two at once would write their weights over each other, and the end of one be
 * measured with those of the other. A training holds the weights itself: what a callback sets meanwhile, or adds to
 * the model, would be lost.
 *
 * @returns A function that gives the model free.
 * @throws When another call trains the model.
 */
export function claimModel(model: tf.LayersModel): () => void {
  if (claimed.has(model))
    throw new Error(
      `Expected a model that no other call trains but found one in training (${model.name}): await that call first, ` +
        "or make a model for each.",
    );
  claimed.add(model);
  const refuse = (what: string) => () => {
    throw new Error(
      `Expected ${what} to stay as they are while ${model.name} is trained but a callback changes them: change them ` +
        "before or after train.",
    );
  };
  const held = [
    ...model.weights.map((weight) => ({ on: weight as object, name: "write", what: "the weights" })),
    ...["add", "pop"].filter((name) => name in model).map((name) => ({ on: model, name, what: "the layers" })),
  ];
  for (const { on, name, what } of held) Object.defineProperty(on, name, { value: refuse(what), configurable: true });
  return () => {
    // The own property hides the method of the class.
    for (const { on, name } of held) Reflect.deleteProperty(on, name);
    claimed.delete(model);
  };
}
