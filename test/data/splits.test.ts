import { expect, test } from "vitest";
import { holdOut, shufflePixels } from "../../lib/src/data";
import { corners } from "../fixtures/training/small";

test("holdOut takes the last training examples and leaves the test split alone", () => {
  const whole = corners();
  const { train, validation, test: tested, hash } = holdOut(whole, 40);
  expect([train.size, validation.size]).toEqual([260, 40]);
  expect([...train.inputs, ...validation.inputs]).toEqual([...whole.train.inputs]);
  expect([...train.labels, ...validation.labels]).toEqual([...whole.train.labels]);
  expect(tested).toBe(whole.test);
  expect(hash).not.toBe(whole.hash);
});

test("holdOut refuses what leaves nothing to train or to choose on", () => {
  for (const count of [0, 300, 1.5, -1, Number.NaN])
    expect(() => holdOut(corners(), count)).toThrow(
      `Expected to hold out 1 to 299 training examples of corners but found ${count}: choose another number.`,
    );
});

test("shufflePixels moves the numbers of all examples by one permutation", () => {
  const whole = holdOut(corners(), 40);
  const shuffled = shufflePixels(whole);
  const row = whole.shape[0]!;
  const columns = (inputs: Float32Array) =>
    Array.from({ length: row }, (_, j) => inputs.filter((_value, i) => i % row === j).join());
  for (const half of ["train", "test", "validation"] as const) {
    const [before, after] = [columns(whole[half].inputs), columns(shuffled[half]!.inputs)];
    expect(after).not.toEqual(before);
    expect([...after].sort()).toEqual([...before].sort());
  }
  const order = columns(shuffled.train.inputs).map((column) => columns(whole.train.inputs).indexOf(column));
  expect(columns(shuffled.test.inputs)).toEqual(order.map((j) => columns(whole.test.inputs)[j]));
  expect(shuffled.hash).not.toBe(whole.hash);
  expect(shufflePixels(whole).train.inputs).toEqual(shuffled.train.inputs);
});
