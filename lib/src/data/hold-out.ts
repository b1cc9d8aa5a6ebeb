import { sha256 } from "../base/sha256";
import { sizeOf } from "../base/shape";
import type { Dataset, Split } from "./dataset";

/**
 * Holds the last training examples out as a validation split, on which a choice may be made: the test split is for the
 * report alone.
 *
 * @param dataset Its training split keeps its first `train.size - count` examples.
 * @param count How many to hold out, from 1 to one less than there are.
 * @returns The same data in three splits; nothing is copied. Its hash is another one.
 * @throws When so many cannot be held out.
 * @example
 * const { train, validation } = holdOut(await loadMnist(), 5000);
 * train.size; // 55000
 * validation.size; // 5000
 */
export function holdOut(dataset: Dataset, count: number): Dataset & { readonly validation: Split } {
  const { train, shape, name, hash } = dataset;
  if (!Number.isInteger(count) || count < 1 || count >= train.size)
    throw new Error(
      `Expected to hold out 1 to ${train.size - 1} training examples of ${name} but found ${count}: choose ` +
        "another number.",
    );
  const left = train.size - count;
  const part = (from: number, to: number): Split => ({
    inputs: train.inputs.subarray(from * sizeOf(shape), to * sizeOf(shape)),
    labels: train.labels.subarray(from, to),
    size: to - from,
  });
  return {
    ...dataset,
    train: part(0, left),
    validation: part(left, train.size),
    hash: sha256(`${hash} held out ${count}`),
  };
}
