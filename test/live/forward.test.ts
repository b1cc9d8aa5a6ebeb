import * as tf from "@tensorflow/tfjs-node";
import { afterEach, beforeAll, describe, expect, test } from "vitest";
import { drawSeries, loadMnist, lstmStates, type Mnist, models } from "../../lib/src";
import { fromEnvironment } from "../../lib/src/base/environment";
import { forward, forwardAll } from "../../lib/src/live/forward";
import type { Lstm } from "../../lib/src/live/layers";
import { lstmSteps } from "../../lib/src/live/lstm";
import { networkOf } from "../../lib/src/notebook/live/network";

let mnist: Mnist;
beforeAll(async () => void (mnist = await loadMnist()));

const made: tf.LayersModel[] = [];
afterEach(() => {
  for (const model of made.splice(0)) model.dispose();
});

/** With random weights large enough that the answers differ from example to example. */
function spread(model: tf.LayersModel, deviation: number, seed = 5): tf.LayersModel {
  made.push(model);
  const weights = model.getWeights();
  const larger = weights.map((weight, i) =>
    tf.tidy(() => weight.add(tf.randomNormal(weight.shape, 0, deviation, "float32", seed + i))),
  );
  model.setWeights(larger);
  tf.dispose(larger);
  return model;
}

/**
 * The largest difference between what a page's network and `predict` say to examples, and how many answers they give.
 */
function compare(model: tf.LayersModel, { inputs, shape }: { inputs: Float32Array; shape: number[] }) {
  const network = networkOf(model);
  const examples = tf.tensor(inputs, shape);
  const wanted = model.predict(examples, { batchSize: 500 }) as tf.Tensor;
  const values = wanted.dataSync();
  const size = inputs.length / shape[0]!;
  const outputs = values.length / shape[0]!;
  let most = 0;
  const answers = new Set<number>();
  for (let i = 0; i < shape[0]!; i++) {
    const found = forward(network, inputs.subarray(i * size, (i + 1) * size));
    found.forEach((value, j) => (most = Math.max(most, Math.abs(value - values[i * outputs + j]!))));
    answers.add(outputs === 1 ? Math.round(found[0]! * 100) : found.indexOf(Math.max(...found)));
  }
  tf.dispose([examples, wanted]);
  return { most, answers: answers.size };
}

// A thousand examples through millions of weights take a minute: they are the long tests' (forward.long.test.ts).
const long = fromEnvironment("DEEPNETS_LONG_TESTS") === true;
const count = (size: "small" | "as the sheet's") => (long || size === "small" ? 1000 : 150);

describe("a page's network answers as tfjs' predict, to 1e-4", { timeout: 300_000 }, () => {
  test.each([
    ["the linear model", "small", () => models.linear(), 0.3],
    ["a small MLP with dropout", "small", () => models.mlp({ hidden: [30, 20], dropout: 0.5, seed: 3 }), 0.3],
    ["the MLP of the sheet", "as the sheet's", () => models.mlp({ seed: 2 }), 0.05],
    ["the CNN of the sheet", "as the sheet's", () => models.cnn({ seed: 2 }), 0.1],
    ["a CNN with other sizes", "small", () => models.cnn({ maps: [3, 5, 4], kernel: 3, seed: 2 }), 0.4],
  ] as const)("%s, on test images", (_, size, build, deviation) => {
    const images = count(size);
    const inputs = mnist.test.inputs.subarray(0, 784 * images);
    const { most, answers } = compare(spread(build(), deviation), { inputs, shape: [images, 784] });
    expect(answers).toBeGreaterThan(2);
    expect(most).toBeLessThan(1e-4);
  });

  test.each([
    [200, "as the sheet's"],
    [7, "small"],
  ] as const)("an LSTM of %d cells, on series", (units, size) => {
    const { inputs } = drawSeries({ seed: 1, count: count(size), test: "all" }).test;
    const shape = [count(size), 30, 1];
    const { most, answers } = compare(spread(models.lstm({ units, seed: 4 }), 0.1), { inputs, shape });
    expect(answers).toBeGreaterThan(2);
    expect(most).toBeLessThan(1e-4);
  });

  test("the gates and states of an LSTM, step by step", () => {
    const model = spread(models.lstm({ units: 11, seed: 4 }), 0.3);
    const { inputs } = drawSeries({ seed: 1, count: 3, test: "all" }).test;
    const wanted = lstmStates(model, inputs.subarray(0, 30));
    const steps = lstmSteps(networkOf(model).layers[0] as Lstm, inputs.subarray(0, 30));
    expect(steps).toHaveLength(30);
    for (const name of ["i", "f", "g", "o", "c", "h"] as const)
      steps.forEach((step, t) =>
        step[name].forEach((value, j) => expect(value).toBeCloseTo(wanted[name][t * 11 + j]!, 5)),
      );
  });
});

test("one image through linear model, both MLPs and CNN takes less than 50 ms", () => {
  const trained = [models.linear(), models.mlp(), models.mlp({ dropout: 0.5, seed: 2 }), models.cnn()];
  made.push(...trained);
  const networks = trained.map((model) => networkOf(model));
  const image = mnist.test.inputs.subarray(0, 784);
  const times = Array.from({ length: 12 }, () => {
    const start = process.cpuUsage();
    for (const network of networks) forward(network, image);
    const { user, system } = process.cpuUsage(start);
    return (user + system) / 1000;
  }).sort((a, b) => a - b);
  // The processor's time, since other work may run beside it; the median, since the first rounds compile.
  expect(times[6]).toBeLessThan(50);
});

test("each layer's output can be looked at, and no input is changed", () => {
  const network = networkOf(spread(models.cnn({ seed: 2 }), 0.1));
  const image = mnist.test.inputs.slice(0, 784);
  const outputs = forwardAll(network, image);
  expect(outputs.map(({ length }) => length)).toEqual([28 * 28 * 32, 14 * 14 * 32, 14 * 14 * 64, 7 * 7 * 64, 10, 10]);
  expect(outputs.at(-1)).toEqual(forward(network, image));
  expect(image).toEqual(mnist.test.inputs.subarray(0, 784));
  // Logits stay logits when the softmax after them ran.
  expect(outputs.at(-2)!.some((value) => value < 0)).toBe(true);
});

test.each([
  [
    "strides",
    () => tf.layers.conv2d({ inputShape: [8, 8, 1], filters: 2, kernelSize: 3, strides: 2, padding: "same" }),
    /Conv2D "conv2d.*strides/,
  ],
  [
    "hard gates",
    () => tf.layers.lstm({ inputShape: [5, 1], units: 2, recurrentInitializer: "zeros" }),
    /LSTM "lstm.*other gates/,
  ],
  ["another activation", () => tf.layers.dense({ inputShape: [5], units: 2, activation: "elu" }), /Dense "dense/],
  ["an unknown layer", () => tf.layers.batchNormalization({ inputShape: [5] }), /BatchNormalization "batch/],
])("refuses %s, naming the layer", (_, layer, message) => {
  const model = tf.sequential({ layers: [layer() as tf.layers.Layer] });
  made.push(model);
  expect(() => networkOf(model)).toThrow(message);
});
