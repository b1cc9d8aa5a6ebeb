import * as tf from "@tensorflow/tfjs-node";
import type { Batch, StepOptions } from "../../lib/src/graph/types";

export type Name = "linear" | "mlp" | "dropout" | "cnn" | "lstm";

/** Options of the sheet's step for each network. */
export function options(name: Name, changes: Partial<StepOptions> = {}): StepOptions {
  const adam = { name: "adam", learningRate: 0.001, beta1: 0.9, beta2: 0.999, epsilon: 1e-8 } as const;
  return {
    shape: name === "lstm" ? [30, 1] : [784],
    batchSize: name === "lstm" ? 50 : 100,
    optimizer: name === "linear" ? { name: "sgd", learningRate: 0.5 } : adam,
    seed: 1,
    ...changes,
  };
}

/**
 * The sheet's networks, built here of plain tf.layers (the tests of this room need no other room); `width` shrinks
 * them, `length` the series of the LSTM.
 */
export function build(
  name: Name,
  width = name === "cnn" ? 32 : name === "lstm" ? 200 : 1500,
  length = 30,
): tf.Sequential {
  let seed = 0;
  const weights = () => tf.initializers.truncatedNormal({ stddev: 0.01, seed: ++seed });
  const bias = tf.initializers.constant({ value: 0.1 });
  const model = tf.sequential();
  const dense = (units: number, activation?: "relu", inputShape?: number[]) =>
    model.add(
      tf.layers.dense({
        units,
        activation,
        kernelInitializer: weights(),
        biasInitializer: bias,
        ...(inputShape && { inputShape }),
      }),
    );
  if (name === "linear") {
    model.add(tf.layers.dense({ units: 10, inputShape: [784], kernelInitializer: "zeros" }));
  } else if (name === "mlp" || name === "dropout") {
    for (let i = 0; i < 3; i++) {
      dense(width, "relu", i === 0 ? [784] : undefined);
      if (name === "dropout") model.add(tf.layers.dropout({ rate: 0.5 }));
    }
    dense(10);
  } else if (name === "cnn") {
    model.add(tf.layers.reshape({ targetShape: [28, 28, 1], inputShape: [784] }));
    for (const filters of [width, 2 * width]) {
      model.add(
        tf.layers.conv2d({
          filters,
          kernelSize: 5,
          padding: "same",
          activation: "relu",
          kernelInitializer: weights(),
          biasInitializer: bias,
        }),
      );
      model.add(tf.layers.maxPooling2d({ poolSize: 2, strides: 2 }));
    }
    model.add(tf.layers.flatten());
    dense(10);
  } else {
    const uniform = () => tf.initializers.randomUniform({ minval: -0.1, maxval: 0.1, seed: ++seed });
    model.add(
      tf.layers.lstm({
        units: width,
        inputShape: [length, 1],
        recurrentActivation: "sigmoid",
        kernelInitializer: uniform(),
        recurrentInitializer: uniform(),
      }),
    );
    model.add(tf.layers.dense({ units: 1, kernelInitializer: uniform() }));
  }
  model.add(tf.layers.activation({ activation: name === "lstm" ? "sigmoid" : "softmax" }));
  return model;
}

/** A reproducible stream of numbers in [0, 1). */
export function stream(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    let x = Math.imul(state ^ (state >>> 15), 0x2c1b3c6d);
    x = Math.imul(x ^ (x >>> 12), 0x297a2d39);
    return ((x ^ (x >>> 15)) >>> 0) / 2 ** 32;
  };
}

/** A batch that can be learned: each class lights its own tenth of the image (or is the sign of the series' mean). */
export function batch(
  name: Name,
  index: number,
  size = name === "lstm" ? 50 : 100,
  length = name === "lstm" ? 30 : 784,
): Batch {
  const draw = stream(7919 * (index + 1));
  const inputs = new Float32Array(size * length);
  const labels = new Uint8Array(size);
  for (let row = 0; row < size; row++) {
    labels[row] = Math.floor(draw() * (name === "lstm" ? 2 : 10));
    for (let i = 0; i < length; i++) {
      const noise = draw();
      inputs[row * length + i] =
        name === "lstm"
          ? 2 * noise - 1 + (labels[row] - 0.5) * 0.6
          : Math.floor((i * 10) / length) === labels[row] && noise > 0.4
            ? noise
            : noise > 0.8
              ? noise * noise
              : 0;
    }
  }
  return { inputs, labels, size };
}

/** L2 norm of a tensor, or of its difference to another. */
export function norm(a: ArrayLike<number>, b?: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] - (b?.[i] ?? 0)) ** 2;
  return Math.sqrt(sum);
}

/**
 * Relative L2 distance of two tensors. `floor`: a norm below it counts as it; for sums in which nearly everything
 * cancels (the gradient of a single output's bias), where float32 leaves no digits to compare.
 */
export function distance(a: ArrayLike<number>, b: ArrayLike<number>, floor = 0): number {
  const scale = Math.max(norm(a), floor);
  return scale === 0 ? norm(a, b) : norm(a, b) / scale;
}
