import * as tf from "@tensorflow/tfjs-node";
import { afterEach, expect, test } from "vitest";
import { cnn } from "../../lib/src/models/cnn";
import { linear } from "../../lib/src/models/linear";
import { liveUnits } from "../../lib/src/models/live-units";
import { mlp } from "../../lib/src/models/mlp";

const images = (n: number) => Float32Array.from({ length: n * 784 }, (_, i) => (i % 17) / 17);
const made: tf.LayersModel[] = [];
afterEach(() => {
  for (const model of made.splice(0)) model.dispose();
});
function kept<Model extends tf.LayersModel>(model: Model): Model {
  made.push(model);
  return model;
}

/** Sets all biases of a layer, which decide whether a unit is ever above 0. */
function setBiases(model: tf.LayersModel, layer: string, bias: (unit: number) => number): void {
  const found = model.getLayer(layer);
  const [kernel, old] = found.getWeights();
  found.setWeights([kernel!, tf.tensor1d(Float32Array.from({ length: old!.size }, (_, unit) => bias(unit)))]);
}

test("liveUnits() counts the maps that are above 0 somewhere, by layer", async () => {
  const model = kept(cnn({ seed: 3 }));
  const before = tf.memory().numTensors;
  expect(await liveUnits(model, images(2))).toEqual([
    { layer: "convolution1", units: 32, live: 32 },
    { layer: "convolution2", units: 64, live: 64 },
  ]);
  expect(tf.memory().numTensors).toBe(before);
  setBiases(model, "convolution2", (map) => (map % 16 === 0 ? 0.1 : -100));
  expect(await liveUnits(model, images(2))).toEqual([
    { layer: "convolution1", units: 32, live: 32 },
    { layer: "convolution2", units: 64, live: 4 },
  ]);
});

test("liveUnits() counts a unit that only the last of many examples wakes", async () => {
  const model = kept(mlp({ inputs: 2, hidden: [3], outputs: 2, seed: 1 }));
  const [layer] = model.layers;
  // Unit 0 asks for a large x1, unit 1 for a large x2, unit 2 is always on.
  layer!.setWeights([tf.tensor2d([1, 0, 0, 0, 1, 0], [2, 3]), tf.tensor1d([-5, -5, 1])]);
  const inputs = new Float32Array(2 * 600);
  expect((await liveUnits(model, inputs))[0]).toMatchObject({ units: 3, live: 1 });
  inputs[2 * 599] = 6;
  expect((await liveUnits(model, inputs))[0]).toMatchObject({ units: 3, live: 2 });
});

test("liveUnits() refuses half an example and a model without ReLU", async () => {
  await expect(liveUnits(kept(cnn({ seed: 3 })), new Float32Array(785))).rejects.toThrow(
    "Expected inputs to be a multiple of 784 values but found 785 (one example is [784]): pass whole examples.",
  );
  await expect(liveUnits(kept(linear()), images(1))).rejects.toThrow(
    /^Expected layers with the activation "relu" but found none \(model "[^"]+"\)\.$/,
  );
});
