import type * as tf from "@tensorflow/tfjs-node";
import { itemAt } from "../base/item-at";
import type { SeriesSplit } from "../data/series";
import { assess } from "./assess";

/** Where `seriesBorder` looks. */
export interface BorderOptions {
  /** Smallest and largest sum that it asks for; the border found lies from `from - 0.5` to `to + 0.5`. Default 88. */
  readonly from?: number;
  /** Default 111. */
  readonly to?: number;
}

/**
 * The sum at which a network of number series changes its answer from 0 to 1: the shares of the series of each sum that
 * it answers with 0, added up from `from` to `to`. A network that adds exactly, for label 1 from 100 on, has 99.5; one
 * that always answers 1 has `from - 0.5`.
 *
 * @param model A network with one output, such as `models.lstm` makes.
 * @param split Many series; a sum that none of them has counts as answered like the one below it.
 * @returns A number of the sums' scale.
 * @throws When no series has a sum in this range.
 * @example
 * const { test } = drawSeries({ seed: 2, count: 5000, test: "all" });
 * await seriesBorder(models.lstm({ units: 4 }), test); // far from 99.5: it is untrained
 */
export async function seriesBorder(
  model: tf.LayersModel,
  split: SeriesSplit,
  { from = 88, to = 111 }: BorderOptions = {},
): Promise<number> {
  const row = split.inputs.length / split.size;
  const near = Array.from(split.sums.keys()).filter(
    (i) => itemAt(split.sums, i) >= from && itemAt(split.sums, i) <= to,
  );
  if (near.length === 0)
    throw new Error(
      `Expected series with sums from ${from} to ${to} but found none among ${split.size}: draw more series.`,
    );
  const inputs = new Float32Array(near.length * row);
  near.forEach((i, k) => inputs.set(split.inputs.subarray(i * row, (i + 1) * row), k * row));
  const labels = Uint8Array.from(near, (i) => itemAt(split.labels, i));
  const { predictions } = await assess(model, { inputs, labels, size: near.length });
  const counts = Array.from({ length: to - from + 1 }, () => ({ zeros: 0, all: 0 }));
  near.forEach((i, k) => {
    const at = itemAt(counts, itemAt(split.sums, i) - from);
    at.zeros += predictions.label[k] === 0 ? 1 : 0;
    at.all++;
  });
  let share = shareOf(counts.find(({ all }) => all > 0)!);
  return counts.reduce((border, at) => border + (share = at.all > 0 ? shareOf(at) : share), from - 0.5);
}

const shareOf = ({ zeros, all }: { readonly zeros: number; readonly all: number }): number => zeros / all;
