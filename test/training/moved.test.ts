import * as tf from "@tensorflow/tfjs-node";
import { expect, test } from "vitest";
import { linear } from "../../lib/src/models/linear";
import { accuracyWhenMoved } from "../../lib/src/training/moved";

// Class k looks at one pixel: row 3, column 2 + k.
function pixelModel() {
  const model = linear();
  const W = new Float32Array(7840);
  for (let k = 0; k < 10; k++) W[(3 * 28 + 2 + k) * 10 + k] = 1;
  const tensors = [tf.tensor2d(W, [784, 10]), tf.zeros([10])];
  model.setWeights(tensors);
  tf.dispose(tensors);
  return model;
}

test("accuracyWhenMoved() moves ink to the right and never around the border", async () => {
  const model = pixelModel();
  const inputs = new Float32Array(2 * 784);
  inputs[3 * 28 + 4] = 1; // class 2; one pixel further class 3
  inputs[784 + 2 * 28 + 27] = 1; // last column of the row above: moved around the border it would come close to class 0
  const split = { inputs, labels: Uint8Array.of(3, 0), size: 2 };
  const before = tf.memory().numTensors;
  const found = await accuracyWhenMoved(model, split, [0, 1, 3]);
  expect(tf.memory().numTensors).toBe(before);
  // The blank second image gives ten equal logits, of which argMax takes the first: class 0.
  expect(found).toEqual([
    { pixels: 0, accuracy: 0.5 },
    { pixels: 1, accuracy: 1 },
    { pixels: 3, accuracy: 0.5 },
  ]);
  expect(inputs.filter((x) => x === 1).length).toBe(2);
  model.dispose();
});

test("accuracyWhenMoved() goes through more images than one chunk", async () => {
  const model = pixelModel();
  const size = 2500;
  const inputs = new Float32Array(size * 784);
  const labels = Uint8Array.from({ length: size }, (_, i) => i % 9);
  labels.forEach((label, i) => (inputs[i * 784 + 3 * 28 + 2 + label] = 1));
  const [still, moved] = await accuracyWhenMoved(model, { inputs, labels, size }, [0, 1]);
  expect(still!.accuracy).toBe(1);
  expect(moved!.accuracy).toBe(0);
  model.dispose();
});

test("accuracyWhenMoved() refuses what no image can be moved by", async () => {
  const model = linear();
  await expect(
    accuracyWhenMoved(model, { inputs: new Float32Array(0), labels: new Uint8Array(0), size: 0 }, [1.5]),
  ).rejects.toThrow("whole numbers from 0 to 27 but found 1.5");
  model.dispose();
});
