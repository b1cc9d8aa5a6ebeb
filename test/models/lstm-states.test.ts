import * as tf from "@tensorflow/tfjs-node";
import { expect, test } from "vitest";
import { lstm } from "../../lib/src/models/lstm";
import { lstmStates } from "../../lib/src/models/lstm-states";

const sigmoid = (a: number) => 1 / (1 + Math.exp(-a));

test("lstmStates() agrees with the layer at the last step, and with plain loops at the first", () => {
  const model = lstm({ units: 5, length: 7, forgetBias: 1, seed: 2 });
  const inputs = Float32Array.from({ length: 3 * 7 }, (_, i) => Math.sin(i));
  const before = tf.memory().numTensors;
  const states = lstmStates(model, inputs);
  expect(tf.memory().numTensors).toBe(before);
  const predicted = tf.tidy(() => (model.predict(tf.tensor3d(inputs, [3, 7, 1])) as tf.Tensor).dataSync());
  for (let n = 0; n < 3; n++) expect(states.y[n * 7 + 6]).toBeCloseTo(predicted[n]!, 6);
  const [kernel, , bias] = model.getWeights().map((tensor) => tensor.dataSync());
  for (let k = 0; k < 5; k++) {
    // h and c are zero before the first step
    const gate = (position: number) => kernel![position * 5 + k]! * inputs[7]! + bias![position * 5 + k]!;
    const at = 7 * 5 + k; // second series, first step
    expect(states.i[at]).toBeCloseTo(sigmoid(gate(0)), 6);
    expect(states.f[at]).toBeCloseTo(sigmoid(gate(1)), 6);
    expect(states.c[at]).toBeCloseTo(sigmoid(gate(0)) * Math.tanh(gate(2)), 6);
    expect(states.h[at]).toBeCloseTo(sigmoid(gate(3)) * Math.tanh(states.c[at]!), 6);
  }
  expect([states.c.length, states.y.length, states.units]).toEqual([3 * 7 * 5, 21, 5]);
  model.dispose();
});

test("lstmStates() of two layers: their cells side by side, and an answer that reads both", () => {
  const model = lstm({ units: [5, 4], length: 7, features: 2, seed: 2 });
  const inputs = Float32Array.from({ length: 3 * 7 * 2 }, (_, i) => Math.sin(i));
  const { h, y, units } = lstmStates(model, inputs);
  expect([units, h.length, y.length]).toEqual([9, 3 * 7 * 9, 3 * 7]);
  const predicted = tf.tidy(() => (model.predict(tf.tensor3d(inputs, [3, 7, 2])) as tf.Tensor).dataSync());
  for (let n = 0; n < 3; n++) expect(y[n * 7 + 6]).toBeCloseTo(predicted[n]!, 6);
  const below = tf.model({ inputs: model.inputs, outputs: model.getLayer("lstm1").output as tf.SymbolicTensor });
  const outputs = tf.tidy(() => (below.predict(tf.tensor3d(inputs, [3, 7, 2])) as tf.Tensor).dataSync());
  for (let at = 0; at < 3 * 7; at++)
    for (let k = 0; k < 5; k++) expect(h[at * 9 + k]).toBeCloseTo(outputs[at * 5 + k]!, 6);
  model.dispose();
});

test("lstmStates() refuses another network and broken series", () => {
  const one = lstm({ units: 3 });
  const top = tf.sequential({
    layers: [
      tf.layers.lstm({ units: 3, returnSequences: true, inputShape: [30, 1] }),
      tf.layers.lstm({ units: 3 }),
      tf.layers.dense({ units: 1 }),
    ],
  });
  expect(() => lstmStates(top, new Float32Array(30))).toThrow(
    "reads all their cells but found 6 LSTM cells and a dense layer that reads 3 numbers: pass",
  );
  const bare = tf.sequential({ layers: [tf.layers.flatten({ inputShape: [30, 1] })] });
  expect(() => lstmStates(bare, new Float32Array(30))).toThrow("found 0 LSTM cells and no dense layer: pass");
  expect(() => lstmStates(one, new Float32Array(31))).toThrow("multiple of 30 values but found 31");
  [one, top, bare].forEach((model) => model.dispose());
});
