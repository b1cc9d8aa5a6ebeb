import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as tf from "@tensorflow/tfjs-node";
import { describe, expect, test } from "vitest";
import { completeOptimizer, makeOptimizer, type OptimizerSettings } from "../../lib/src/graph/optimizers";
import { createStep } from "../../lib/src/graph/step";
import { trace } from "../../lib/src/graph/trace";
import type { StepState } from "../../lib/src/graph/types";
import { batch, build, distance, options } from "./networks";

// Weights along 50 steps of PyTorch's own optimizers, in double precision: fixtures/make_optimizers.py.
const reference = JSON.parse(readFileSync(join(__dirname, "fixtures", "optimizers.json"), "utf8")) as Record<
  string,
  Record<string, { readonly kernel: readonly number[]; readonly bias: readonly number[] }>
>;
const [steps, examples, inputs, classes] = [50, 8, 5, 3];

const settings: Record<string, OptimizerSettings> = {
  sgd: { name: "sgd", learningRate: 0.05 },
  momentum: { name: "momentum", learningRate: 0.05, momentum: 0.9 },
  nesterov: { name: "momentum", learningRate: 0.05, momentum: 0.9, nesterov: true },
  // PyTorch adds its epsilon of 1e-8 to the root: below the root it is 1e-16.
  rmsprop: { name: "rmsprop", learningRate: 0.005, epsilon: 1e-16 },
  "rmsprop with momentum": { name: "rmsprop", learningRate: 0.002, decay: 0.95, momentum: 0.8, epsilon: 1e-16 },
  adam: { name: "adam", learningRate: 0.01 },
};
const stock: Record<string, () => tf.Optimizer> = {
  sgd: () => tf.train.sgd(0.05),
  momentum: () => tf.train.momentum(0.05, 0.9),
  nesterov: () => tf.train.momentum(0.05, 0.9, true),
  rmsprop: () => tf.train.rmsprop(0.005, 0.9, 0, 1e-16),
  "rmsprop with momentum": () => tf.train.rmsprop(0.002, 0.95, 0.8, 1e-16),
  adam: () => tf.train.adam(0.01, 0.9, 0.999, 1e-8),
};

const x = (step: number) =>
  Float32Array.from({ length: examples * inputs }, (_, k) => {
    const [i, j] = [Math.floor(k / inputs), k % inputs];
    return Math.sin(7 * step + 3 * i + 2 * j * j + 1);
  });
const labels = Uint8Array.from({ length: examples }, (_, i) => i % classes);

describe.each(Object.keys(settings))("50 steps of %s", (name) => {
  test("are PyTorch's and tfjs' own to 1e-5: a step in both modes, and a trace", () => {
    const make = () =>
      tf.sequential({
        layers: [
          tf.layers.dense({ units: classes, inputShape: [inputs], kernelInitializer: "zeros" }),
          tf.layers.activation({ activation: "softmax" }),
        ],
      });
    const [a, b] = [make(), make()];
    const common = { shape: [inputs], batchSize: examples, seed: 1, optimizer: settings[name]! };
    const [graph, eager] = [createStep(a, common), createStep(b, { ...common, mode: "eager" })];
    const w = [tf.variable(tf.zeros([inputs, classes])), tf.variable(tf.zeros([classes]))] as const;
    const loss = (given: tf.Tensor, [kernel, bias] = w): tf.Scalar =>
      tf.losses.softmaxCrossEntropy(
        tf.oneHot(tf.tensor1d(Int32Array.from(labels), "int32"), classes),
        tf.add(tf.matMul(given, kernel), bias),
      );
    const traced = trace(
      { step: { inputs: { x: [examples, inputs] }, minimize: (given) => loss(given.x!) } },
      { variables: { kernel: w[0], bias: w[1] }, optimizer: settings[name]! },
    );
    const own = [tf.variable(tf.zeros([inputs, classes])), tf.variable(tf.zeros([classes]))] as const;
    const optimizer = stock[name]!();
    // tfjs' Adam takes 1 - beta2 in double precision and beta2 in float32, which is 5e-5 of the first square.
    const closeness = name === "adam" ? 1e-4 : 1e-5;
    for (let i = 0; i < steps; i++) {
      for (const step of [graph, eager]) step.step({ inputs: x(i), labels, size: examples }, i);
      traced.run("step", { x: x(i) });
      tf.tidy(() => void optimizer.minimize(() => loss(tf.tensor2d(x(i), [examples, inputs]), own), false, [...own]));
      graph
        .read()
        .tensors.slice(0, 2)
        .forEach(({ values }, k) =>
          expect(distance(own[k]!.dataSync(), values, 0.01), `tfjs, step ${i + 1}`).toBeLessThan(closeness),
        );
      const expected = reference[name]![i + 1];
      if (expected === undefined) continue;
      for (const tensors of [graph.read().tensors, eager.read().tensors, traced.read()])
        [expected.kernel, expected.bias].forEach((values, k) =>
          expect(distance(values, tensors[k]!.values, 0.01), `step ${i + 1}`).toBeLessThan(1e-5),
        );
    }
    for (const thing of [graph, eager, traced, a, b]) thing.dispose();
    tf.dispose([...w, ...own]);
    optimizer.dispose();
  });
});

describe("a state with slots", () => {
  test.each(["momentum", "rmsprop with momentum"])("of %s goes on bit for bit in another step", (name) => {
    const changes = { optimizer: settings[name]! };
    const run = (from: number, to: number, state?: StepState) => {
      const model = build("mlp", 16);
      const step = createStep(model, options("mlp", changes));
      if (state) step.write(state);
      for (let i = from; i < to; i++) step.step(batch("mlp", i), i);
      const end = step.read();
      for (const thing of [step, model]) thing.dispose();
      return end;
    };
    const whole = run(0, 6);
    expect(run(3, 6, run(0, 3))).toEqual(whole);
    expect(whole.tensors.length).toBe(8 * (1 + makeOptimizer(settings[name]!).slots.length));
  });

  test("belongs to its optimizer: another one refuses it", () => {
    const [a, b] = [build("linear"), build("linear")] as const;
    const momentum = createStep(a, options("linear", { optimizer: settings.momentum! }));
    const adam = createStep(b, options("linear", { optimizer: settings.adam! }));
    expect(() => adam.write(momentum.read())).toThrow(
      "Expected 0/kernel/m [784, 10] but found 0/kernel/velocity [784, 10] (tensor 2 of the state): it belongs " +
        "to another model or optimizer.",
    );
    for (const thing of [a, b, momentum, adam]) thing.dispose();
  });
});

describe("settings of an optimizer", () => {
  test("are completed in the cell's order", () => {
    expect(Object.entries(completeOptimizer({ name: "rmsprop", momentum: 0.5, learningRate: 1 }, "here"))).toEqual([
      ["name", "rmsprop"],
      ["momentum", 0.5],
      ["learningRate", 1],
      ["decay", 0.9],
      ["epsilon", 1e-7],
    ]);
  });

  test.each([
    [
      { name: "adagrad", learningRate: 1 },
      "Expected optimizer.name to be one of sgd, momentum, rmsprop, adam but found adagrad (here): choose one of them.",
    ],
    [{ name: "toString", learningRate: 1 }, "but found toString (here): choose one of them."],
    [{ name: "sgd" }, "Expected optimizer.learningRate to be above 0 but found undefined (here): correct it."],
    [
      { name: "sgd", learningRate: "1" },
      "Expected optimizer.learningRate to be above 0 but found 1 (here): correct it.",
    ],
    [
      { name: "sgd", learningRate: Infinity },
      "Expected optimizer.learningRate to be above 0 but found Infinity (here): correct it.",
    ],
    [
      { name: "sgd", learningRate: 1, momentum: 0.9 },
      "Expected no optimizer.momentum but found 0.9 (here): sgd has none; leave it out or choose momentum or rmsprop.",
    ],
    [
      { name: "adam", learningRate: 1, bet1: 0.9 },
      "Expected no optimizer.bet1 but found 0.9 (here): adam has none; correct its name.",
    ],
    [
      { name: "adam", learningRate: 1, beta2: 1 },
      "Expected optimizer.beta2 to be in [0, 1) but found 1 (here): correct it.",
    ],
    [
      { name: "rmsprop", learningRate: 1, epsilon: 0 },
      "Expected optimizer.epsilon to be above 0 but found 0 (here): correct it.",
    ],
    [
      { name: "momentum", learningRate: 1, nesterov: 1 },
      "Expected optimizer.nesterov to be true or false but found 1 (here): correct it.",
    ],
  ])("%o are refused", (wrong, message) => {
    expect(() => completeOptimizer(wrong as never, "here")).toThrow(message);
  });

  test("are checked by a step and by a trace, too", () => {
    const model = build("linear");
    const w = tf.variable(tf.ones([2]));
    for (const optimizer of [{ name: "momentum", learningRate: 0.1, momentum: 2 }] as const) {
      const message = 'Expected optimizer.momentum to be in [0, 1) but found 2 (optimizer "momentum"): correct it.';
      for (const mode of ["graph", "eager"] as const)
        expect(() => createStep(model, options("linear", { optimizer, mode }))).toThrow(message);
      expect(() => trace({ step: { inputs: {}, minimize: () => tf.sum(w) } }, { variables: { w }, optimizer })).toThrow(
        message,
      );
    }
    tf.dispose(w);
    model.dispose();
  });
});
