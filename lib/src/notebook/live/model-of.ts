import * as tf from "@tensorflow/tfjs-node";
import { itemAt } from "../../base/item-at";
import type { Layer, Network } from "../../live/layers";

/**
 * The inverse of `networkOf`: turns a page's network into a model that the engine evaluates.
 *
 * @param network As `unpack` gives it.
 * @param shape Of one example, without the batch: `[784]` or `[30, 1]`.
 * @returns An uncompiled model with these weights. Dispose of it when done.
 */
export function modelOf({ layers }: Network, shape: readonly number[]): tf.Sequential {
  const model = tf.sequential({ layers: [tf.layers.inputLayer({ inputShape: [...shape] })] });
  layers.forEach((layer, i) => {
    const before = layers[i - 1]?.kind;
    if (layer.kind === "convolution" && i === 0) model.add(tf.layers.reshape({ targetShape: [...layer.image] }));
    if (layer.kind === "dense" && (before === "convolution" || before === "pooling")) model.add(tf.layers.flatten());
    const added = asLayer(layer);
    model.add(added);
    const values = weightsOf(layer);
    tf.tidy(() => {
      added.setWeights(added.getWeights().map(({ shape: wanted }, k) => tf.tensor(itemAt(values, k), wanted)));
    });
  });
  return model;
}

function asLayer(layer: Layer): tf.layers.Layer {
  switch (layer.kind) {
    case "dense":
      return tf.layers.dense({ units: layer.outputs, activation: layer.activation });
    case "convolution":
      return tf.layers.conv2d({
        filters: layer.maps,
        kernelSize: layer.size,
        padding: "same",
        activation: layer.activation,
      });
    case "pooling":
      return tf.layers.maxPooling2d({ poolSize: layer.size });
    case "lstm":
      return tf.layers.lstm({
        units: layer.units,
        recurrentActivation: "sigmoid",
        // The default computes a decomposition that takes seconds, and the weights are replaced at once.
        recurrentInitializer: "zeros",
      });
    case "activation":
      return tf.layers.activation({ activation: layer.activation });
  }
}

/** A layer's weights in the order in which tfjs' layers hold them. */
export function weightsOf(layer: Layer): Float32Array[] {
  if (layer.kind === "lstm") return [layer.kernel, layer.recurrent, layer.bias];
  return layer.kind === "dense" || layer.kind === "convolution" ? [layer.kernel, layer.bias] : [];
}
