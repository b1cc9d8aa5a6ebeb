import { createRequire } from "node:module";
import * as tf from "@tensorflow/tfjs-node";
import { describe, expect, test, vi } from "vitest";
import {
  accuracyWhenMoved,
  createStep,
  drawSeries,
  holdOut,
  loadMnist,
  models,
  parameters,
  random,
  shufflePixels,
  train,
  trial,
} from "../../lib/src";
import { isFactory } from "../../lib/src/notebook/factory";
import { corners, small } from "../fixtures/training/small";

// What a call is given, it reads or refuses: a cell's compiler does not see what a variable, a cast or JavaScript holds.

const sgd = { name: "sgd", learningRate: 0.1 } as const;
const settings = { batchSize: 4, iterations: 10, optimizer: sgd };
const model = (units = 3, activation: "softmax" | "sigmoid" = "softmax") =>
  tf.sequential({ layers: [tf.layers.dense({ units, activation, inputShape: [4] })] });
const messageOf = async (call: () => unknown): Promise<string> => {
  try {
    await call();
  } catch (error) {
    return (error as Error).message;
  }
  return "";
};
const odd = (value: object) => value as never;
const trained = (data: object = corners(), p: object = small(), net: tf.LayersModel = model()) =>
  trial(net, odd(data), odd(p));

describe("a name that nobody reads is refused, with those that are known", () => {
  test.each<[string, () => unknown, string]>([
    ["train", () => train(model(), corners(), small(), odd({ sampleWeight: [1] })), "sampleWeight"],
    ["train", () => train(model(), corners(), small(), odd({ classWeight: { 0: 5 } })), "classWeight"],
    ["train", () => train(model(), corners(), small(), odd({ callbacks: [] })), "callbacks"],
    ["train", () => train(model(), corners(), small(), odd({ onEvaluate: () => {} })), "onEvaluate"],
    ["trial", () => trial(model(), corners(), small(), odd({ evaluateon: 5 })), "evaluateon"],
    [
      "createStep",
      () => createStep(model(), odd({ shape: [4], seed: 1, ...settings, iterations: undefined, loss: "mse" })),
      "loss",
    ],
    ["parameters", () => parameters("a", odd({ ...settings, evalevery: 5 })), "evalevery"],
    ["parameters", () => parameters("a", odd({ ...settings, batchsize: 5 })), "batchsize"],
    ["parameters", () => trained(corners(), { ...small(), classWeight: 1 }), "classWeight"],
    ["models.mlp", () => models.mlp(odd({ droput: 0.5 })), "droput"],
    ["models.cnn", () => models.cnn(odd({ filters: [8] })), "filters"],
    ["models.linear", () => models.linear(odd({ seed: 1 })), "seed"],
    ["models.lstm", () => models.lstm(odd({ cells: 8 })), "cells"],
    ["weights of models.mlp", () => models.mlp(odd({ hidden: [2], weights: { std: 0.1 } })), "std"],
    ["drawSeries", () => drawSeries(odd({ seed: 1, counts: 50 })), "counts"],
    ["loadMnist", () => loadMnist(odd({ folder: "fashion" })), "folder"],
  ])("%s: %#", async (what, call, name) => {
    expect(await messageOf(call)).toMatch(
      new RegExp(
        `^Expected [\\w .]*${what}[\\w ]* to be among [\\w, ]+ but found "${name}": correct its name, or leave it out, ` +
          "for it would have no effect\\.$",
      ),
    );
  });

  test("options that are none, in place of an object", async () => {
    for (const [given, found] of [
      [null, "null"],
      ["x", '"x"'],
      [[1], "[1]"],
    ] as const)
      expect(await messageOf(() => train(model(), corners(), small(), odd(given as never)))).toBe(
        "Expected options of train in an object (onProgress, onEvaluation, signal, resume, checkpointEvery) but found " +
          `${found}: write { name: value }.`,
      );
    expect(await messageOf(() => (parameters as (part: string) => unknown)("a"))).toMatch(
      /^Expected settings of parameters in an object .* found undefined/,
    );
  });

  test("names that are left undefined, and all that are known, are taken", () => {
    expect(parameters("a", odd({ ...settings, sampleWeight: undefined })).batchSize).toBe(4);
    const step = createStep(model(), {
      shape: [4],
      batchSize: 4,
      seed: 1,
      optimizer: sgd,
      precision: "float32",
      mode: "eager",
    });
    step.dispose();
    expect(
      models
        .lstm({
          length: 5,
          features: 2,
          units: [2, 3],
          forgetBias: 1,
          inputBias: 0,
          outputBias: 0,
          readout: 1,
          weights: { stddev: 0 },
          seed: 0,
        })
        .countParams(),
    ).toBeGreaterThan(0);
    expect(isFactory(models.mlp) && isFactory(models.lstm)).toBe(true);
  });
});

describe("a value that cannot be meant is refused", () => {
  const p = small();
  test.each<[() => unknown, string]>([
    [
      () => train(model(), corners(), p, odd({ checkpointEvery: Number.NaN })),
      "checkpointEvery to be seconds, 0 or more but found NaN",
    ],
    [() => train(model(), corners(), p, odd({ resume: "no" })), 'resume to be true or false but found "no"'],
    [() => train(model(), corners(), p, odd({ onEvaluation: 5 })), "onEvaluation to be a function but found 5"],
    [() => train(model(), corners(), p, odd({ signal: {} })), "signal to be an AbortSignal but found an object"],
    [
      () => trial(model(), corners(), p, { evaluateOn: 2.5 }),
      "evaluateOn to be a whole number from 1 on but found 2.5",
    ],
    [() => trial(model(), corners(), p, { evaluateOn: 0 }), "evaluateOn to be a whole number from 1 on but found 0"],
    // These trained for ever: the end was never met.
    [() => trained(corners(), { ...p, iterations: 2.5 }), "iterations to be a whole number from 1 on but found 2.5"],
    [
      () => trained(corners(), { ...p, iterations: Number.NaN }),
      "iterations to be a whole number from 1 on but found NaN",
    ],
    [() => trained(corners(), { ...p, evalEvery: 0 }), "evalEvery to be a whole number from 1 on but found 0"],
    [() => trained(corners(), { ...p, epochs: 3 }), "iterations or epochs but found both (h6-1b)"],
    [() => trained(corners(), { ...p, seed: 1.5 }), "seed to be a whole number from 0 to 2147483647 but found 1.5"],
    [() => trained(corners(), { ...p, batchSize: "20" }), 'batchSize to be a whole number from 1 on but found "20"'],
    [() => trained(corners(), { iterations: 5 }), "parameters with a part and an optimizer but found undefined"],
    [() => trial(model(), corners(), odd(undefined as never)), "parameters in an object"],
    [() => parameters("a", odd({ ...settings, mode: "fast" })), 'mode to be "graph" or "eager" but found "fast"'],
    [
      () => parameters("a", odd({ ...settings, precision: "f16" })),
      'precision to be "float32" or "bfloat16" but found "f16"',
    ],
    [
      () => parameters("a", odd({ iterations: 5, optimizer: sgd })),
      "batchSize to be a whole number from 1 on but found null",
    ],
    [
      () => createStep(model(), odd({ shape: [4], batchSize: 4, optimizer: sgd })),
      "seed to be a whole number from 0 on but found null",
    ],
    [() => models.mlp({ hidden: [2], threshold: Number.NaN }), "threshold to be a number, or numbers but found NaN"],
    [() => models.mlp({ hidden: [2], weights: odd({}) }), "stddev to be a number from 0 on but found null"],
    [() => models.mlp({ hidden: [2], weights: { stddev: -1 } }), "stddev to be a number from 0 on but found -1"],
    [
      () => models.lstm({ units: 2, forgetBias: odd("1" as never) }),
      'forgetBias to be a number, or numbers but found "1"',
    ],
    [() => random(1).integer(0), "n to be a whole number from 1 to 4294967296 but found 0"],
    // Never came back.
    [() => random(1).integer(2 ** 33), "n to be a whole number from 1 to 4294967296 but found 8589934592"],
    [() => drawSeries({ seed: 1, count: 5, test: 1, threshold: Number.NaN }), "threshold to be a number but found NaN"],
  ])("%#: %s", async (call, message) => {
    expect(await messageOf(call)).toContain(`Expected ${message}`);
  });
});

describe("data, model and their classes agree", () => {
  const data = corners();
  const labels = (change: ArrayLike<number>) => ({ ...data, train: { ...data.train, labels: change } });

  test.each<[() => unknown, string]>([
    [
      () => trained(data, small(), model(10)),
      "a model with 3 outputs, one for each class of corners, but found 10: give the last layer 3 units.",
    ],
    [
      () => trained({ ...data, classes: 2 }, small(), model(2)),
      "labels below 2, the number of classes, but found 2 (example ",
    ],
    [
      () => trained(data, small(), model(1, "sigmoid")),
      "a model with 3 outputs, one for each class of corners, but found 1",
    ],
    [() => trained({ ...data, classes: Number.NaN }), "a data set with 2 to 256 classes but found NaN as its classes"],
    // A batch holds labels in bytes: 300 would be trained as 44.
    [
      () => trained({ ...labels(Int32Array.from(data.train.labels, () => 300)), classes: 400 }, small(), model(400)),
      "a data set with 2 to 256 classes but found 400",
    ],
    [() => trained({ ...data, hash: undefined }), "a data set with the hash of its data but found undefined"],
    [() => trained({ ...data, shape: [4.5] }), "a data set with the shape of one example, as [784] but found [4.5]"],
    [() => trained({ ...data, test: undefined }), "a data set with a test split but found undefined"],
    [
      () => trained({ ...data, test: { ...data.test, inputs: Float64Array.from(data.test.inputs) } }),
      "inputs in a Float32Array but found a Float64Array (test split of corners): write Float32Array.from(inputs).",
    ],
    [() => trained({ xs: 1 }), "a data set with a name"],
    [() => trial(model(), odd(undefined as never), small()), "a data set after the model but found undefined"],
    [() => trial(odd({}), data, small()), "a model of tf.layers first but found an object"],
    [() => trial(odd(data), odd(model()), small()), "a model of tf.layers first but found an object"],
  ])("%#: %s", async (call, message) => {
    expect(await messageOf(call)).toContain(`Expected ${message}`);
  });

  test("accuracyWhenMoved() looks at the first 1,000 images in a quick run", async () => {
    const [size, blank] = [1500, new Float32Array(1500 * 784)];
    // An untrained linear model answers 0: right for the first 1,000 only.
    const labels = Uint8Array.from({ length: size }, (_, i) => (i < 1000 ? 0 : 1));
    const found = () => accuracyWhenMoved(models.linear(), { inputs: blank, labels, size }, [0]);
    expect((await found())[0]).toEqual({ pixels: 0, accuracy: 1000 / 1500 });
    vi.stubEnv("DEEPNETS_PROFILE", "quick");
    expect((await found())[0]).toEqual({ pixels: 0, accuracy: 1 });
    vi.unstubAllEnvs();
  });

  test.each<[() => unknown, string]>([
    // The five of the first time were in no split any more.
    [() => holdOut(holdOut(data, 5), 5), "data without a validation split but found one of 5 examples (corners)"],
    [() => shufflePixels({ ...data, shape: [5] }), "1500 input values and 300 labels but found 1200 and 300"],
    [() => accuracyWhenMoved(model(), data.test, [1]), "images of 28 x 28 pixels but found 4 numbers in each of 90"],
    [
      () => trained({ ...data, test: { ...data.test, labels: BigInt64Array.from(data.test.labels, BigInt) } }),
      "labels that are numbers but found a BigInt64Array (test split of corners)",
    ],
    [
      () => trained({ ...data, test: { ...data.test, size: "90" } }),
      'size to be the number of examples (test split of corners) but found "90"',
    ],
  ])("%#: %s", async (call, message) => {
    expect(await messageOf(call)).toContain(`Expected ${message}`);
  });

  test("a model that was compiled with another loss is refused, with a cross-entropy it is trained", async () => {
    const compiled = (loss: unknown) => {
      const net = model();
      net.compile({ optimizer: "sgd", loss: loss as "meanSquaredError" });
      return trained(data, small({ iterations: 1, mode: "eager" }), net);
    };
    expect(await messageOf(() => compiled("meanSquaredError"))).toContain(
      'but found the loss "meanSquaredError": train',
    );
    expect(await messageOf(() => compiled(() => tf.scalar(1)))).toContain("but found the loss a function: train takes");
    expect((await compiled("categoricalCrossentropy")).iterations).toEqual([0, 1]);
  });

  test("one training at a time has a model, and nobody else changes it meanwhile", async () => {
    const net = model();
    const quick = small({ iterations: 2, evalEvery: 1, mode: "eager" });
    const first = trial(net, data, quick);
    expect(await messageOf(() => trial(net, data, quick))).toMatch(
      /^Expected a model that no other call trains but found/,
    );
    expect((await first).iterations).toEqual([0, 1, 2]);
    const changing = (onEvaluation: () => void) => messageOf(() => trial(net, data, quick, { onEvaluation }));
    expect(await changing(() => net.setWeights(net.getWeights()))).toMatch(
      /^Expected each weight to stay as it is while \S+ is trained but a callback changes it: set weights before or/,
    );
    expect(await changing(() => net.layers[0]!.setWeights(net.getWeights()))).toMatch(/^Expected each weight to stay/);
    expect(await changing(() => void (net.stopTraining = true))).toMatch(
      /^Expected stopTraining to stay .* stop train with its option signal/,
    );
    expect(await changing(() => net.add(tf.layers.dense({ units: 3 })))).toMatch(
      /^Expected the list of layers to stay as it is/,
    );
    // Free again, also after an error.
    net.setWeights(net.getWeights().map((weight) => tf.zerosLike(weight)));
    expect(
      net
        .getWeights()[0]!
        .dataSync()
        .every((value) => value === 0),
    ).toBe(true);
    expect((await trial(net, data, quick)).trainLoss[0]).toBeCloseTo(Math.log(3), 6);
  });

  test("two classes take two outputs with softmax, or one with sigmoid", async () => {
    const two = drawSeries({ seed: 1, count: 40, test: 10, length: 4, threshold: 18 });
    for (const [units, activation] of [
      [2, "softmax"],
      [1, "sigmoid"],
    ] as const) {
      const net = tf.sequential({
        layers: [tf.layers.flatten({ inputShape: [4, 1] }), tf.layers.dense({ units, activation })],
      });
      const { iterations } = await trial(net, two, small({ iterations: 1, mode: "eager" }));
      expect(iterations).toEqual([0, 1]);
    }
  });
});

test.each(["graph", "eager"] as const)("a layer that writes its own weights is trained: %s", async (mode) => {
  const normalized = () =>
    tf.sequential({
      layers: [tf.layers.batchNormalization({ inputShape: [4] }), tf.layers.dense({ units: 3, activation: "softmax" })],
    });
  const net = normalized();
  await trial(net, corners(), small({ iterations: 5, mode }));
  const moved = net.layers[0]!.getWeights().slice(2);
  expect(moved[0]!.dataSync().every((mean) => mean !== 0)).toBe(true);
  expect(moved[1]!.dataSync().every((variance) => variance !== 1)).toBe(true);
});

test("the compiled library, which cells import, checks as well", async () => {
  const compiled = createRequire(import.meta.url)("../../lib/dist/src/notebook/checked/models.js") as typeof models;
  expect(await messageOf(() => compiled.mlp(odd({ droput: 0.5 })))).toContain('but found "droput"');
});
