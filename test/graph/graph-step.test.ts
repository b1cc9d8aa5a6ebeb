import * as tf from "@tensorflow/tfjs-node";
import { describe, expect, test } from "vitest";
import { fromEnvironment } from "../../lib/src/base/environment";
import { loadMnist } from "../../lib/src/data/mnist";
import { drawSeries } from "../../lib/src/data/series";
import { createStep } from "../../lib/src/graph/step";
import type { Batch, StepState, TrainingStep } from "../../lib/src/graph/types";
import { firstExamples } from "../../lib/src/runs/first-examples";
import { Batches } from "../../lib/src/training/batches";
import * as networks from "./networks";
import { type Name, norm, stream } from "./networks";

// The sheet's own widths and lengths, at more points, take minutes: they are the long tests' (graph-step.long.test.ts).
const long = fromEnvironment("DEEPNETS_LONG_TESTS") === true;
const widths: Record<Name, number | undefined> = long
  ? { linear: undefined, mlp: undefined, dropout: undefined, cnn: undefined, lstm: undefined }
  : { linear: undefined, mlp: 96, dropout: 96, cnn: 8, lstm: 12 };
const names = Object.keys(widths) as Name[];
const points = long ? 50 : 15;
const length = long ? 30 : 12;

const build = (name: Name, width = widths[name]) => networks.build(name, width, length);
const batch = (name: Name, index: number) =>
  networks.batch(name, index, undefined, name === "lstm" ? length : undefined);
const options = (name: Name, changes: Parameters<typeof networks.options>[1] = {}) =>
  networks.options(name, { ...(name === "lstm" && { shape: [length, 1] }), ...changes });

// tfjs' own cross-entropy subtracts numbers of the size of a logit, up to 16, so that an example's loss has a grain of
// 2^-20 in float32.
const grain = 2 ** -20;

/** Distance (L2) between two versions of each tensor of a state, and the tensor's own norm. */
function gaps(a: StepState, b: StepState): { readonly name: string; readonly gap: number; readonly size: number }[] {
  expect(b.iteration).toBe(a.iteration);
  return a.tensors.map((tensor, i) => ({
    name: tensor.name,
    gap: norm(tensor.values, b.tensors[i].values),
    size: norm(tensor.values),
  }));
}

/** What one step makes of a state. */
function outcomeOf(step: TrainingStep, state: StepState, given: Batch): StepState {
  step.write(state);
  step.step(given, state.iteration);
  return step.read();
}

const isWeight = (name: string) => !/\/[mv]$/.test(name);
const change = (state: StepState, names: (name: string) => boolean, value: (x: number) => number): StepState => ({
  ...state,
  tensors: state.tensors.map((tensor) =>
    names(tensor.name) ? { ...tensor, values: tensor.values.map(value) } : tensor,
  ),
});

/**
 * What float32 leaves open at a point: how far each tensor of a step's outcome (what it made of `state`) moves when the
 * weights move by 2^-19 of themselves, about what the sums over a layer's inputs are rounded by (the square root of
 * 1500 last bits). Much, where a ReLU stands on its kink or the terms of a gradient cancel.
 */
function leeway(
  step: TrainingStep,
  { state, given, outcome }: { state: StepState; given: Batch; outcome: StepState },
): number[] {
  const moved = Array.from({ length: 8 }, (_, k) => {
    const draw = stream(k + 1);
    return gaps(
      outcome,
      outcomeOf(
        step,
        change(state, isWeight, (x) => x * (1 + (draw() - 0.5) * 2 ** -18)),
        given,
      ),
    );
  });
  return outcome.tensors.map((_, i) => Math.max(...moved.map((tensors) => tensors[i].gap)));
}

const mnist = await loadMnist();
const series = drawSeries({ seed: 1, length, threshold: (10 / 3) * length });
const sheetData = (name: Name) => (name === "lstm" ? series : mnist);
const sheetBatches = (name: Name) => new Batches(sheetData(name), { batchSize: options(name).batchSize, seed: 1 });

/** Both modes on models with the same weights. */
function pair(name: Name, changes: Parameters<typeof options>[1] = {}) {
  const models = [build(name), build(name)];
  const eager = createStep(models[0], options(name, { ...changes, mode: "eager" }));
  const graph = createStep(models[1], options(name, { ...changes, mode: "graph" }));
  graph.write(eager.read());
  const dispose = () => [eager, graph, ...models].forEach((thing) => thing.dispose());
  return { eager, graph, models, dispose };
}

describe.each(names)("a traced step of the %s network", (name) => {
  test(`agrees with the eager one to 1e-5 at ${points} points of a trajectory: weights, gradients, moments`, {
    timeout: 600_000,
  }, () => {
    const { eager, graph, dispose } = pair(name);
    const batches = sheetBatches(name);
    const open = new Set<number>();
    const tooFar: string[] = [];
    // Adam's first steps are the sign of the gradient, also where the gradient is nothing but rounding: free steps come
    // first.
    for (let k = 0; k < 3; k++) eager.step(batches.at(k), k);
    for (let point = 3; point < 3 + points; point++) {
      const given = batches.at(point);
      const state = eager.read();
      // Moments of zero make the new first moment the gradient, up to a factor.
      const bare = change(
        state,
        (name) => !isWeight(name),
        () => 0,
      );
      for (const [start, names] of [
        [bare, /\/m$/],
        [state, /./],
      ] as const) {
        const outcome = outcomeOf(eager, start, given);
        const found = gaps(outcome, outcomeOf(graph, start, given))
          .map((tensor, i) => ({ ...tensor, i }))
          .filter(({ name, gap, size }) => names.test(name) && gap > 1e-5 * size);
        if (found.length === 0) continue;
        open.add(point);
        const allowed = leeway(eager, { state: start, given, outcome });
        tooFar.push(
          ...found
            .filter(({ gap, i }) => !(gap < 4 * allowed[i]))
            .map(({ name, gap, size, i }) => `${name} at ${point}: ${gap} of ${size}, ${allowed[i]} left open`),
        );
      }
      graph.write(state);
      eager.write(state);
      const losses = [eager, graph].map((step) => step.step(given, point));
      expect(Math.abs(losses[0] - losses[1])).toBeLessThan(1e-5 * losses[0] + grain);
    }
    expect(tooFar).toEqual([]);
    expect(open.size).toBeLessThan(points / 5);
    dispose();
  });

  test("runs 50 free steps on the sheet's data with losses within 1 % of the eager ones, and evaluates alike", {
    timeout: 600_000,
  }, () => {
    const { eager, graph, dispose } = pair(name);
    const batches = sheetBatches(name);
    const losses = Array.from({ length: 50 }, (_, i) => [eager, graph].map((step) => step.step(batches.at(i), i)));
    // A single batch says little about a network that has wandered off by rounding: ten of them.
    const [plain, traced] = [0, 1].map((mode) => losses.slice(-10).reduce((sum, pair) => sum + pair[mode], 0));
    expect(Math.abs(plain - traced) / plain).toBeLessThan(0.01);
    graph.write(eager.read());
    const { test } = sheetData(name);
    for (const size of [1, 77, graph.evaluationSize + 3]) {
      const first = firstExamples(test, size);
      const [a, b] = [eager, graph].map((step) => step.evaluate(first));
      expect(b.correct).toBe(a.correct);
      expect(Math.abs(a.lossSum - b.lossSum)).toBeLessThan(1e-5 * a.lossSum + size * grain);
    }
    dispose();
  });

  test("repeats bit for bit, also when it goes on from a stored state in another step", { timeout: 600_000 }, () => {
    const run = (): { losses: number[]; end: StepState } => {
      const model = build(name);
      const step = createStep(model, options(name));
      const losses = [0, 1, 2, 3, 4, 5].map((i) => step.step(batch(name, i), i));
      const end = step.read();
      [step, model].forEach((thing) => thing.dispose());
      return { losses, end };
    };
    const whole = run();
    expect(run()).toEqual(whole);
    const model = build(name);
    const first = createStep(model, options(name));
    for (let i = 0; i < 3; i++) first.step(batch(name, i), i);
    const state = first.read();
    first.dispose();
    const second = createStep(build(name), options(name));
    second.write(state);
    expect([3, 4, 5].map((i) => second.step(batch(name, i), i))).toEqual(whole.losses.slice(3));
    expect(second.read()).toEqual(whole.end);
    second.dispose();
    model.dispose();
  });

  test("leaves the model alone until sync, and no tensors behind", () => {
    const model = build(name);
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
