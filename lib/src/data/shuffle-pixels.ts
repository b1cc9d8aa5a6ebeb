import { sha256 } from "../base/sha256";
import { sizeOf } from "../base/shape";
import type { Dataset, Split } from "./dataset";
import { random } from "./random";

/**
 * Moves the numbers of every example by one fixed permutation: the values stay, but neighbouring pixels are no longer
 * neighbours. For a fully connected network this only reorders the inputs.
 *
 * @param dataset Examples of any shape.
 * @param seed Of the permutation, the same for all splits. Default 1.
 * @returns New arrays; the hash is another one.
 * @example
 * const shuffled = shufflePixels(await loadMnist());
 * shuffled.test.labels[0]; // 7, as before
 */
export function shufflePixels(dataset: Dataset, seed = 1): Dataset {
  const row = sizeOf(dataset.shape);
  const order = random(seed, "pixels", row).permutation(row);
  const shuffled = ({ inputs, labels, size }: Split): Split => {
    const moved = new Float32Array(inputs.length);
    for (let i = 0; i < size; i++)
      for (const [j, from] of order.entries()) moved[i * row + j] = inputs[i * row + from] ?? NaN;
    return { inputs: moved, labels, size };
  };
  const { train, test, validation } = dataset;
  return {
    ...dataset,
    train: shuffled(train),
    test: shuffled(test),
    ...(validation && { validation: shuffled(validation) }),
    hash: sha256(`${dataset.hash} shuffled ${seed}`),
  };
}
