import { fromEnvironment } from "../../base/environment";
import { type OptionNames, requireValue, requireWhole } from "../../base/options";
import * as data from "../../data";
import { createStep as plainCreateStep } from "../../graph/step";
import type { StepOptions } from "../../graph/types";
import { checkData } from "../../runs/check-call";
import { accuracyWhenMoved as plainAccuracyWhenMoved } from "../../training/moved";
import { parameters as plainParameters, type Settings } from "../../training/parameters";
import { strict } from "./strict";

export const createStep = strict(
  plainCreateStep,
  {
    shape: true,
    batchSize: true,
    optimizer: true,
    seed: true,
    precision: true,
    mode: true,
  },
  {
    what: "options of createStep",
    at: 1,
    required: true,
    check: ({ seed }: StepOptions) => requireWhole("seed", seed ?? null, 0),
  },
);

export const parameters = strict(
  plainParameters,
  {
    seed: true,
    batchSize: true,
    iterations: true,
    epochs: true,
    evalEvery: true,
    optimizer: true,
    precision: true,
    mode: true,
    variants: true,
  },
  {
    what: "settings of parameters",
    at: 1,
    required: true,
    check: ({ batchSize, precision, mode }: Settings) => {
      requireWhole("batchSize", batchSize ?? null);
      requireValue("precision", precision, {
        text: '"float32" or "bfloat16"',
        fits: isOneOf(precision, ["float32", "bfloat16"]),
      });
      requireValue("mode", mode, { text: '"graph" or "eager"', fits: isOneOf(mode, ["graph", "eager"]) });
    },
  },
);

export const drawSeries = strict(
  data.drawSeries,
  {
    seed: true,
    count: true,
    test: true,
    length: true,
    threshold: true,
    scale: true,
  },
  {
    what: "options of drawSeries",
    required: true,
    check: ({ threshold }: data.SeriesOptions) =>
      requireValue("threshold", threshold, { text: "a number", fits: Number.isFinite(threshold) }),
  },
);

export const loadMnist = strict(data.loadMnist, { name: true } satisfies OptionNames<data.MnistOptions>, {
  what: "options of loadMnist",
});

export const holdOut: typeof data.holdOut = (dataset, count) => {
  checkData(dataset);
  if (dataset.validation)
    throw new Error(
      `Expected data without a validation split but found one of ${dataset.validation.size} examples ` +
        `(${dataset.name}), which would be lost: hold out once, from the whole training split.`,
    );
  return data.holdOut(dataset, count);
};

export const shufflePixels: typeof data.shufflePixels = (dataset, seed) => {
  checkData(dataset);
  return data.shufflePixels(dataset, seed);
};

export const random: typeof data.random = (seed, ...names) => new StrictRandom(data.random(seed, ...names).state);

/** A stream that is asked for possible numbers only: others would be NaN, or never come. */
class StrictRandom extends data.Random {
  override integer(n: number): number {
    requireValue("n", n ?? null, {
      text: "a whole number from 1 to 4294967296",
      fits: Number.isInteger(n) && n >= 1 && n <= 2 ** 32,
    });
    return super.integer(n);
  }
}

export const accuracyWhenMoved: typeof plainAccuracyWhenMoved = async (model, split, pixels) => {
  if (split.inputs.length !== split.size * 784)
    throw new Error(
      `Expected images of 28 x 28 pixels but found ${split.inputs.length / split.size} numbers in each of ${split.size}: ` +
        "pass a split of MNIST.",
    );
  const quick = fromEnvironment("DEEPNETS_PROFILE") === "quick";
  return plainAccuracyWhenMoved(model, quick ? firstImages(split, 1000) : split, pixels);
};

const firstImages = ({ inputs, labels }: data.Split, count: number): data.Split => ({
  inputs: inputs.subarray(0, count * 784),
  labels: labels.subarray(0, count),
  size: Math.min(count, labels.length),
});

const isOneOf = (value: unknown, words: readonly string[]): boolean => words.includes(value as string);
