import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fromEnvironment } from "../../src/base/environment";
import { UserError } from "../../src/base/errors.cjs";
import { parseIdx } from "../../src/data/idx";
import { dataHash, mnistFiles } from "../../src/data/mnist";
import { drawSeries, seriesScales } from "../../src/data/series";
import type { SheetSettings } from "../../src/parts";
import { root } from "../notebooks/places";

/** What a part is trained and tested on, as far as a record can be compared with it. */
export interface TrueLabels {
  /** Class of each example, by its index. */
  readonly train: Uint8Array;
  readonly test: Uint8Array;
  /** SHA-256 of the data, as records carry it; series have one for each form of their inputs. */
  readonly hashes: readonly string[];
}

const known = new Map<string, TrueLabels>();

/** The labels of a part's data. @throws UserError when MNIST's labels cannot be read. */
export function trueLabels(data: SheetSettings["data"], seed: number): TrueLabels {
  const key = data === "mnist" ? data : `${data} ${seed}`;
  const labels = known.get(key) ?? (data === "mnist" ? readMnist() : draw(seed));
  known.set(key, labels);
  return labels;
}

function readMnist(): TrueLabels {
  const folder = fromEnvironment("DEEPNETS_DATA") ?? join(root, "data/mnist");
  const read = (name: keyof typeof mnistFiles, size: number) => {
    try {
      return parseIdx(readFileSync(join(folder, name)), { name, shape: [size] }).values;
    } catch (error) {
      throw new UserError(
        `Expected MNIST's labels in ${folder} but cannot read ${name} (${(error as Error).message}): run npm run doctor.`,
      );
    }
  };
  return {
    train: read("train-labels-idx1-ubyte", 60_000),
    test: read("t10k-labels-idx1-ubyte", 10_000),
    hashes: [dataHash(Object.values(mnistFiles))],
  };
}

function draw(seed: number): TrueLabels {
  const drawn = seriesScales.map((scale) => drawSeries({ seed, scale }));
  const { train, test } = drawn[0]!;
  return { train: train.labels as Uint8Array, test: test.labels as Uint8Array, hashes: drawn.map(({ hash }) => hash) };
}
