import * as tf from "@tensorflow/tfjs-node";
import { describe, expect, test } from "vitest";
import { createStep } from "../../lib/src/graph/step";
import { batch, build, distance, type Name, options } from "./networks";

const small: [Name, number][] = [
  ["linear", 0],
  ["mlp", 64],
  ["dropout", 64],
  ["cnn", 4],
  ["lstm", 16],
];

describe.each(small)("an eager step of the %s network", (name, width) => {
  test("lowers the loss, and evaluation sees it", () => {
    const model = build(name, width);
    const { optimizer } = options(name);
    const fast = optimizer.name === "adam" ? { ...optimizer, learningRate: 0.01 } : optimizer;
    const step = createStep(model, options(name, { mode: "eager", optimizer: fast }));
    const before = step.evaluate(batch(name, 99));
    let loss = 0;
    for (let i = 0; i < 30; i++) loss = step.step(batch(name, i), i);
    const after = step.evaluate(batch(name, 99));
    expect(after.lossSum).toBeLessThan(before.lossSum * 0.95);
    expect(after.correct).toBeGreaterThanOrEqual(Math.min(before.correct * 1.3, 45));
    expect(loss).toBeLessThan(before.lossSum / batch(name, 99).size);
    step.dispose();
    model.dispose();
  });

  test("goes on exactly from a state that was written back, and leaves no tensors behind", () => {
    const model = build(name, width);
    const tensors = tf.memory().numTensors;
    const step = createStep(model, options(name, { mode: "eager" }));
    step.step(batch(name, 0), 0);
    const state = step.read();
    const losses = [1, 2].map((i) => step.step(batch(name, i), i));
    const end = step.read();
    step.write(state);
    expect([1, 2].map((i) => step.step(batch(name, i), i))).toEqual(losses);
    expect(step.read()).toEqual(end);
    expect(end.iteration).toBe(3);
    step.dispose();
    expect(tf.memory().numTensors).toBe(tensors);
    expect(() => step.step(batch(name, 3), 3)).toThrow("disposed");
    model.dispose();
  });
});

test("Adam agrees with the textbook's formula, computed in double precision", () => {
  const model = build("linear");
  const settings = { name: "adam", learningRate: 0.01, beta1: 0.9, beta2: 0.999, epsilon: 1e-4 } as const;
  const adam = createStep(model, options("linear", { mode: "eager", optimizer: settings }));
  const start = adam.read();
  // Plain gradient descent at rate 1 shows the gradient: start - end.
  const gradient = (tensors: readonly { values: Float32Array }[], index: number) => {
    const copy = build("linear");
    const sgd = createStep(copy, options("linear", { mode: "eager", optimizer: { name: "sgd", learningRate: 1 } }));
    sgd.write({
      iteration: 0,
      tensors: sgd.read().tensors.map((tensor, i) => ({ ...tensor, values: tensors[i].values })),
    });
    sgd.step(batch("linear", index), 0);
    const end = sgd.read().tensors[0].values;
    sgd.dispose();
    copy.dispose();
    return Array.from(end, (value, i) => tensors[0].values[i] - value);
  };
  const m = new Float64Array(7840);
  const v = new Float64Array(7840);
  let w = Float64Array.from(start.tensors[0].values);
  for (let t = 1; t <= 3; t++) {
    const g = gradient(adam.read().tensors, t);
    w = w.map((value, i) => {
      m[i] = 0.9 * m[i] + 0.1 * g[i];
      v[i] = 0.999 * v[i] + 0.001 * g[i] ** 2;
      return value - (0.01 * (m[i] / (1 - 0.9 ** t))) / (Math.sqrt(v[i] / (1 - 0.999 ** t)) + 1e-4);
    });
    adam.step(batch("linear", t), t - 1);
  }
  expect(distance(w, adam.read().tensors[0].values)).toBeLessThan(1e-4);
  adam.dispose();
  model.dispose();
});

test("what a step cannot take is refused, naming what was expected", () => {
  const model = build("linear");
  const step = createStep(model, options("linear", { mode: "eager" }));
  expect(() => step.step(batch("linear", 0, 50), 0)).toThrow("Expected a batch of 100 examples but found 50");
  expect(() => step.step(batch("linear", 0), 4)).toThrow("Expected iteration 0 but found 4");
  expect(() => step.step({ ...batch("linear", 0), labels: new Uint8Array(100).fill(10) }, 0)).toThrow(
    "Expected labels below 10 but found 10",
  );
  expect(() => step.write({ iteration: 1, tensors: [] })).toThrow("Expected 0/kernel [784, 10] but found nothing");
  expect(() => createStep(model, options("linear", { shape: [28, 28] }))).toThrow(
    "Expected one input of shape [28, 28]",
  );
  const headless = tf.sequential({
    layers: [tf.layers.dense({ name: "end", units: 10, activation: "tanh", inputShape: [784] })],
  });
  expect(() => createStep(headless, options("linear"))).toThrow(
    'Expected the model to end in softmax or sigmoid but found Dense "end" with tanh: end it with',
  );
  for (const thing of [step, model, headless]) thing.dispose();
});
