import * as tf from "@tensorflow/tfjs-node";
import { itemAt } from "../base/item-at";
import { sizeOf } from "../base/shape";
import { type Random, random } from "../data/random";

/** What all factories of networks with hidden layers take. */
export interface NetworkOptions {
  /** Classes. Default 10. */
  readonly outputs?: number;
  /** Standard deviation of the initial weights (normal, redrawn beyond two of it). Default 0.01. */
  readonly weights?: { readonly stddev: number };
  /**
   * Initial theta of h = Wx - theta. Default -0.1: a framework's bias b = -theta is then +0.1, and all units start
   * active.
   */
  readonly threshold?: number;
  /** Seed of the initial weights. Default 1. */
  readonly seed?: number;
}

// Values are drawn here and set after a layer is built. tfjs' own initializers give equal weights for equal seeds and
// shapes, take seed 0 for no seed, and need 1.8 s for an orthogonal 200 x 800.

/** Normal with mean 0, each value beyond two standard deviations drawn again. */
export function truncatedNormal(
  shape: readonly number[],
  { stddev, stream }: { readonly stddev: number; readonly stream: Random },
): Float32Array {
  return Float32Array.from({ length: sizeOf(shape) }, () => {
    let value = stream.normal();
    while (Math.abs(value) > 2) value = stream.normal();
    return value * stddev;
  });
}

/** Uniform in +-sqrt(6 / (inputs + outputs)) (Glorot and Bengio 2010). */
export function glorotUniform(shape: readonly [number, number], { stream }: { readonly stream: Random }): Float32Array {
  const limit = Math.sqrt(6 / (shape[0] + shape[1]));
  return Float32Array.from({ length: sizeOf(shape) }, () => (2 * stream.uniform() - 1) * limit);
}

/**
 * Columns (or rows, the longer side) orthonormal: Gram-Schmidt over normal draws (Saxe et al. 2014). `[rows, columns]`,
 * rows <= columns.
 */
export function orthogonal(
  [rows, columns]: readonly [number, number],
  { stream }: { readonly stream: Random },
): Float32Array {
  const q = Float64Array.from({ length: rows * columns }, () => stream.normal());
  for (let i = 0; i < rows; i++) {
    const row = q.subarray(i * columns, (i + 1) * columns);
    for (let j = 0; j < i; j++) {
      const other = q.subarray(j * columns, (j + 1) * columns);
      let dot = 0;
      for (let k = 0; k < columns; k++) dot += (row[k] ?? NaN) * (other[k] ?? NaN);
      for (let k = 0; k < columns; k++) row[k] = (row[k] ?? NaN) - dot * (other[k] ?? NaN);
    }
    const norm = Math.hypot(...row);
    row.set(row.map((value) => value / norm));
  }
  return Float32Array.from(q);
}

/** The stream of one weight: its own for each layer, so that two layers of one shape start differently. */
export const weightStream = (seed: number, layer: number, name: string): Random => random(seed, "weights", layer, name);

/** Sets a built layer's weights from plain arrays. */
export function setWeights(layer: tf.layers.Layer, values: readonly Float32Array[]): void {
  const tensors = layer.getWeights().map((weight, i) => tf.tensor(itemAt(values, i), weight.shape));
  layer.setWeights(tensors);
  tf.dispose(tensors);
}
