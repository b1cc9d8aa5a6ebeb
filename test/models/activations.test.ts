import * as tf from "@tensorflow/tfjs-node";
import { expect, test } from "vitest";
import { activations } from "../../lib/src/models/activations";
import { cnn } from "../../lib/src/models/cnn";
import { mlp } from "../../lib/src/models/mlp";

test("activations() gives each layer's output, the last one being what predict gives", () => {
  const model = cnn({ seed: 3 });
  const inputs = Float32Array.from({ length: 2 * 784 }, (_, i) => (i % 17) / 17);
  const before = tf.memory().numTensors;
  const layers = activations(model, inputs);
  expect(tf.memory().numTensors).toBe(before);
  expect(layers.map(({ name, shape }) => [name, shape])).toEqual([
    ["image", [2, 28, 28, 1]],
    ["convolution1", [2, 28, 28, 32]],
    ["pooling1", [2, 14, 14, 32]],
    ["convolution2", [2, 14, 14, 64]],
    ["pooling2", [2, 7, 7, 64]],
    ["flatten", [2, 3136]],
    ["logits", [2, 10]],
    ["softmax", [2, 10]],
  ]);
  const predicted = tf.tidy(() => (model.predict(tf.tensor2d(inputs, [2, 784])) as tf.Tensor).dataSync());
  layers.at(-1)!.values.forEach((y, k) => expect(y).toBeCloseTo(predicted[k]!, 6));
  model.dispose();
});

test("activations() leaves dropout off", () => {
  const model = mlp({ inputs: 4, hidden: [50], outputs: 2, dropout: 0.9, seed: 1 });
  const [hidden, dropped] = activations(model, Float32Array.of(1, 2, 3, 4));
  expect(dropped!.values).toEqual(hidden!.values);
  model.dispose();
});

test("activations() refuses what is not whole examples", () => {
  const model = mlp({ inputs: 4, hidden: [5], outputs: 2 });
  expect(() => activations(model, new Float32Array(6))).toThrow(
    "Expected inputs to be a multiple of 4 values but found 6 (one example is [4]): pass whole examples.",
  );
  expect(() => activations(model, new Float32Array(0))).toThrow("multiple of 4");
  model.dispose();
});
