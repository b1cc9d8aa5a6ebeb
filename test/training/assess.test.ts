import * as tf from "@tensorflow/tfjs-node";
import { expect, test } from "vitest";
import { linear, lstm, mlp } from "../../lib/src/models/factories";
import { assess } from "../../lib/src/training/assess";

test("three examples, by hand", async () => {
  const model = linear({ inputs: 2, outputs: 3 });
  model.setWeights([
    tf.tensor2d([
      [1, 0, 0],
      [0, 2, 0],
    ]),
    tf.tensor1d([0, 0, 0.5]),
  ]);
  const before = tf.memory().numTensors;
  const found = await assess(model, {
    inputs: Float32Array.of(2, 0, 0, 1, 0, 0),
    labels: Uint8Array.of(0, 0, 2),
    size: 3,
  });
  expect(tf.memory().numTensors).toBe(before);
  // Logits (2, 0, 0.5), (0, 2, 0.5), (0, 0, 0.5): answers 0, 1, 2.
  const sums = [Math.E ** 2 + 1 + Math.E ** 0.5, 1 + Math.E ** 2 + Math.E ** 0.5, 2 + Math.E ** 0.5];
  expect(found.accuracy).toBe(2 / 3);
  expect(found.loss).toBeCloseTo((Math.log(sums[0]) - 2 + Math.log(sums[1]) - 0 + Math.log(sums[2]) - 0.5) / 3, 6);
  expect(found.confusion).toEqual([
    [1, 1, 0],
    [0, 0, 0],
    [0, 0, 1],
  ]);
  expect(found.recall).toEqual([0.5, 0, 1]);
  expect(found.balancedAccuracy).toBe(0.75); // class 1 has no example
  expect(found.predictions.label).toEqual([0, 1, 2]);
  expect(found.predictions.probability[0]).toBeCloseTo(Math.E ** 2 / sums[0], 6);
});

test("one sigmoid output: two classes; the loss is exact where the probability rounds to 1", async () => {
  const model = lstm({ length: 1, units: 1 });
  // Output bias 40 and no other weight: h = 40 for everything.
  model.setWeights(model.getWeights().map((weight, i) => (i === 4 ? tf.tensor1d([40]) : tf.zerosLike(weight))));
  const found = await assess(model, { inputs: Float32Array.of(0, 0, 0), labels: Uint8Array.of(1, 1, 0), size: 3 });
  expect(found.loss).toBeCloseTo(40 / 3, 5);
  expect(found.recall).toEqual([0, 1]);
  expect(found.balancedAccuracy).toBe(0.5);
  expect(found.predictions).toEqual({ label: [1, 1, 1], probability: [1, 1, 1] });
});

test("more examples than a chunk", async () => {
  const size = 5001;
  const { accuracy, predictions } = await assess(linear(), {
    inputs: new Float32Array(size * 784),
    labels: new Uint8Array(size),
    size,
  });
  expect([accuracy, predictions.label.length]).toEqual([1, size]);
});

test("the event loop runs during an assessment that takes longer than 50 ms", async () => {
  // 47 billion multiplications: a quarter of a second on two fast cores, and the loop is to turn every 50 ms.
  const model = mlp({ hidden: [1000, 1000] });
  let [ticks, running] = [0, true];
  const tick = () => {
    ticks++;
    if (running) setImmediate(tick);
  };
  setImmediate(tick);
  const size = 26_000;
  await assess(model, { inputs: new Float32Array(size * 784), labels: new Uint8Array(size), size });
  running = false;
  expect(ticks).toBeGreaterThan(0);
});

test("refuses examples that do not fit, and labels beyond the outputs", async () => {
  const model = linear({ inputs: 2, outputs: 3 });
  await expect(assess(model, { inputs: new Float32Array(5), labels: new Uint8Array(2), size: 2 })).rejects.toThrow(
    "Expected 2 examples of [2] with a label each but found 5 values and 2 labels",
  );
  await expect(assess(model, { inputs: new Float32Array(2), labels: Uint8Array.of(3), size: 1 })).rejects.toThrow(
    "Expected labels below 3 but found 3 (example 0)",
  );
});
