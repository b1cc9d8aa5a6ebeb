import { describe, expect, test } from "vitest";
import type { Dataset } from "../../lib/src/data/dataset";
import { Batches } from "../../lib/src/training/batches";

/** Examples whose input is their own index, so that a batch tells which ones it holds. */
const numbered = (size: number): Dataset => {
  const split = {
    inputs: Float32Array.from({ length: size * 2 }, (_, i) => Math.floor(i / 2)),
    labels: Uint8Array.from({ length: size }, (_, i) => i % 3),
    size,
  };
  return { name: "numbered", shape: [2], classes: 3, train: split, test: split, hash: "" };
};
const indices = (batches: Batches, iterations: number[]) =>
  iterations.flatMap((i) => [...batches.at(i).inputs].filter((_, k) => k % 2 === 0));

describe("batches", () => {
  test("every example once per epoch, whatever the batch size", () => {
    const all = Array.from({ length: 70 }, (_, i) => i);
    for (const batchSize of [1, 7, 10, 70]) {
      const drawn = indices(
        new Batches(numbered(70), { batchSize, seed: 1 }),
        Array.from({ length: (3 * 70) / batchSize }, (_, i) => i),
      );
      for (const epoch of [0, 1, 2])
        expect(drawn.slice(epoch * 70, (epoch + 1) * 70).sort((a, b) => a - b)).toEqual(all);
    }
  });

  test("a batch that reaches across the end of an epoch takes the rest from the next", () => {
    const drawn = indices(new Batches(numbered(10), { batchSize: 4, seed: 1 }), [0, 1, 2, 3, 4]);
    for (const epoch of [0, 1])
      expect(drawn.slice(epoch * 10, epoch * 10 + 10).sort((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });

  test("epochs and seeds have orders of their own", () => {
    const epochs = (seed: number) =>
      [0, 1].map((epoch) => indices(new Batches(numbered(50), { batchSize: 50, seed }), [epoch]).join(" "));
    expect(new Set([...epochs(1), ...epochs(2)]).size).toBe(4);
    expect(epochs(1)).toEqual(epochs(1));
  });

  test("a batch depends on nothing but seed and iteration", () => {
    const options = { batchSize: 4, seed: 3 };
    const inOrder = new Batches(numbered(10), options);
    for (let i = 0; i < 7; i++) inOrder.at(i);
    expect(new Batches(numbered(10), options).at(7)).toEqual(inOrder.at(7));
  });

  test("labels belong to their examples", () => {
    const { inputs, labels } = new Batches(numbered(10), { batchSize: 10, seed: 1 }).at(0);
    labels.forEach((label, i) => expect(label).toBe(inputs[2 * i] % 3));
  });

  test("refuses a batch larger than the data", () => {
    expect(() => new Batches(numbered(10), { batchSize: 11, seed: 1 })).toThrow(
      "Expected batchSize to be at most 10 but found 11 (numbered has no more training examples)",
    );
  });
});
