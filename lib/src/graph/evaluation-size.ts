import type * as tf from "@tensorflow/tfjs-node";
import { inside, isModel, type PlacedLayer } from "./layers";

// About 30 ms on two cores with AVX-512, so that even one old core keeps a notebook's kernel waiting for less than 100
// ms or so.
const operationsPerChunk = 6e9;
const sizes = [1000, 500, 250, 125, 50, 25, 10, 5];

/** How many examples to evaluate at once: so few that one pass stays short. All sizes divide the sheet's data sets. */
export function evaluationSize(layers: readonly PlacedLayer[]): number {
  const operations = layers.reduce((sum, { layer }) => sum + layerOperations(layer), 1);
  return sizes.find((size) => size * operations <= operationsPerChunk) ?? 1;
}

// Two operations per weight at each place where the layer applies it: positions of a convolution, time steps of a
// recurrent layer. What runs within another layer counts there; a layer that is used twice counts twice.
function layerOperations(layer: tf.layers.Layer): number {
  if (isModel(layer)) return 0;
  const recurrent = /LSTM|GRU|RNN|Bidirectional|TimeDistributed/.test(layer.getClassName());
  return inside(layer).inboundNodes.reduce((sum, node) => {
    const [shape] = recurrent ? node.inputShapes : node.outputShapes;
    const places = (shape ?? []).slice(1, -1).reduce<number>((product, size) => product * (size ?? 1), 1);
    return sum + 2 * places * layer.countParams();
  }, 0);
}
