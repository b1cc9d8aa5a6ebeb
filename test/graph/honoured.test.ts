import * as tf from "@tensorflow/tfjs-node";
import { describe, expect, test } from "vitest";
import { normalNoise } from "../../lib/src/graph/draws";
import { allLayers } from "../../lib/src/graph/layers";
import { noiseCalls } from "../../lib/src/graph/noise";
import { createStep } from "../../lib/src/graph/step";
import { trace } from "../../lib/src/graph/trace";
import type { StepOptions } from "../../lib/src/graph/types";
import { norm, stream } from "./networks";

// What a model says is what is trained: regularisers, constraints, masks, noise, in both modes and in a trace.

const sgd = { name: "sgd", learningRate: 0.1 } as const;
const modes = ["graph", "eager"] as const;
const numbers = (length: number, seed = 1) => {
  const draw = stream(seed);
  return Float32Array.from({ length }, () => 2 * draw() - 1);
};
const classifier = (shape: number[], ...layers: tf.layers.Layer[]) => {
  const input = tf.input({ shape });
  const all = [...layers, tf.layers.dense({ units: 2 }), tf.layers.activation({ activation: "softmax" })];
  return tf.model({ inputs: input, outputs: all.reduce((x, layer) => layer.apply(x) as tf.SymbolicTensor, input) });
};
const options = (shape: readonly number[], more: Partial<StepOptions> = {}): StepOptions => ({
  shape,
  batchSize: 4,
  seed: 1,
  optimizer: sgd,
  ...more,
});
const batch = (length: number, seed = 1) => ({
  inputs: numbers(4 * length, seed),
  labels: Uint8Array.of(0, 1, 1, 0),
  size: 4,
});

describe.each(modes)("in mode %s", (mode) => {
  test("a mask before an LSTM counts (tfjs#2279): the loss is that of a series cut short", () => {
    const make = (steps: number) =>
      classifier(
        [steps, 1],
        tf.layers.masking({ maskValue: 0 }),
        tf.layers.lstm({
          units: 3,
          recurrentActivation: "sigmoid",
          kernelInitializer: "ones",
          recurrentInitializer: tf.initializers.constant({ value: 0.2 }),
        }),
      );
    const [long, short] = [make(5), make(3)];
    short.setWeights(long.getWeights());
    const series = numbers(4 * 3);
    const padded = new Float32Array(4 * 5);
    for (let i = 0; i < 4; i++) padded.set(series.subarray(3 * i, 3 * i + 3), 5 * i);
    const labels = Uint8Array.of(0, 1, 1, 0);
    const losses = (
      [
        [long, 5, padded],
        [short, 3, series],
      ] as const
    ).map(([model, steps, inputs]) => {
      const step = createStep(model, options([steps, 1], { mode }));
      const loss = step.step({ inputs, labels, size: 4 }, 0);
      step.dispose();
      return loss;
    });
    expect(losses[0]).toBeCloseTo(losses[1]!, 6);
    for (const model of [long, short]) model.dispose();
  });

  test("a regulariser shrinks as in tfjs' fit (tfjs#1773), and its penalty is part of the loss", async () => {
    const make = () =>
      classifier(
        [6],
        tf.layers.dense({
          units: 4,
          kernelInitializer: tf.initializers.constant({ value: 0.4 }),
          kernelRegularizer: tf.regularizers.l2({ l2: 1 }),
        }),
      );
    const [ours, stock] = [make(), make()];
    stock.setWeights(ours.getWeights());
    const step = createStep(ours, options([6], { mode }));
    expect(step.penalty()).toBeCloseTo(24 * 0.16, 5);
    stock.compile({ optimizer: tf.train.sgd(0.1), loss: "categoricalCrossentropy" });
    for (let i = 0; i < 30; i++) {
      const given = batch(6, i);
      const loss = step.step(given, i);
      const [x, y] = [tf.tensor2d(given.inputs, [4, 6]), tf.oneHot(tf.tensor1d([0, 1, 1, 0], "int32"), 2)];
      expect(loss).toBeCloseTo((await stock.trainOnBatch(x, y.cast("float32"))) as number, 5);
    }
    step.sync();
    const [a, b] = [ours, stock].map((model) => norm(model.getWeights()[0]!.dataSync()));
    expect(a).toBeCloseTo(b!, 5);
    expect(a).toBeLessThan(0.2);
    step.dispose();
    for (const model of [ours, stock]) model.dispose();
  });

  test.each([
    [
      "maxNorm",
      tf.constraints.maxNorm({ maxValue: 0.3, axis: 0 }),
      (columns: number[]): boolean => Math.max(...columns) <= 0.3001,
    ],
    [
      "unitNorm",
      tf.constraints.unitNorm({ axis: 0 }),
      (columns: number[]): boolean => columns.every((x) => Math.abs(x - 1) < 1e-4),
    ],
  ] as const)("a constraint holds after each update: %s", (_, constraint, holds) => {
    const model = classifier([6], tf.layers.dense({ units: 4, kernelConstraint: constraint }));
    const step = createStep(model, options([6], { mode, optimizer: { name: "adam", learningRate: 0.05 } }));
    for (let i = 0; i < 5; i++) {
      step.step(batch(6, i), i);
      const kernel = step.read().tensors[0]!.values;
      const columns = [0, 1, 2, 3].map((k) => norm(kernel.filter((_, at) => at % 4 === k)));
      expect(holds(columns), String(columns)).toBe(true);
    }
    step.dispose();
    model.dispose();
  });

  test("nonNeg keeps weights from 0 up", () => {
    const model = classifier([6], tf.layers.dense({ units: 4, kernelConstraint: "nonNeg" }));
    const step = createStep(model, options([6], { mode }));
    step.step(batch(6), 0);
    const [kernel] = step.read().tensors;
    expect(Math.min(...kernel!.values)).toBe(0);
    step.dispose();
    model.dispose();
  });

  test("weights within layers have names of their own", () => {
    const inner = tf.sequential({
      layers: [tf.layers.dense({ units: 4, inputShape: [6] }), tf.layers.dense({ units: 3, useBias: false })],
    });
    const model = classifier(
      [5, 6],
      tf.layers.timeDistributed({ layer: inner }),
      tf.layers.bidirectional({ layer: tf.layers.lstm({ units: 2, useBias: false }) as never, mergeMode: "sum" }),
    );
    const step = createStep(model, options([5, 6], { mode }));
    const names = step.read().tensors.map(({ name }) => name);
    expect(names).toEqual([
      "1/0/kernel",
      "1/0/bias",
      "1/1/kernel",
      "2/forward/kernel",
      "2/forward/recurrent_kernel",
      "2/backward/kernel",
      "2/backward/recurrent_kernel",
      "3/kernel",
      "3/bias",
    ]);
    step.dispose();
    model.dispose();
  });

  test("what has several inputs or outputs, no head, no weights, is refused with a sentence", () => {
    const [a, b] = [tf.input({ shape: [2], name: "left" }), tf.input({ shape: [2], name: "right" })];
    const joined = tf.layers.concatenate().apply([a, b]) as tf.SymbolicTensor;
    const ends = () => tf.layers.dense({ units: 2, activation: "softmax" }).apply(joined) as tf.SymbolicTensor;
    const refused = (model: tf.LayersModel, shape: readonly number[] = [2]) => {
      let message = "";
      try {
        createStep(model, options(shape, { mode })).dispose();
      } catch (error) {
        ({ message } = error as Error);
      }
      model.dispose();
      return message;
    };
    expect(refused(tf.model({ inputs: [a, b], outputs: ends() }))).toMatch(
      /^Expected a model with one input but found 2 \(left\w*, right\w*\): a data set has one tensor of inputs and one label an example; for more, write the step yourself with trace\.$/,
    );
    const head = (units: number, activation: "softmax" | "sigmoid" | "relu", shape = [2]) => {
      const input = tf.input({ shape });
      return { input, output: tf.layers.dense({ name: "end", units, activation }).apply(input) as tf.SymbolicTensor };
    };
    const one = head(2, "softmax");
    const two = tf.layers.dense({ units: 2, activation: "softmax" }).apply(one.input) as tf.SymbolicTensor;
    expect(refused(tf.model({ inputs: one.input, outputs: [one.output, two] }))).toContain(
      "Expected a model with one output but found 2",
    );
    const { input, output } = head(2, "relu");
    expect(refused(tf.model({ inputs: input, outputs: output }))).toContain(
      'Expected the model to end in softmax or sigmoid but found Dense "end" with relu: end it with',
    );
    const wide = head(2, "sigmoid");
    expect(refused(tf.model({ inputs: wide.input, outputs: wide.output }))).toContain(
      "Expected a sigmoid output of 1 unit but found 2",
    );
    const lone = head(1, "softmax");
    expect(refused(tf.model({ inputs: lone.input, outputs: lone.output }))).toContain(
      'Expected a softmax over 2 outputs or more but found 1, whose probability is always 1 (Dense "end")',
    );
    const steps = head(2, "softmax", [3, 2]);
    expect(refused(tf.model({ inputs: steps.input, outputs: steps.output }), [3, 2])).toContain(
      'Expected one row of outputs per example but found [3, 2] (Dense "end")',
    );
    const frozen = classifier([2]);
    frozen.trainable = false;
    expect(refused(frozen)).toContain("Expected weights to train but found none");
  });

  test.each([
    ["rate", () => tf.layers.dropout({ rate: 1, inputShape: [3, 2] })],
    ["rate", () => tf.layers.gaussianDropout({ rate: 1 })],
    ["rate", () => tf.layers.timeDistributed({ layer: tf.layers.dropout({ rate: 1 }) })],
    ["dropout", () => tf.layers.lstm({ units: 2, dropout: 1, returnSequences: true })],
    ["recurrentDropout", () => tf.layers.gru({ units: 2, recurrentDropout: 1, returnSequences: true })],
  ])("a %s of 1, with which tfjs drops nothing, is refused: %#", (name, layer) => {
    const model = classifier([3, 2], layer(), tf.layers.flatten());
    expect(() => createStep(model, options([3, 2], { mode }))).toThrow(
      `Expected "${name}" to be below 1 but found 1 (`,
    );
    model.dispose();
  });

  test.each<readonly [string, ArrayLike<unknown>]>([
    ["-1", Int32Array.of(0, -1, 1, 0)],
    ["NaN", Float32Array.of(0, 1, Number.NaN, 0)],
    ["0.5", Float32Array.of(0, 1, 1, 0.5)],
    [
      "1,0",
      [
        [1, 0],
        [0, 1],
        [0, 1],
        [1, 0],
      ],
    ],
  ])("a label of %s is refused, in a step and in an evaluation", (found, labels) => {
    const model = classifier([6]);
    const step = createStep(model, options([6], { mode }));
    const wrong = { ...batch(6), labels: labels as Uint8Array };
    for (const use of [() => step.step(wrong, 0), () => step.evaluate(wrong)])
      expect(use).toThrow(`Expected labels to be whole numbers from 0 on but found ${found} (example `);
    step.dispose();
    model.dispose();
  });

  test("a misspelt precision, and no optimizer, are refused", () => {
    const model = classifier([6]);
    const make = (more: object) => () => createStep(model, options([6], { mode, ...more }));
    expect(make({ precision: "float16" })).toThrow('precision to be "float32" or "bfloat16" but found "float16"');
    expect(make({ mode: "grpah" })).toThrow('Expected mode to be "graph" or "eager" but found "grpah"');
    expect(make({ optimizer: undefined })).toThrow("Expected an optimizer but found none");
    model.dispose();
  });

  test.each(["sigmoid", "softmax"] as const)(
    "a dense layer with %s at the end trains as with a layer of its own",
    (activation) => {
      const units = activation === "sigmoid" ? 1 : 2;
      const kernelInitializer = tf.initializers.constant({ value: 0.3 });
      const models = [
        [tf.layers.dense({ units, activation, kernelInitializer, inputShape: [6] })],
        [
          tf.layers.dense({ units, kernelInitializer, inputShape: [6] }),
          activation === "softmax" ? tf.layers.softmax() : tf.layers.activation({ activation }),
        ],
      ].map((layers) => tf.sequential({ layers }));
      const ends = models.map((model) => {
        const step = createStep(model, options([6], { mode }));
        const losses = [0, 1, 2].map((i) => step.step(batch(6, i), i));
        const found = {
          losses,
          evaluation: step.evaluate(batch(6)),
          values: step.read().tensors.map(({ values }) => values),
        };
        step.dispose();
        model.dispose();
        return found;
      });
      expect(ends[0]).toEqual(ends[1]);
      expect(ends[0]!.losses[0]).not.toBe(ends[0]!.losses[1]);
    },
  );
});

describe("an option that tfjs drops without a word is refused, in graph, eager and trace", () => {
  const { layers: L } = tf;
  const l2 = () => tf.regularizers.l2({ l2: 0.1 });
  const activity = (name: string) => `Expected no activityRegularizer but found one (${name} "`;
  const drops = (name: string, option: string) =>
    new RegExp(
      `^Expected options that tfjs knows but found "${option}" \\(${name} ".*correct its name or leave it out`,
    );
  const asked = (more: object) => ({ units: 2, ...more }) as never;

  test.each<[string, () => tf.layers.Layer[], string | RegExp]>([
    ["lstm", () => [L.lstm(asked({ activityRegularizer: l2() }))], activity("LSTM")],
    ["gru", () => [L.gru(asked({ activityRegularizer: l2() }))], activity("GRU")],
    ["simpleRNN", () => [L.simpleRNN(asked({ activityRegularizer: "l1l2" }))], activity("SimpleRNN")],
    ["a cell", () => [L.rnn({ cell: L.gruCell(asked({ activityRegularizer: l2() })) })], activity("GRUCell")],
    [
      "a copied layer",
      () => [L.bidirectional({ layer: L.lstm(asked({ activityRegularizer: l2() })) as never, mergeMode: "sum" })],
      activity("LSTM"),
    ],
    [
      "a wrapped layer",
      () => [L.timeDistributed({ layer: L.dense(asked({ activityRegularizer: l2() })) }), L.flatten()],
      activity("Dense"),
    ],
    [
      "a wrong name",
      () => [L.flatten(), L.dense(asked({ kernelRegulariser: l2() }))],
      drops("Dense", "kernelRegulariser"),
    ],
    ["a name of Keras", () => [L.lstm(asked({ kernel_constraint: "nonNeg" }))], drops("LSTM", "kernel_constraint")],
    [
      "an option of another layer",
      () => [L.flatten(), L.dense(asked({ recurrentDropout: 0.5 }))],
      drops("Dense", "recurrentDropout"),
    ],
    ["a value beyond its range", () => [L.lstm(asked({ dropout: 1.5 }))], /"dropout" became 1 \(LSTM "/],
  ])("%s", (_, make, message) => {
    for (const mode of modes) {
      const model = classifier([3, 2], ...make());
      expect(() => createStep(model, { ...options([3, 2]), mode })).toThrow(message);
      model.dispose();
    }
    const model = classifier([3, 2], ...make());
    expect(() =>
      trace(
        { run: { inputs: { x: [1, 3, 2] }, compute: ({ x }) => ({ y: model.apply(x!) as tf.Tensor }) } },
        { variables: model.weights.map((weight) => weight.read() as tf.Variable) },
      ),
    ).toThrow(message);
    model.dispose();
  });
});

describe("in a trace of one's own", () => {
  const layer = () =>
    tf.layers.dense({
      units: 3,
      inputShape: [4],
      kernelInitializer: "ones",
      kernelRegularizer: tf.regularizers.l2({ l2: 0.5 }),
      kernelConstraint: "nonNeg",
    });
  const variables = (model: tf.LayersModel) => model.weights.map((weight) => weight.read() as tf.Variable);
  const run = (model: tf.LayersModel, minimize: (x: tf.Tensor) => tf.Tensor) => {
    const graph = trace(
      { step: { inputs: { x: [2, 4] }, minimize: ({ x }) => minimize(x!) } },
      { variables: variables(model), optimizer: sgd },
    );
    const loss = graph.run("step", { x: new Float32Array(8).fill(1) }).loss![0];
    const [kernel] = graph.read();
    graph.dispose();
    model.dispose();
    return { loss, kernel: kernel!.values[0] };
  };
  // The loss is the mean of outputs, 4; the penalty 0.5 * 12 = 6; the gradient of a weight 1 / 3 + 1.
  const expected = { loss: 10, kernel: 1 - 0.1 * (1 / 3 + 1) };

  test("penalties are part of the loss, once, also where the function adds them itself", () => {
    const [plain, own] = [0, 1].map(() => tf.sequential({ layers: [layer()] })) as [tf.Sequential, tf.Sequential];
    own.build(); // A sequential model knows no penalties before.
    for (const found of [
      run(plain, (x) => tf.mean(plain.apply(x) as tf.Tensor)),
      run(own, (x) =>
        own.calculateLosses().reduce<tf.Tensor>((sum, one) => sum.add(one), tf.mean(own.apply(x) as tf.Tensor)),
      ),
    ]) {
      expect(found.loss).toBeCloseTo(expected.loss, 5);
      expect(found.kernel).toBeCloseTo(expected.kernel, 6);
    }
  });

  test("constraints hold after each update", () => {
    const model = tf.sequential({ layers: [layer()] });
    expect(run(model, (x) => tf.mul(100, tf.mean(model.apply(x) as tf.Tensor))).kernel).toBe(0);
  });

  test.each([
    [
      "Dropout",
      () => tf.layers.dropout({ rate: 0.5, name: "drop" }),
      'found Dropout "drop" in training: it draws in JavaScript',
    ],
    [
      "seeded dropout",
      () => tf.layers.dropout({ rate: 0.5, seed: 1, name: "drop" }),
      'found Dropout "drop" in training',
    ],
    ["GaussianNoise", () => tf.layers.gaussianNoise({ stddev: 1, name: "noise" }), 'found GaussianNoise "noise"'],
  ])("%s is refused by name", (_, make, message) => {
    const model = tf.sequential({ layers: [layer(), make()] });
    const minimize = ({ x }: Record<string, tf.Tensor>) => tf.mean(model.apply(x!, { training: true }) as tf.Tensor);
    expect(() =>
      trace({ step: { inputs: { x: [2, 4] }, minimize } }, { variables: variables(model), optimizer: sgd }),
    ).toThrow(message);
    // Without training it does nothing.
    const graph = trace(
      { predict: { inputs: { x: [2, 4] }, compute: ({ x }) => ({ y: model.apply(x!) as tf.Tensor }) } },
      { variables: variables(model) },
    );
    expect([...graph.run("predict", { x: new Float32Array(8).fill(1) }).y!]).toEqual([4, 4, 4, 4, 4, 4]);
    graph.dispose();
    model.dispose();
  });

  test("a layer of changing width is refused by name", () => {
    const wide = tf.layers.randomWidth({ factor: 0.3, name: "wide" });
    expect(() =>
      trace(
        { run: { inputs: { x: [1, 4, 4, 1] }, compute: ({ x }) => ({ y: wide.apply(x!) as tf.Tensor }) } },
        { variables: [] },
      ),
    ).toThrow('Expected layers that keep their shape but found RandomWidth "wide"');
  });

  test("gather by an input is traced with its gradient; a wrong index is the engine's error, with the op", () => {
    const table = tf.variable(tf.tensor2d([1, 2, 3, 4, 5, 6], [3, 2]));
    const graph = trace(
      {
        look: {
          inputs: { at: { shape: [2], dtype: "int32" } },
          compute: ({ at }) => ({ rows: tf.gather(table, at as tf.Tensor1D) }),
        },
        step: {
          inputs: { at: { shape: [2], dtype: "int32" } },
          minimize: ({ at }) => tf.sum(tf.gather(table, at as tf.Tensor1D)),
        },
      },
      { variables: { table }, optimizer: sgd },
    );
    expect([...graph.run("look", { at: Int32Array.of(2, 0) }).rows!]).toEqual([5, 6, 1, 2]);
    graph.run("step", { at: Int32Array.of(1, 1) });
    const moved = [1, 2, 3 - 0.2, 4 - 0.2, 5, 6];
    graph.read()[0]!.values.forEach((value, i) => expect(value).toBeCloseTo(moved[i]!, 6));
    expect(() => graph.run("look", { at: Int32Array.of(2, 3) })).toThrow(
      /refused one op \(GatherV2.*is not in \[0, 3\)/,
    );
    graph.dispose();
    table.dispose();
    expect(() => tf.gather(tf.tensor1d([1, 2]), tf.tensor1d([5], "int32"))).toThrow(
      "the index value 5 is not in [0, 1]",
    );
  });
});

test("round of int32 leaves whole numbers alone, and float32 rounds to even", () => {
  const [whole, half] = tf.tidy(() => [
    tf.round(tf.tensor1d([-3, 5], "int32")),
    tf.round(tf.tensor1d([0.5, 1.5, -2.4])),
  ]);
  expect(whole!.dtype).toBe("int32");
  expect([...whole!.dataSync()]).toEqual([-3, 5]);
  expect([...half!.dataSync()]).toEqual([0, 2, -2]);
  tf.dispose([whole!, half!]);
});

describe("noise layers", () => {
  const draws = (layer: tf.layers.Layer, { x, step = 0 }: { x: tf.Tensor; step?: number }, times = 1) => {
    const model = tf.sequential({
      layers: [tf.layers.reshape({ targetShape: [x.shape[1]!], inputShape: [x.shape[1]!] }), layer],
    });
    const iteration = tf.scalar(step, "int32");
    const call = noiseCalls(allLayers(model), { seed: 1, iteration }).get(layer)!;
    return Array.from({ length: times }, () =>
      tf.tidy(() => (call(x, { training: true }, () => x) as tf.Tensor).dataSync()),
    );
  };
  const moments = (values: ArrayLike<number>) => {
    const all = Array.from(values);
    const mean = all.reduce((sum, value) => sum + value, 0) / all.length;
    return [mean, all.reduce((sum, value) => sum + (value - mean) ** 2, 0) / all.length] as const;
  };
  const ones = tf.ones([100, 400]);

  test.each([
    ["dropout", tf.layers.dropout({ rate: 0.25 }), 1, 1 / 3],
    ["gaussianNoise", tf.layers.gaussianNoise({ stddev: 0.5 }), 1, 0.25],
    ["gaussianDropout", tf.layers.gaussianDropout({ rate: 0.2 }), 1, 0.25],
  ] as const)("%s has the mean and variance that its name promises", (_, layer, mean, variance) => {
    const [a, v] = moments(draws(layer, { x: ones })[0]!);
    expect(a).toBeCloseTo(mean, 1);
    expect(v).toBeCloseTo(variance, 1);
  });

  test("alphaDropout keeps mean 0 and variance 1 (tfjs' own has a sign wrong)", () => {
    const x = normalNoise([100, 400], { seed: 9, layer: 9, iteration: tf.scalar(0, "int32") });
    const [a, v] = moments(draws(tf.layers.alphaDropout({ rate: 0.3 }), { x })[0]!);
    expect(a).toBeCloseTo(0, 1);
    expect(v).toBeCloseTo(1, 1);
    x.dispose();
  });

  test("draw anew in each step and in each use within a step, and the same again in the same place", () => {
    const layer = tf.layers.dropout({ rate: 0.5 });
    const [first, second] = draws(layer, { x: ones }, 2);
    expect(second).not.toEqual(first);
    expect(draws(layer, { x: ones, step: 1 })[0]).not.toEqual(first);
    expect(draws(layer, { x: ones })[0]).toEqual(first);
    expect(draws(tf.layers.dropout({ rate: 0.5, seed: 2 }), { x: ones })[0]).not.toEqual(first);
  });
});
