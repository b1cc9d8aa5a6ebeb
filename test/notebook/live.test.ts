import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as tf from "@tensorflow/tfjs-node";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { live, loadMnist, type Mnist, models } from "../../lib/src";
import { forward } from "../../lib/src/live/forward";
import { networkOf } from "../../lib/src/notebook/live/network";
import { packModel } from "../../lib/src/notebook/live/pack-model";
import { recordText } from "../../lib/src/runs/record-file";
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
const few = () => {
  const { inputs, labels } = mnist.test;
  const images = inputs.subarray(0, 784 * 1000);
  return { train: mnist.train, test: { inputs: images, images, labels: labels.subarray(0, 1000), size: 1000 } };
};

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
