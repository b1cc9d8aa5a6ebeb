import { isObject } from "../../base/is-object";
import { requireValue, requireWhole } from "../../base/options";
import * as data from "../../data";
import { createStep as plainCreateStep } from "../../graph/step";
import { trace as plainTrace } from "../../graph/trace";
import type { TracedFunction } from "../../graph/trace-types";
import type { Batch } from "../../graph/types";
import { checkData } from "../../runs/check-call";
import { fewerWhenQuick } from "../../runs/first-examples";
import { assess as plainAssess } from "../../training/assess";
import { accuracyWhenMoved as plainAccuracyWhenMoved } from "../../training/moved";
import { parameters as plainParameters } from "../../training/parameters";
import { seriesBorder as plainSeriesBorder } from "../../training/series-border";
import { fields, needed, number, type Place, rule } from "./rules";
import { strict } from "./strict";

const makeStep = strict(
  plainCreateStep,
  { shape: true, batchSize: true, optimizer: true, seed: true, precision: true, mode: true },
  { name: "createStep", at: 1, required: true, check: ({ seed }) => requireWhole("seed", seed ?? null, 0) },
);

export const createStep: typeof plainCreateStep = (model, options) => {
  const made = makeStep(model, options);
  // A ReLU turns NaN into 0, so the loss would not show it.
  const finite = (batch: Batch) => {
    if (ArrayBuffer.isView(batch.inputs)) requireFinite(batch.inputs, "createStep");
    return batch;
  };
  const { step, evaluate } = made;
  return Object.assign(made, {
    step: (batch: Batch, iteration: number) => step.call(made, finite(batch), iteration),
    evaluate: (batch: Batch) => evaluate.call(made, finite(batch)),
  });
};

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
    name: "parameters",
    noun: "settings",
    at: 1,
    required: true,
    check: ({ batchSize, precision, mode }) => {
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
  { seed: true, count: true, test: true, length: true, threshold: true, scale: true },
  {
    name: "drawSeries",
    required: true,
    check: ({ threshold }) =>
      requireValue("threshold", threshold, { text: "a number", fits: Number.isFinite(threshold) }),
  },
);

export const loadMnist = strict(data.loadMnist, { name: true }, { name: "loadMnist" });

export const trace = strict(
  plainTrace,
  { variables: true, trained: true, optimizer: true, passes: true },
  {
    name: "trace",
    at: 1,
    required: true,
    given: { functions: tracedFunctions },
    check: ({ variables, trained = [] }) => {
      const names = Array.isArray(variables) ? variables.map(({ name }) => name) : Object.keys(variables ?? {});
      const strange = trained.find((name) => !names.includes(name));
      if (strange !== undefined)
        throw new Error(
          `Expected trained of trace to be among ${names.join(", ")} but found "${strange}": name the variables as ` +
            "they are called here.",
        );
    },
  },
);

export const seriesBorder = strict(plainSeriesBorder, { from: number, to: number }, { name: "seriesBorder", at: 2 });

export const assess: typeof plainAssess = async (model, split) => {
  if (ArrayBuffer.isView(split.inputs)) requireFinite(split.inputs, "assess");
  return plainAssess(model, split);
};

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
      `Expected images of 28 x 28 pixels but found ${split.inputs.length / split.size} numbers in each of ` +
        `${split.size}: pass a split of MNIST.`,
    );
  return plainAccuracyWhenMoved(model, fewerWhenQuick(split), pixels);
};

const isOneOf = (value: unknown, words: readonly string[]): boolean => words.includes(value as string);

const functionRules = {
  inputs: needed(rule("an object of shapes by name", isObject)),
  minimize: rule("a function", isFunction),
  compute: rule("a function", isFunction),
};

function tracedFunctions(value: unknown, place: Place): void {
  needed(rule("an object of functions by name", isObject))(value, place);
  for (const [name, traced] of Object.entries(value as Readonly<Record<string, unknown>>))
    fields<TracedFunction>(functionRules)(traced ?? null, { ...place, path: name });
}

function requireFinite(inputs: Float32Array, of: string): void {
  // One pass without calls: a loop of steps asks for each batch.
  let sum = 0;
  for (let i = 0; i < inputs.length; i++) sum += inputs[i] ?? NaN;
  const wrong = Number.isFinite(sum) ? -1 : inputs.findIndex((value) => !Number.isFinite(value));
  if (wrong >= 0)
    throw new Error(`Expected finite inputs but found ${inputs[wrong]} (${of}, value ${wrong}): correct the data.`);
}

function isFunction(value: unknown): boolean {
  return typeof value === "function";
}
