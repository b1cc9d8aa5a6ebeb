import type * as tf from "@tensorflow/tfjs-node";
import type { Dataset } from "../data/dataset";
import { holdOut } from "../data/hold-out";
import { shufflePixels } from "../data/shuffle-pixels";
import { cnn } from "../models/cnn";
import { mlp } from "../models/mlp";
import { findPart } from "../parts";
import type { Settings } from "./parameters";

/** A part's experiment with one thing changed: a factory of its model, and what becomes of the sheet's data. */
export interface Variant {
  readonly model: (seed: number) => tf.Sequential;
  readonly data?: (mnist: Dataset) => Dataset;
  /** What it changes in the sheet's settings. */
  readonly settings?: Partial<Settings>;
}

// Where the end is what counts: a fifth of the evaluations.
const atEnd: Partial<Settings> = { evalEvery: 500 };

/** By the name of the part's model, and the variant's. */
const variants: Readonly<Record<string, Readonly<Record<string, Variant>>>> = {
  MLP: {
    // 784 -> 86 -> 86 -> 86 -> 10: 83,344 parameters, where the CNN has 83,466.
    small: { model: (seed) => mlp({ hidden: [86, 86, 86], seed }) },
    "held-out": { model: (seed) => mlp({ seed }), data: (mnist) => holdOut(mnist, 5_000) },
    shuffled: { model: (seed) => mlp({ seed }), data: (mnist) => shufflePixels(mnist), settings: atEnd },
  },
  CNN: {
    shuffled: { model: (seed) => cnn({ seed }), data: (mnist) => shufflePixels(mnist), settings: atEnd },
    dropout: { model: (seed) => cnn({ dropout: 0.5, seed }), settings: atEnd },
  },
};

/**
 * A variant of a part, as `npm run sweep -- h6-1b --set variant=small` trains it.
 *
 * @throws When the part has none of that name.
 * @example
 * findVariant("h6-1b", "small").model(1).countParams(); // 83344
 */
export function findVariant(part: string, name: string): Variant {
  const { model, variants: named = {} } = findPart(part) ?? {};
  const found = Object.hasOwn(named, name) ? variants[model?.name ?? ""]?.[name] : undefined;
  if (found) return found;
  const known = Object.keys(named).join(", ");
  throw new Error(
    `Expected ${known ? `one of ${known}` : "no variant"} but found ${name} (${part}): correct the name.`,
  );
}

/** What each variant of a part changes in the sheet's settings, by its name: for `parameters`. */
export const variantSettings = (part: string): Record<string, Partial<Settings>> =>
  Object.fromEntries(
    Object.keys(findPart(part)?.variants ?? {}).map((name) => [name, findVariant(part, name).settings ?? {}]),
  );
