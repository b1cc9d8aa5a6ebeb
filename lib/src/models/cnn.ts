import * as tf from "@tensorflow/tfjs-node";
import { itemAt } from "../base/item-at";
import { type NetworkOptions, setWeights, truncatedNormal, weightStream } from "./weights";

/** What a CNN is made of. */
export interface CnnOptions extends NetworkOptions {
  /** Height, width and channels of an image. Default 28, 28, 1. */
  readonly image?: readonly [number, number, number];
  /** Feature maps of each convolution; a max-pooling follows each. Default 32, 64. */
  readonly maps?: readonly number[];
  /** Side of the square kernels. Default 5. */
  readonly kernel?: number;
  /** Side and stride of the max-pooling windows. Default 2. */
  readonly pool?: number;
  /** Fraction of the flattened feature maps that a training step drops. Default 0: no dropout layer. */
  readonly dropout?: number;
}

/**
 * The convolutional network of H6.1 d: convolutions of stride 1 with zero-padding, bias and ReLU, each followed by 2 x
 * 2 max-pooling of stride 2, then one fully connected layer and softmax.
 *
 * @param options Sizes and initialisation; the defaults are the sheet's (83,466 parameters).
 * @returns An uncompiled model, flat images `[n, height * width * channels]` to probabilities `[n, outputs]`.
 * @throws When the dropout rate is not in [0, 1).
 * @example
 * models.cnn({ seed: 1 }).countParams(); // 83466
 */
export function cnn(options: CnnOptions = {}): tf.Sequential {
  const {
    image = [28, 28, 1],
    maps = [32, 64],
    kernel = 5,
    pool = 2,
    dropout = 0,
    outputs = 10,
    weights = { stddev: 0.01 },
    threshold = -0.1,
    seed = 1,
  } = options;
  if (!(dropout >= 0 && dropout < 1))
    throw new Error(`Expected dropout to be at least 0 and below 1 but found ${dropout}: correct it.`);
  const model = tf.sequential();
  const draw = (shape: readonly number[], layer: number) =>
    truncatedNormal(shape, { stddev: weights.stddev, stream: weightStream(seed, layer, "kernel") });
  const bias = (size: number) => new Float32Array(size).fill(-threshold);
  model.add(
    tf.layers.reshape({ name: "image", targetShape: [...image], inputShape: [image[0] * image[1] * image[2]] }),
  );
  let channels = image[2];
  maps.forEach((filters, i) => {
    const layer = tf.layers.conv2d({
      name: `convolution${i + 1}`,
      filters,
      kernelSize: kernel,
      strides: 1,
      padding: "same",
      activation: "relu",
      kernelInitializer: "zeros",
    });
    model.add(layer);
    setWeights(layer, [draw([kernel, kernel, channels, filters], i), bias(filters)]);
    channels = filters;
    model.add(tf.layers.maxPooling2d({ name: `pooling${i + 1}`, poolSize: pool, strides: pool }));
  });
  model.add(tf.layers.flatten({ name: "flatten" }));
  if (dropout > 0) model.add(tf.layers.dropout({ name: "dropout", rate: dropout }));
  const dense = tf.layers.dense({ name: "logits", units: outputs, kernelInitializer: "zeros" });
  model.add(dense);
  setWeights(dense, [draw(itemAt(dense.getWeights(), 0).shape, maps.length), bias(outputs)]);
  model.add(tf.layers.activation({ name: "softmax", activation: "softmax" }));
  return model;
}
