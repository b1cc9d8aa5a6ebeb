import { itemAt } from "../../src/base/item-at";
import { dataHash, mnistFiles, mnistLabels } from "../../src/data/mnist";
import { drawSeries, seriesScales } from "../../src/data/series";
import type { SheetSettings } from "../../src/parts";

/** The labels that a part is trained and tested on, to compare a record with. */
export interface TrueLabels {
  /** Class of each example, by its index. */
  readonly train: Uint8Array;
  readonly test: Uint8Array;
  /** SHA-256 of the data, as records carry it; series have one for each form of their inputs. */
  readonly hashes: readonly string[];
}

const known = new Map<string, TrueLabels>();

/**
 * The labels of a part's data.
 *
 * @throws UserError When MNIST's labels cannot be read.
 */
export function trueLabels(data: SheetSettings["data"], seed: number): TrueLabels {
  const key = data === "mnist" ? data : `${data} ${seed}`;
  const labels = known.get(key) ?? (data === "mnist" ? readMnist() : draw(seed));
  known.set(key, labels);
  return labels;
}

const readMnist = (): TrueLabels => ({
  train: mnistLabels("train"),
  test: mnistLabels("test"),
  hashes: [dataHash(Object.values(mnistFiles))],
});

function draw(seed: number): TrueLabels {
  const drawn = seriesScales.map((scale) => drawSeries({ seed, scale }));
  const { train, test } = itemAt(drawn, 0);
  return { train: train.labels as Uint8Array, test: test.labels as Uint8Array, hashes: drawn.map(({ hash }) => hash) };
}
