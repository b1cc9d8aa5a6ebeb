import * as tf from "@tensorflow/tfjs-node";

/** A layer's `call`, as a replacement of it is written. */
export type LayerCall = (input: tf.Tensor) => tf.Tensor;

/** One weight of a model under a name that does not change from process to process. */
export interface NetworkWeight {
  /** Position of its layer and its own name: `"2/kernel"`. */
  readonly name: string;
  readonly variable: tf.Variable;
  readonly trainable: boolean;
}

/** What a training step needs to know of a `tf.layers` model whose last layer is a softmax or sigmoid activation. */
export interface Network {
  readonly layers: readonly tf.layers.Layer[];
  readonly weights: readonly NetworkWeight[];
  /**
   * The last layer's activation: with a softmax the loss is the cross-entropy over classes, with a sigmoid the binary
   * one.
   */
  readonly head: "softmax" | "sigmoid";
  /** Number of outputs: classes with a softmax, 1 with a sigmoid. */
  readonly outputs: number;
  /** The input of the last layer (logits), `[n, outputs]`. `calls` replace the `call` of single layers, by position. */
  logits(
    inputs: tf.Tensor,
    options: { readonly training: boolean; readonly calls: ReadonlyMap<number, LayerCall> },
  ): tf.Tensor;
}

/** Reads a model as a network; refuses one whose last layer is not a separate softmax or sigmoid activation. */
export function network(model: tf.LayersModel, options: { readonly shape: readonly number[] }): Network {
  const { layers } = model;
  const last = layers[layers.length - 1];
  const head = last.getConfig().activation;
  if (last.getClassName() !== "Activation" || (head !== "softmax" && head !== "sigmoid")) {
    throw new Error(
      `Expected the model's last layer to be an activation layer with softmax or sigmoid but found ${last.getClassName()}` +
        `${typeof head === "string" ? ` with ${head}` : ""} ("${last.name}"): add tf.layers.activation({ activation: "softmax" }).`,
    );
  }
  const expected = (model.inputs[0].shape as (number | null)[]).slice(1);
  if (
    model.inputs.length !== 1 ||
    expected.length !== options.shape.length ||
    expected.some((size, i) => size !== options.shape[i])
  ) {
    throw new Error(
      `Expected one input of shape [${options.shape.join(", ")}] per example but the model takes [${expected.join(", ")}].`,
    );
  }
  const outputs = (model.outputs[0].shape as number[]).slice(-1)[0];
  if (head === "sigmoid" && outputs !== 1) {
    throw new Error(`Expected a sigmoid output of 1 unit but found ${outputs}: use softmax for more than two classes.`);
  }
  return {
    layers,
    head,
    outputs,
    weights: namedWeights(layers),
    logits(inputs, { training, calls }) {
      const all = new Map(calls).set(layers.length - 1, (input) => input);
      return withCalls(layers, all, () => model.apply(inputs, { training }) as tf.Tensor);
    },
  };
}

function namedWeights(layers: readonly tf.layers.Layer[]): NetworkWeight[] {
  return layers.flatMap((layer, position) =>
    layer.weights.map((weight) => ({
      name: `${position}/${weight.originalName.split("/").pop()}`,
      variable: weight.read() as tf.Variable,
      trainable: layer.trainableWeights.includes(weight),
    })),
  );
}

function withCalls<T>(layers: readonly tf.layers.Layer[], calls: ReadonlyMap<number, LayerCall>, run: () => T): T {
  const replaced: tf.layers.Layer[] = [];
  try {
    for (const [position, call] of calls) {
      const layer = layers[position];
      layer.call = (inputs) => call(Array.isArray(inputs) ? inputs[0] : inputs);
      replaced.push(layer);
    }
    return run();
  } finally {
    // The own property shadows the class's method; without it the layer is as before.
    for (const layer of replaced) delete (layer as Partial<tf.layers.Layer>).call;
  }
}
