import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as tf from "@tensorflow/tfjs-node";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { drawSeries, live, loadMnist, lstmStates, type Mnist, models } from "../../lib/src";
import { forward } from "../../lib/src/live/forward";
import type { SeriesData } from "../../lib/src/live/series-data";
import { describe } from "../../lib/src/models/describe";
import { modelOf } from "../../lib/src/notebook/live/model-of";
import { networkOf } from "../../lib/src/notebook/live/network";
import { packModel } from "../../lib/src/notebook/live/pack-model";
import { seriesOutput } from "../../lib/src/notebook/live/series";
import { represent } from "../../lib/src/notebook/represent";
import { firstExamples } from "../../lib/src/runs/first-examples";
import { writeModel } from "../../lib/src/runs/model-file";
import { loadRecord, recordText } from "../../lib/src/runs/record-file";
import { agreeing, sampleRecord } from "../fixtures/records";

const home = mkdtempSync(join(tmpdir(), "deepnets-digits-"));
let mnist: Mnist;
beforeAll(async () => {
  vi.stubEnv("DEEPNETS_RUNS", home);
  mnist = await loadMnist();
});
afterAll(() => {
  vi.unstubAllEnvs();
  rmSync(home, { recursive: true, force: true });
});

/** The first thousand test images are enough here. */
const few = () => ({ train: mnist.train, test: firstExamples(mnist.test, 1000) });

test("a model is packed as far as its test accuracy stays, and keeps its own weights", async () => {
  const model = models.mlp({ hidden: [500], seed: 2 });
  const [x, y] = tf.tidy(() => [
    tf.tensor2d(mnist.train.inputs.subarray(0, 784 * 6000), [6000, 784]),
    tf.oneHot(tf.tensor1d(mnist.train.labels.subarray(0, 6000), "int32"), 10),
  ]);
  model.compile({ optimizer: tf.train.adam(0.002), loss: "categoricalCrossentropy" });
  await model.fit(x!, y!, { epochs: 2, batchSize: 100, verbose: 0, shuffle: false });
  const before = networkOf(model);
  const tensors = tf.memory().numTensors;
  const { accuracy, bitsPerWeight, classes, network } = packModel(model, few());
  expect(tf.memory().numTensors).toBe(tensors);
  expect(networkOf(model)).toEqual(before);
  expect(accuracy.model).toBeGreaterThan(0.8);
  expect(Math.abs(accuracy.packed - accuracy.model)).toBeLessThanOrEqual(0.001);
  expect(bitsPerWeight).toBeLessThan(8);
  for (let i = 0; i < 20; i++) {
    const answer = forward(network, few().test.inputs.subarray(784 * i, 784 * (i + 1)));
    expect(answer.indexOf(Math.max(...answer))).toBe(classes[i]);
  }
  tf.dispose([x!, y!]);
  model.dispose();
});

test("without any trained network, the message names the notebook to run", async () => {
  await expect(live.digits({ seed: 1, mnist: few() })).rejects.toThrow(
    /finished full run of h6-1a, seed 1.*h6-1a-linear/,
  );
});

test("without the networks of finished runs, it says which", async () => {
  mkdirSync(join(home, "h6-1a/full-s1"), { recursive: true });
  writeFileSync(join(home, "h6-1a/full-s1/record.json"), recordText(agreeing(sampleRecord("h6-1a"))));
  await expect(live.digits({ seed: 1, mnist: few() })).rejects.toThrow(/the network of h6-1a .*run h6-1a again/);
});

test("in a quick run the pad's networks are measured on the first 1,000 test images", async () => {
  const model = models.linear();
  const place = join(home, "h6-1a/quick-s1");
  const record = { ...agreeing({ ...sampleRecord("h6-1a"), profile: "quick" }), model: describe(model) };
  mkdirSync(place, { recursive: true });
  writeFileSync(join(place, "record.json"), recordText(record));
  await writeModel(place, model, loadRecord(join(place, "record.json")));
  // Its answer to a blank image is one class; only images beyond the first 1,000 have that label.
  const size = 2001;
  const labels = new Uint8Array(size).map((_, i) => (i < 1000 ? 1 : 0));
  const blank = { inputs: new Float32Array(784 * size), labels, size };
  const said = vi.spyOn(console, "log").mockImplementation(() => undefined);
  vi.stubEnv("DEEPNETS_PROFILE", "quick");
  try {
    await live.digits({ seed: 1, mnist: { train: mnist.train, test: blank } });
    expect(said.mock.calls[0]![0]).toMatch(/^linear: .* test 0\.00 % on the pad, 0\.00 % in float32\.$/);
  } finally {
    vi.stubEnv("DEEPNETS_PROFILE", undefined);
    said.mockRestore();
    model.dispose();
  }
});

test.each([
  ["a linear model", () => models.linear(), [784]],
  ["an MLP", () => models.mlp({ hidden: [12, 9], dropout: 0.5 }), [784]],
  ["a CNN", () => models.cnn({ maps: [3, 4] }), [784]],
  ["an LSTM", () => models.lstm({ units: 6 }), [30, 1]],
] as const)("%s, made a page's network and a model again, answers as before", (_, build, shape) => {
  const model = build();
  const tensors = tf.memory().numTensors;
  const again = modelOf(networkOf(model), shape);
  expect(networkOf(again)).toEqual(networkOf(model));
  tf.tidy(() => {
    const x = tf.randomUniform([5, ...shape], 0, 1, "float32", 3);
    const [wanted, found] = [model, again].map((one) => (one.predict(x) as tf.Tensor).dataSync());
    found!.forEach((y, i) => expect(y).toBeCloseTo(wanted![i]!, 6));
  });
  again.dispose();
  expect(tf.memory().numTensors).toBe(tensors);
  model.dispose();
});

const series = drawSeries({ seed: 1 });

/** What an output hands to its widget. */
async function dataOf(output: unknown): Promise<SeriesData> {
  const html = (await represent(output)).data["text/html"] as string;
  return JSON.parse(/<script type="application\/json">(.*?)<\/script>/s.exec(html)![1]!).data;
}

test("the series' page knows digits by the data's own scale, and its first cell follows the sum best", async () => {
  const model = models.lstm({ units: 9, seed: 3 });
  const tensors = tf.memory().numTensors;
  const { output, line } = seriesOutput(model, series, { threshold: 100, border: 97.4321 });
  expect(tf.memory().numTensors).toBe(tensors);
  expect(line).toMatch(/^406 weights in 0\.00 MB, .* bits each; test \d+\.\d\d % on the page, \d/);
  const data = await dataOf(output);
  data.inputs.forEach((values, digit) => expect(values[0]).toBeCloseTo((digit - 4.5) / Math.sqrt(99 / 12), 6));
  expect(data).toMatchObject({ length: 30, threshold: 100, border: 97.43 });
  expect(data.first.reduce((sum, digit) => sum + digit, 0)).toBe(series.test.sums[series.test.labels.indexOf(0)]);
  expect(output.text).toContain(`with its running sum and the network's answer after each step. The sum is`);

  // The correlations by definition, from the states that the library gives.
  const n = 200;
  const { c } = lstmStates(model, series.test.inputs.subarray(0, 30 * n));
  const sums = Array.from({ length: 30 * n }, (_, i) =>
    series.test.series.subarray(30 * Math.floor(i / 30), i + 1).reduce((sum, digit) => sum + digit, 0),
  );
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const cov = (a: readonly number[], b: readonly number[]) =>
    mean(a.map((value, i) => value * b[i]!)) - mean(a) * mean(b);
  for (const { cell, r } of data.cells) {
    const states = sums.map((_, i) => c[9 * i + cell]!);
    expect(r).toBeCloseTo(cov(states, sums) / Math.sqrt(cov(states, states) * cov(sums, sums)), 3);
  }
  const strengths = data.cells.map(({ r }) => Math.abs(r));
  expect(strengths).toEqual([...strengths].sort((a, b) => b - a));
  expect(new Set(data.cells.map(({ cell }) => cell)).size).toBe(9);
  model.dispose();
});

test("the test series that the network gets wrong are those that predict gets wrong", async () => {
  // Clear answers, so that rounding its weights changes none.
  const written = { units: 200, inputBias: 2, forgetBias: 5, outputBias: -3, readout: 40, seed: 1 };
  const model = models.lstm(written);
  const centred = drawSeries({ seed: 1, scale: "threshold" });
  const data = await dataOf(seriesOutput(model, centred, { threshold: 100 }).output);
  const y = tf.tidy(() =>
    (model.predict(tf.tensor3d(centred.test.inputs, [2000, 30, 1])) as tf.Tensor).dataSync().slice(),
  );
  const wrong = Array.from(y.keys()).filter((i) => y[i]! >= 0.5 !== (centred.test.labels[i] === 1));
  const texts = wrong.map((i) => centred.test.series.subarray(30 * i, 30 * i + 30).join(""));
  for (const one of data.missed) expect(texts).toContain(one.join(""));
  expect(data.missed.length).toBeGreaterThanOrEqual(Math.min(20, wrong.length) - 2);
  model.dispose();
});

test("another threshold than the labels' is refused", () => {
  const model = models.lstm({ units: 4 });
  expect(() => seriesOutput(model, series, { threshold: 120 })).toThrow(
    /^Expected label 1 from a sum of 120 on but test series \d+ with sum 1[01]\d has label 1: pass the threshold/,
  );
  model.dispose();
});

test("the kept network is shown with the data that it was trained on, and no other", async () => {
  await expect(live.series({ seed: 1, series })).rejects.toThrow(/finished full run of h6-2, seed 1.*h6-2-lstm/);
  const model = models.lstm({ units: 5 });
  const folder = join(home, "h6-2/full-s1");
  mkdirSync(folder, { recursive: true });
  const finished = { ...agreeing(sampleRecord("h6-2")), data: series.hash, model: describe(model) };
  writeFileSync(join(folder, "record.json"), recordText(finished));
  await expect(live.series({ seed: 1, series })).rejects.toThrow(/the network of h6-2 .*run h6-2 again/);
  await writeModel(folder, model, loadRecord(join(folder, "record.json")));
  const said = vi.spyOn(console, "log").mockImplementation(() => undefined);
  const output = await live.series({ seed: 1, series });
  expect(said.mock.calls.flat()).toEqual([expect.stringMatching(/^LSTM: 146 weights in 0\.00 MB/)]);
  said.mockRestore();
  expect((await dataOf(output)).cells).toHaveLength(5);
  await expect(live.series({ seed: 1, series: drawSeries({ seed: 2 }) })).rejects.toThrow(
    "Expected the series that the network of h6-2 (seed 1) was trained on but found others: pass what " +
      "drawSeries({ seed: 1 }) gives.",
  );
  model.dispose();
});
