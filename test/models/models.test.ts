import * as tf from "@tensorflow/tfjs-node";
import { afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { random } from "../../lib/src/data/random";
import { createStep } from "../../lib/src/graph/step";
import { describe as describeModel } from "../../lib/src/models/describe";
import * as models from "../../lib/src/models/factories";
import { assess } from "../../lib/src/training/assess";
import { convolve, dense, lstm, pool, relu, sigmoid, softmax } from "./naive";

let tensors: number;

beforeAll(() => tf.disposeVariables());

beforeEach(() => {
  tensors = tf.memory().numTensors;
});

afterEach(() => {
  tf.disposeVariables();
  expect(tf.memory().numTensors).toBe(tensors);
});

const weightsOf = (model: tf.LayersModel) => model.getWeights().map((weight) => weight.dataSync() as Float32Array);
const noise = (length: number, name: string) => {
  const stream = random(9, name);
  return Float32Array.from({ length }, () => stream.normal());
};
const predict = (model: tf.LayersModel, inputs: Float32Array, shape: number[]) =>
  tf.tidy(() => (model.predict(tf.tensor(inputs, shape)) as tf.Tensor).dataSync());
const near = (found: ArrayLike<number>, expected: ArrayLike<number>, tolerance = 1e-5) => {
  expect(found.length).toBe(expected.length);
  for (let i = 0; i < found.length; i++)
    expect(Math.abs(found[i] - expected[i])).toBeLessThan(tolerance * Math.max(1, Math.abs(expected[i])));
};

describe("the sheet's networks", () => {
  test.each([
    ["linear", () => models.linear(), 7_850, [null, 784], [null, 10]],
    ["MLP", () => models.mlp(), 5_695_510, [null, 784], [null, 10]],
    ["MLP with dropout", () => models.mlp({ dropout: 0.5 }), 5_695_510, [null, 784], [null, 10]],
    ["CNN", () => models.cnn(), 83_466, [null, 784], [null, 10]],
    ["LSTM", () => models.lstm(), 161_801, [null, 30, 1], [null, 1]],
  ] as const)(
    "%s: parameters, shapes, and an activation layer of its own at the end",
    (_, make, parameters, inputs, outputs) => {
      const model = make();
      expect(model.countParams()).toBe(parameters);
      expect(model.inputs[0].shape).toEqual(inputs);
      expect(model.outputs[0].shape).toEqual(outputs);
      expect(model.layers.at(-1)!.getClassName()).toBe("Activation");
      expect(model.optimizer).toBeUndefined();
    },
  );

  test("linear: W and theta are zero, so every class has probability 1/10", () => {
    const model = models.linear();
    expect(weightsOf(model).every((values) => values.every((value) => value === 0))).toBe(true);
    near(predict(model, noise(784, "x"), [1, 784]), new Array<number>(10).fill(0.1), 1e-7);
  });

  test("MLP and CNN: normal weights of 0.01, redrawn beyond 0.02; theta = -0.1 is a bias of +0.1", () => {
    for (const model of [models.mlp(), models.cnn()]) {
      weightsOf(model).forEach((values, i) => {
        if (i % 2 === 1) return expect(values.every((value) => value === Math.fround(0.1))).toBe(true);
        expect(values.reduce((most, value) => Math.max(most, Math.abs(value)), 0)).toBeLessThanOrEqual(0.02);
        if (values.length < 10_000) return;
        // A standard normal cut at +-2 has standard deviation 0.87963; clipping instead of redrawing would give 0.96
        // and pile up at the ends.
        const sd = Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / values.length);
        expect(sd).toBeCloseTo(0.0087963, 4);
        const atTheEnd = values.filter((value) => Math.abs(value) > 0.0199).length / values.length;
        expect(atTheEnd).toBeLessThan(0.0025);
      });
    }
  });

  test("the other reading of the sign: threshold 0.1 is a bias of -0.1", () => {
    expect([...new Set(weightsOf(models.mlp({ hidden: [5], threshold: 0.1 }))[1])]).toEqual([Math.fround(-0.1)]);
  });

  test("dropout layers follow the hidden layers only, with the sheet's rate", () => {
    const { layers } = models.mlp({ dropout: 0.5 });
    expect(layers.map((layer) => layer.getClassName())).toEqual([
      "Dense",
      "Dropout",
      "Dense",
      "Dropout",
      "Dense",
      "Dropout",
      "Dense",
      "Activation",
    ]);
    expect(layers.filter((layer) => layer.getClassName() === "Dropout").map((layer) => layer.getConfig().rate)).toEqual(
      [0.5, 0.5, 0.5],
    );
  });

  test("LSTM: sigmoid gates, forget bias 1 and no other, orthonormal recurrence, Glorot's limits", () => {
    const model = models.lstm();
    expect(model.layers[0].getConfig()).toMatchObject({
      activation: "tanh",
      recurrentActivation: "sigmoid",
      returnSequences: false,
      units: 200,
    });
    const [kernel, recurrent, bias, output] = weightsOf(model);
    expect([
      ...new Set(bias.subarray(0, 200)),
      ...new Set(bias.subarray(200, 400)),
      ...new Set(bias.subarray(400)),
    ]).toEqual([0, 1, 0]);
    expect(Math.max(...kernel.map(Math.abs))).toBeLessThanOrEqual(Math.sqrt(6 / 801));
    expect(Math.max(...output.map(Math.abs))).toBeLessThanOrEqual(Math.sqrt(6 / 201));
    for (const [i, j] of [
      [0, 0],
      [17, 17],
      [0, 1],
      [5, 199],
    ]) {
      let dot = 0;
      for (let k = 0; k < 800; k++) dot += recurrent[i * 800 + k] * recurrent[j * 800 + k];
      expect(dot).toBeCloseTo(i === j ? 1 : 0, 5);
    }
  });

  test("LSTM: the free choices", () => {
    expect([...new Set(weightsOf(models.lstm({ units: 8, forgetBias: 0 }))[2])]).toEqual([0]);
    expect(
      Math.max(...weightsOf(models.lstm({ units: 8, weights: { stddev: 0.01 } }))[1].map(Math.abs)),
    ).toBeLessThanOrEqual(0.02);
    const [, , bias, output] = weightsOf(
      models.lstm({ units: 8, inputBias: 2, forgetBias: 5, outputBias: -3, readout: 40 }),
    );
    expect([0, 8, 16, 24].map((from) => [...new Set(bias.subarray(from, from + 8))])).toEqual([[2], [5], [0], [-3]]);
    expect([...output]).toEqual([...weightsOf(models.lstm({ units: 8 }))[3].map((weight) => Math.fround(40 * weight))]);
    const deep = models.lstm({ units: [100, 100], features: 10 });
    expect(describeModel(deep).layers.map(({ type }) => type)).toEqual([
      "LSTM",
      "LastStep",
      "LSTM",
      "Concatenate",
      "Dense",
      "Activation",
    ]);
    expect(deep.countParams()).toBe(4 * 100 * (10 + 100 + 1) + 4 * 100 * (100 + 100 + 1) + 201);
  });
});

describe("seeds", () => {
  test("one seed, the same weights; another, others; 0 is a seed", () => {
    const first = (seed: number) => [...weightsOf(models.mlp({ inputs: 6, hidden: [5], outputs: 3, seed }))[0]];
    expect(first(1)).toEqual(first(1));
    expect(first(0)).toEqual(first(0));
    expect(first(0)).not.toEqual(first(1));
  });

  test("two layers of one shape start differently", () => {
    const [, , second, , third] = weightsOf(models.mlp({ inputs: 6, hidden: [20, 20, 20], outputs: 3 }));
    expect(second.filter((value, i) => value === third[i]).length).toBe(0);
  });

  test("nothing asks Math.random", () => {
    const original = Math.random;
    Math.random = () => {
      throw new Error("Math.random was called");
    };
    try {
      for (const make of [
        () => models.linear(),
        () => models.mlp({ hidden: [5], dropout: 0.5 }),
        () => models.cnn({ maps: [2] }),
        () => models.lstm({ units: 3 }),
      ])
        make();
    } finally {
      Math.random = original;
    }
  });
});

describe("against plain loops", () => {
  test("CNN", () => {
    const model = models.cnn({ maps: [3, 4], weights: { stddev: 0.3 }, seed: 2 });
    const [k1, b1, k2, b2, w, b] = weightsOf(model);
    const image = noise(784, "image");
    const one = pool(relu(convolve(image, k1, b1, { h: 28, w: 28, c: 1, k: 5, m: 3 })), { h: 28, w: 28, c: 3 });
    const two = pool(relu(convolve(Float32Array.from(one), k2, b2, { h: 14, w: 14, c: 3, k: 5, m: 4 })), {
      h: 14,
      w: 14,
      c: 4,
    });
    near(predict(model, image, [1, 784]), softmax(dense(two, w, b)));
  });

  test("MLP; dropout changes nothing in inference mode", () => {
    const options = { inputs: 6, hidden: [5, 4], outputs: 3, weights: { stddev: 1 }, seed: 3 };
    const x = noise(6, "x");
    for (const model of [models.mlp(options), models.mlp({ ...options, dropout: 0.5 })]) {
      const [w1, b1, w2, b2, w3, b3] = weightsOf(model);
      near(predict(model, x, [1, 6]), softmax(dense(relu(dense(relu(dense(x, w1, b1)), w2, b2)), w3, b3)));
    }
  });

  test("LSTM of one layer and of two", () => {
    const series = noise(20, "series");
    const one = models.lstm({ length: 10, features: 2, units: 5 });
    const [kernel, recurrent, bias, w, b] = weightsOf(one);
    const outputs = lstm(series, { kernel, recurrent, bias, features: 2, units: 5 });
    near(predict(one, series, [1, 10, 2]), [sigmoid(dense(outputs.at(-1)!, w, b)[0])]);

    const two = models.lstm({ length: 10, features: 2, units: [5, 4] });
    const [k1, r1, b1, k2, r2, b2, v, a] = weightsOf(two);
    const below = lstm(series, { kernel: k1, recurrent: r1, bias: b1, features: 2, units: 5 });
    const above = lstm(
      below.flatMap((h) => [...h]),
      { kernel: k2, recurrent: r2, bias: b2, features: 5, units: 4 },
    );
    near(predict(two, series, [1, 10, 2]), [
      sigmoid(dense(Float32Array.of(...below.at(-1)!, ...above.at(-1)!), v, a)[0]),
    ]);
  });
});

test("a model is saved and loaded as any tf.LayersModel", async () => {
  const made: [make: () => tf.LayersModel, shape: number[]][] = [
    [() => models.mlp({ inputs: 6, hidden: [5], outputs: 3, dropout: 0.5 }), [2, 6]],
    [() => models.cnn({ maps: [2, 3] }), [2, 784]],
    [() => models.lstm({ units: 3 }), [2, 30, 1]],
    [() => models.lstm({ units: [3, 2] }), [2, 30, 1]],
  ];
  for (const [make, shape] of made) {
    const model = make();
    let stored: Parameters<typeof tf.io.fromMemory>[0] | undefined;
    await model.save(
      tf.io.withSaveHandler(async (artifacts) => {
        stored = artifacts;
        return { modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: "JSON" } };
      }),
    );
    const loaded = await tf.loadLayersModel(tf.io.fromMemory(stored!));
    const inputs = noise(
      shape.reduce((a, b) => a * b, 1),
      "saved",
    );
    expect([...predict(loaded, inputs, shape)]).toEqual([...predict(model, inputs, shape)]);
    loaded.dispose();
  }
});

test("describe: layers, shapes and counts, and one line as text", () => {
  const { layers, parameters } = describeModel(models.cnn());
  expect(parameters).toBe(83_466);
  expect(layers.map(({ type, parameters }) => [type, parameters])).toEqual([
    ["Reshape", 0],
    ["Conv2D", 832],
    ["MaxPooling2D", 0],
    ["Conv2D", 51_264],
    ["MaxPooling2D", 0],
    ["Flatten", 0],
    ["Dense", 31_370],
    ["Activation", 0],
  ]);
  expect(layers[4].outputShape).toEqual([null, 7, 7, 64]);
  expect(String(describeModel(models.linear()))).toBe("784 -> Dense 10 -> Activation 10: 7,850 parameters");
});

test("refuses a dropout rate that is none", () => {
  expect(() => models.mlp({ dropout: 1 })).toThrow("Expected dropout to be at least 0 and below 1 but found 1");
  expect(() => models.mlp({ dropout: Number.NaN })).toThrow("found NaN");
});

test("two LSTM layers that the output reads: graph and eager step and evaluation agree", async () => {
  const settings = { shape: [7, 1], batchSize: 6, seed: 5, optimizer: { name: "adam", learningRate: 0.01 } } as const;
  const networks = [1, 1].map((seed) => models.lstm({ units: [5, 4], length: 7, seed }));
  const [eager, graph] = [createStep(networks[0], { ...settings, mode: "eager" }), createStep(networks[1], settings)];
  const data = { inputs: noise(6 * 7, "batch"), labels: Uint8Array.of(0, 1, 1, 0, 1, 0), size: 6 };
  for (let i = 0; i < 3; i++) expect(graph.step(data, i)).toBeCloseTo(eager.step(data, i), 6);
  expect(graph.evaluate(data).lossSum).toBeCloseTo(eager.evaluate(data).lossSum, 5);
  const [a, b] = [eager.read(), graph.read()];
  expect(b.tensors.map(({ name }) => name)).toEqual(a.tensors.map(({ name }) => name));
  a.tensors.forEach(({ name, values }, i) =>
    values.forEach((value, k) => expect(b.tensors[i].values[k], name).toBeCloseTo(value, 5)),
  );
  graph.sync();
  const { loss } = await assess(networks[1], data);
  expect(6 * loss).toBeCloseTo(graph.evaluate(data).lossSum, 4);
  [eager, graph, ...networks].forEach((thing) => thing.dispose());
});
