import * as tf from "@tensorflow/tfjs-node";
import { describe, expect, test } from "vitest";
import { createStep } from "../../lib/src/graph/step";
import type { StepState } from "../../lib/src/graph/types";
import { batch, build, distance, type Name, options } from "./networks";

// The sheet's own widths take minutes: DEEPNETS_LONG_TESTS=1 asks for them.
const long = process.env.DEEPNETS_LONG_TESTS === "1";
const widths: Record<Name, number | undefined> = long
  ? { linear: undefined, mlp: undefined, dropout: undefined, cnn: undefined, lstm: undefined }
  : { linear: undefined, mlp: 96, dropout: 96, cnn: 8, lstm: 12 };
const names = Object.keys(widths) as Name[];

/** Largest distance over the tensors whose names match. */
function worst(a: StepState, b: StepState, names: RegExp): number {
  expect(b.iteration).toBe(a.iteration);
  const pairs = a.tensors.map((tensor, i) => [tensor, b.tensors[i]] as const).filter(([{ name }]) => names.test(name));
  return Math.max(...pairs.map(([x, y]) => distance(x.values, y.values, x.name.endsWith("/v") ? 1e-6 : 1e-3)));
}

/** Both modes on models with the same weights. */
function pair(name: Name, changes: Parameters<typeof options>[1] = {}) {
  const models = [build(name, widths[name]), build(name, widths[name])];
  const eager = createStep(models[0], options(name, { ...changes, mode: "eager" }));
  const graph = createStep(models[1], options(name, { ...changes, mode: "graph" }));
  graph.write(eager.read());
  const dispose = () => [eager, graph, ...models].forEach((thing) => thing.dispose());
  return { eager, graph, models, dispose };
}

describe.each(names)("a traced step of the %s network", (name) => {
  test("agrees with the eager one to 1e-5 at 50 points of a trajectory: weights, gradients, moments", { timeout: 600_000 }, () => {
    const { eager, graph, dispose } = pair(name);
    const distances: { gradients: number; weights: number }[] = [];
    for (let i = 0; i < 50; i++) {
      // Adam's first steps are the sign of the gradient, also where the gradient is nothing but rounding: free steps come first.
      const point = i + 3;
      if (i === 0) for (let k = 0; k < 3; k++) eager.step(batch(name, k), k);
      const state = eager.read();
      // Moments of zero make the new first moment the gradient, up to a factor.
      const bare = { ...state, tensors: state.tensors.map((tensor) => (/\/[mv]$/.test(tensor.name) ? { ...tensor, values: new Float32Array(tensor.values.length) } : tensor)) };
      for (const step of [eager, graph]) {
        step.write(bare);
        step.step(batch(name, point), point);
      }
      const gradients = name === "linear" ? worst(eager.read(), graph.read(), /./) : worst(eager.read(), graph.read(), /\/m$/);
      for (const step of [eager, graph]) step.write(state);
      const losses = [eager, graph].map((step) => step.step(batch(name, point), point));
      expect(Math.abs(losses[0] - losses[1]) / losses[0]).toBeLessThan(1e-5);
      distances.push({ gradients, weights: worst(eager.read(), graph.read(), /./) });
    }
    expect(distances.filter(({ gradients, weights }) => !(Math.max(gradients, weights) < 1e-5))).toEqual([]);
    dispose();
  });

  test("runs 50 free steps with losses within 1 % of the eager ones, and evaluates alike", { timeout: 600_000 }, () => {
    const { eager, graph, dispose } = pair(name);
    let losses = [0, 0];
    for (let i = 0; i < 50; i++) losses = [eager, graph].map((step) => step.step(batch(name, i), i));
    expect(Math.abs(losses[0] - losses[1]) / losses[0]).toBeLessThan(0.01);
    graph.write(eager.read());
    for (const size of [1, 77, graph.evaluationSize + 3]) {
      const [a, b] = [eager, graph].map((step) => step.evaluate(batch(name, 99, size)));
      expect(b.correct).toBe(a.correct);
      expect(Math.abs(a.lossSum - b.lossSum) / a.lossSum).toBeLessThan(1e-5);
    }
    dispose();
  });

  test("repeats bit for bit, also when it goes on from a stored state in another step", { timeout: 600_000 }, () => {
    const run = (): { losses: number[]; end: StepState } => {
      const model = build(name, widths[name]);
      const step = createStep(model, options(name));
      const losses = [0, 1, 2, 3, 4, 5].map((i) => step.step(batch(name, i), i));
      const end = step.read();
      [step, model].forEach((thing) => thing.dispose());
      return { losses, end };
    };
    const whole = run();
    expect(run()).toEqual(whole);
    const model = build(name, widths[name]);
    const first = createStep(model, options(name));
    for (let i = 0; i < 3; i++) first.step(batch(name, i), i);
    const state = first.read();
    first.dispose();
    const second = createStep(build(name, widths[name]), options(name));
    second.write(state);
    expect([3, 4, 5].map((i) => second.step(batch(name, i), i))).toEqual(whole.losses.slice(3));
    expect(second.read()).toEqual(whole.end);
    second.dispose();
    model.dispose();
  });

  test("leaves the model alone until sync, and no tensors behind", () => {
    const model = build(name, widths[name]);
    const tensors = tf.memory().numTensors;
    const handles = (tf.backend() as unknown as { getNumOfTFTensors(): number }).getNumOfTFTensors;
    const step = createStep(model, options(name));
    const before = model.getWeights()[0].dataSync();
    const count = handles.call(tf.backend());
    step.step(batch(name, 0), 0);
    step.evaluate(batch(name, 1));
    expect(handles.call(tf.backend())).toBe(count);
    expect(model.getWeights()[0].dataSync()).toEqual(before);
    step.sync();
    expect(model.getWeights()[0].dataSync()).toEqual(step.read().tensors[0].values);
    expect(model.getWeights()[0].dataSync()).not.toEqual(before);
    step.dispose();
    step.dispose();
    expect(tf.memory().numTensors).toBe(tensors);
    expect(() => step.step(batch(name, 1), 1)).toThrow("disposed");
    expect(() => step.evaluate(batch(name, 1))).toThrow("disposed");
    model.dispose();
  });
});

test("other seeds and iterations draw other dropout masks", () => {
  const losses = [1, 1, 2].map((seed) => {
    const model = build("dropout", 64);
    const step = createStep(model, options("dropout", { seed, optimizer: { name: "sgd", learningRate: 1e-30 } }));
    const two = [0, 1].map((i) => step.step(batch("dropout", 0), i));
    [step, model].forEach((thing) => thing.dispose());
    return two;
  });
  expect(losses[0]).toEqual(losses[1]);
  expect(losses[0][0]).not.toBe(losses[0][1]);
  expect(losses[0]).not.toEqual(losses[2]);
});

test("memory stays flat over many steps", () => {
  const model = build("linear");
  const step = createStep(model, options("linear"));
  const one = batch("linear", 0);
  let iteration = 0;
  const steps = (count: number) => {
    for (let i = 0; i < count; i++) step.step(one, iteration++);
  };
  steps(500);
  const [before, tensors] = [process.memoryUsage().rss, tf.memory().numTensors];
  steps(3000);
  expect(process.memoryUsage().rss - before).toBeLessThan(50e6);
  expect(tf.memory().numTensors).toBe(tensors);
  [step, model].forEach((thing) => thing.dispose());
});

test.runIf(long)("memory stays flat over 20,000 steps of the CNN", { timeout: 3_600_000 }, () => {
  const model = build("cnn");
  const step = createStep(model, options("cnn"));
  const one = batch("cnn", 0);
  for (let i = 0; i < 1000; i++) step.step(one, i);
  const [before, tensors] = [process.memoryUsage().rss, tf.memory().numTensors];
  for (let i = 1000; i < 21_000; i++) step.step(one, i);
  expect(process.memoryUsage().rss - before).toBeLessThan(50e6);
  expect(tf.memory().numTensors).toBe(tensors);
  [step, model].forEach((thing) => thing.dispose());
});
