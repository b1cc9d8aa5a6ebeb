import * as tf from "@tensorflow/tfjs-node";
import { describe, expect, test } from "vitest";
import { fromEnvironment } from "../../lib/src/base/environment";
import { graphStep } from "../../lib/src/graph/graph-step";
import { replacements } from "../../lib/src/graph/replacements";
import { convolution } from "../../lib/src/graph/replacements/convolution";
import { dense } from "../../lib/src/graph/replacements/dense";
import { lstm } from "../../lib/src/graph/replacements/lstm";
import { createStep } from "../../lib/src/graph/step";
import { batch, build, distance, type Name, options, stream } from "./networks";

// More of them are the long tests' (graph-step.long.test.ts).
const points = fromEnvironment("DEEPNETS_LONG_TESTS") === true ? 50 : 15;

const widths: Record<Name, number | undefined> = { linear: undefined, mlp: 32, dropout: 32, cnn: 4, lstm: 12 };

// Each replacement is switchable: with it and without it the numbers are the same, and the graph is smaller.
describe.each([
  ["mlp", dense],
  ["cnn", convolution],
  ["lstm", lstm],
] as const)("the replacement in the %s network", (name, replacement) => {
  test("gives what the layers give without it, with fewer operations", () => {
    const models = [0, 1].map(() => build(name, widths[name]));
    const others = replacements.filter((other) => other !== replacement);
    const [plain, fast] = [others, replacements].map((list, i) =>
      graphStep(models[i], { ...options(name), replacements: list }),
    );
    expect(fast.graph.summary("step").nodes).toBeLessThan(plain.graph.summary("step").nodes);
    for (let i = 0; i < 3; i++) plain.step(batch(name, i), i);
    fast.write(plain.read());
    const losses = [plain, fast].map((step) => step.step(batch(name, 3), 3));
    expect(losses[1]).toBeCloseTo(losses[0], 5);
    const [a, b] = [plain.read(), fast.read()];
    a.tensors.forEach((tensor, i) =>
      expect(distance(tensor.values, b.tensors[i].values, 1e-4), tensor.name).toBeLessThan(1e-5),
    );
    const evaluations = [plain, fast].map((step) => step.evaluate(batch(name, 4, 30)));
    expect(evaluations[1].correct).toBe(evaluations[0].correct);
    expect(evaluations[1].lossSum).toBeCloseTo(evaluations[0].lossSum, 3);
    [plain, fast, ...models].forEach((thing) => thing.dispose());
  });
});

test("pooling before bias and ReLU gives bit for bit what pooling after them gives", () => {
  const model = build("cnn", 4);
  const [plain, fast] = [[dense], [dense, convolution]].map((list) =>
    graphStep(model, { ...options("cnn"), replacements: list }),
  );
  for (const index of [1, 2]) expect(fast.evaluate(batch("cnn", index))).toEqual(plain.evaluate(batch("cnn", index)));
  [plain, fast, model].forEach((thing) => thing.dispose());
});

test("and the gradients of pooling after them, but where two values of a window are one number after rounding", {
  timeout: 600_000,
}, () => {
  const model = build("cnn", 8);
  const [plain, fast] = [[dense], [dense, convolution]].map((list) =>
    graphStep(model, { ...options("cnn"), replacements: list }),
  );
  for (let i = 0; i < 3; i++) plain.step(batch("cnn", i), i);
  const worst = Array.from({ length: points }, (_, i) => {
    // Moments of zero make the new first moment the gradient, up to a factor.
    const state = plain.read();
    const bare = {
      ...state,
      tensors: state.tensors.map((tensor) =>
        /\/[mv]$/.test(tensor.name) ? { ...tensor, values: new Float32Array(tensor.values.length) } : tensor,
      ),
    };
    const [a, b] = [plain, fast].map((step) => {
      step.write(bare);
      step.step(batch("cnn", i + 3), i + 3);
      return step.read().tensors;
    });
    plain.write(state);
    plain.step(batch("cnn", i + 3), i + 3);
    return Math.max(...a.map(({ name, values }, k) => (name.endsWith("/m") ? distance(values, b[k].values, 1e-3) : 0)));
  });
  // One window of many thousands hands its gradient to another of its places.
  expect(worst.filter((difference) => difference >= 1e-5).length).toBeLessThan(0.3 * points);
  expect(Math.max(...worst)).toBeLessThan(1e-2);
  [plain, fast, model].forEach((thing) => thing.dispose());
});

// Shapes, strides, paddings and settings that the sheet never uses: recognised or not, the numbers are those of the
// eager step.
const variants: Record<string, () => tf.layers.Layer[]> = {
  "strides, valid padding, no bias": () => [
    tf.layers.conv2d({ filters: 3, kernelSize: [3, 2], strides: [2, 1], useBias: false, activation: "relu" }),
  ],
  "another activation before pooling": () => [
    tf.layers.conv2d({ filters: 3, kernelSize: 3, activation: "tanh" }),
    tf.layers.maxPooling2d({ poolSize: 2 }),
  ],
  "overlapping pooling": () => [
    tf.layers.conv2d({ filters: 3, kernelSize: 3, activation: "relu" }),
    tf.layers.maxPooling2d({ poolSize: 3, strides: 2, padding: "same" }),
  ],
  "linear convolution before pooling": () => [
    tf.layers.conv2d({ filters: 3, kernelSize: 3 }),
    tf.layers.maxPooling2d({ poolSize: [2, 3], strides: [1, 2] }),
  ],
  "average pooling": () => [
    tf.layers.conv2d({ filters: 3, kernelSize: 3, activation: "relu" }),
    tf.layers.averagePooling2d({ poolSize: 2 }),
  ],
  "dense over channels": () => [tf.layers.dense({ units: 4, activation: "relu" })],
  "a rate of a quarter": () => [tf.layers.conv2d({ filters: 2, kernelSize: 3 }), tf.layers.dropout({ rate: 0.25 })],
  "an LSTM over rows, all states, then a last one": () => [
    tf.layers.reshape({ targetShape: [9, 9] }),
    tf.layers.lstm({
      units: 5,
      returnSequences: true,
      recurrentActivation: "sigmoid",
      recurrentInitializer: "glorotUniform",
    }),
    tf.layers.lstm({ units: 4, recurrentActivation: "sigmoid", recurrentInitializer: "glorotUniform" }),
  ],
  "an LSTM with hard gates": () => [
    tf.layers.reshape({ targetShape: [9, 9] }),
    tf.layers.lstm({ units: 4, recurrentInitializer: "glorotUniform" }),
  ],
  "a GRU": () => [
    tf.layers.reshape({ targetShape: [9, 9] }),
    tf.layers.gru({ units: 4, recurrentInitializer: "glorotUniform" }),
  ],
};

test.each(Object.keys(variants))("settings of other networks: %s", (name) => {
  for (const batchSize of /hard|GRU/.test(name) ? [6] : [6, 5]) {
    const make = () =>
      tf.sequential({
        layers: [
          tf.layers.reshape({ targetShape: [9, 9, 1], inputShape: [81] }),
          ...variants[name](),
          ...(/LSTM|GRU/.test(name) ? [] : [tf.layers.flatten()]),
          tf.layers.dense({ units: 3, useBias: false }),
          tf.layers.activation({ activation: "softmax" }),
        ],
      });
    const settings = { shape: [81], batchSize, seed: 5, optimizer: { name: "adam", learningRate: 0.01 } } as const;
    const [a, b] = [make(), make()];
    const [eager, graph] = [createStep(a, { ...settings, mode: "eager" }), createStep(b, settings)];
    const draw = stream(11);
    const start = eager.read();
    const tensors = start.tensors.map((tensor) =>
      /\/[mv]$/.test(tensor.name) ? tensor : { ...tensor, values: tensor.values.map(() => draw() - 0.5) },
    );
    const data = {
      inputs: Float32Array.from({ length: batchSize * 81 }, draw),
      labels: Uint8Array.from({ length: batchSize }, () => Math.floor(draw() * 3)),
      size: batchSize,
    };
    for (const step of [eager, graph]) {
      step.write({ iteration: 0, tensors });
      step.step(data, 0);
    }
    const [x, y] = [eager.read(), graph.read()];
    x.tensors.forEach((tensor, i) => {
      if (tensor.name.endsWith("/m"))
        expect(distance(tensor.values, y.tensors[i].values, 1e-5), tensor.name).toBeLessThan(1e-5);
    });
    expect(graph.evaluate(data).lossSum).toBeCloseTo(eager.evaluate(data).lossSum, 3);
    [eager, graph, a, b].forEach((thing) => thing.dispose());
  }
});

test("tfjs's own operations give the same numbers as without this room", () => {
  // Bits recorded from kernels that nobody may override: the registry still holds the ones that tfjs-node registered.
  for (const name of [
    "Relu",
    "BatchMatMul",
    "_FusedMatMul",
    "Conv2D",
    "FusedConv2D",
    "MaxPool",
    "MaxPoolGrad",
    "Softmax",
    "Sigmoid",
    "Step",
    "Multiply",
    "Add",
  ]) {
    const file = name === "_FusedMatMul" ? "_FusedMatMul" : name;
    const config = Object.values(require(`@tensorflow/tfjs-node/dist/kernels/${file}`)).find(
      (value) => (value as { kernelName?: string })?.kernelName === name,
    ) as { kernelFunc: unknown };
    expect(tf.getKernel(name, "tensorflow").kernelFunc, name).toBe(config.kernelFunc);
  }
  for (const name of ["Relu", "Conv2D", "MaxPool", "BatchMatMul"])
    expect(String(tf.getGradient(name).gradFunc)).not.toContain("deepnets");
  // And a layer that a step has replaced for a while is itself again.
  const model = build("mlp", 16);
  const x = tf.ones([2, 784]);
  const before = (model.predict(x) as tf.Tensor).dataSync();
  const step = createStep(model, options("mlp"));
  step.step(batch("mlp", 0), 0);
  expect((model.predict(x) as tf.Tensor).dataSync()).toEqual(before);
  expect(model.layers.some((layer) => Object.hasOwn(layer, "call"))).toBe(false);
  [step, model, x].forEach((thing) => thing.dispose());
});
