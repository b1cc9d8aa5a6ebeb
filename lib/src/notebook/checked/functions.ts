import { type OptionNames, requireValue } from "../../base/options";
import * as data from "../../data";
import { createStep as plainCreateStep } from "../../graph/step";
import type { StepOptions } from "../../graph/types";
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
    check: ({ seed }: StepOptions) =>
      requireValue("seed", seed ?? null, {
        text: "a whole number from 0 on",
        fits: Number.isSafeInteger(seed) && seed >= 0,
      }),
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
      requireValue("batchSize", batchSize ?? null, {
        text: "a whole number from 1 on",
        fits: Number.isSafeInteger(batchSize) && batchSize >= 1,
      });
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

const isOneOf = (value: unknown, words: readonly string[]): boolean => words.includes(value as string);
