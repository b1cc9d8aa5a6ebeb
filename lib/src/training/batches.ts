import { itemAt } from "../base/item-at";
import { sizeOf } from "../base/shape";
import type { Dataset } from "../data/dataset";
import { random } from "../data/random";
import type { Batch } from "../graph/types";

/**
 * The training examples in random order without replacement: epoch after epoch, each a new permutation, cut into
 * batches that may reach across its end. A batch is a function of (seed, iteration) alone, so that a resumed run goes
 * on with the same ones.
 */
export class Batches {
  readonly #dataset: Dataset;
  readonly #batchSize: number;
  readonly #seed: number;
  #epoch = -1;
  #order: Uint32Array = new Uint32Array(0);

  constructor(dataset: Dataset, { batchSize, seed }: { readonly batchSize: number; readonly seed: number }) {
    if (batchSize > dataset.train.size) {
      throw new Error(
        `Expected batchSize to be at most ${dataset.train.size} but found ${batchSize} (${dataset.name} has no ` +
          "more training examples).",
      );
    }
    this.#dataset = dataset;
    this.#batchSize = batchSize;
    this.#seed = seed;
  }

  /** The batch of one iteration, counted from 0. */
  at(iteration: number): Batch {
    const { train, shape } = this.#dataset;
    const row = sizeOf(shape);
    const size = this.#batchSize;
    const inputs = new Float32Array(size * row);
    const labels = new Uint8Array(size);
    for (let i = 0; i < size; i++) {
      const example = this.#example(iteration * size + i);
      inputs.set(train.inputs.subarray(example * row, (example + 1) * row), i * row);
      labels[i] = itemAt(train.labels, example);
    }
    return { inputs, labels, size };
  }

  #example(position: number): number {
    const { size } = this.#dataset.train;
    const epoch = Math.floor(position / size);
    if (epoch !== this.#epoch) {
      this.#order = random(this.#seed, "shuffle", epoch).permutation(size);
      this.#epoch = epoch;
    }
    return itemAt(this.#order, position - epoch * size);
  }
}
