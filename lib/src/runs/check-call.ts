import type * as tf from "@tensorflow/tfjs-node";
import { largestSeed } from "../base/environment";
import { isObject } from "../base/is-object";
import { type OptionNames, refuseUnknown, requireValue, requireWhole, shown } from "../base/options";
import type { Dataset } from "../data/dataset";
import { checkDataset } from "../training/check-dataset";
import type { Parameters } from "../training/parameters";
import type { TrialOptions } from "../training/trial";
import type { TrainOptions } from "./run";

// The arguments of train and trial are checked here and not where they are used: those rooms decide the numbers, so a
// line more in them would change the code's hash in every record.

const parameterNames: OptionNames<Parameters> = {
  part: true,
  profile: true,
  seed: true,
  batchSize: true,
  iterations: true,
  epochs: true,
  evalEvery: true,
  optimizer: true,
  precision: true,
  mode: true,
  variant: true,
  overrides: true,
};

const trainNames: OptionNames<TrainOptions> = {
  onProgress: true,
  onEvaluation: true,
  signal: true,
  resume: true,
  checkpointEvery: true,
};

const trialNames: OptionNames<TrialOptions> = { evaluateOn: true, signal: true, onEvaluation: true };

/**
 * Refuses options that `train` does not read, and values that it cannot use.
 *
 * @throws Error Naming the option.
 */
export function checkTrainOptions(options: TrainOptions): void {
  refuseUnknown("options of train", options, trainNames);
  requireFunctions(options, ["onProgress", "onEvaluation"]);
  requireSignal(options.signal);
  const { resume, checkpointEvery: seconds } = options;
  requireValue("resume", resume, { text: "true or false", fits: typeof resume === "boolean" });
  requireValue("checkpointEvery", seconds, {
    text: "seconds, 0 or more",
    fits: Number(seconds) >= 0 && isNumber(seconds),
  });
}

/**
 * Refuses options that `trial` does not read, and values that it cannot use.
 *
 * @throws Error Naming the option.
 */
export function checkTrialOptions(options: TrialOptions): void {
  refuseUnknown("options of trial", options, trialNames);
  requireFunctions(options, ["onEvaluation"]);
  requireSignal(options.signal);
  requireWhole("evaluateOn", options.evaluateOn);
}

/**
 * Refuses a training that cannot be what its arguments say: the parameters must hold what `parameters` returns, each
 * class needs an output of the model, and each label must be a class.
 *
 * @throws Error Naming what is wrong.
 */
export function checkTraining(model: tf.LayersModel, dataset: Dataset, parameters: Parameters): void {
  if (!isObject(model) || !Array.isArray(model.layers) || !Array.isArray(model.outputs))
    throw new Error(`Expected a model of tf.layers first but found ${shown(model)}: pass one such as models.linear().`);
  checkParameters(parameters);
  checkData(dataset);
  checkClasses(model, dataset);
  checkCompiled(model);
}

/**
 * Refuses a data set that lacks a part, or whose lengths do not agree.
 *
 * @throws Error Naming what is wrong.
 */
export function checkData(dataset: Dataset): void {
  checkParts(dataset);
  checkDataset(dataset);
}

/** Training does not read what `compile` was given: another loss than ours must not look as if it counted. */
function checkCompiled(model: tf.LayersModel): void {
  const { loss } = model as { readonly loss?: unknown };
  const ours = ["categoricalCrossentropy", "sparseCategoricalCrossentropy", "binaryCrossentropy"];
  const other = [loss].flat().find((one) => one !== undefined && !ours.includes(one as string));
  if (other !== undefined)
    throw new Error(
      `Expected a model that is not compiled, or with a cross-entropy, but found the loss ${shown(other)}: train ` +
        "takes the cross-entropy; leave compile out, or write the step of another loss with trace.",
    );
}

function checkParameters(parameters: Parameters): void {
  refuseUnknown("parameters", parameters, parameterNames);
  const { part, seed, batchSize, iterations, epochs, evalEvery, optimizer } = parameters;
  if (typeof part !== "string" || !isObject(optimizer)) {
    const found = shown(typeof part === "string" ? optimizer : part);
    throw new Error(
      `Expected parameters with a part and an optimizer but found ${found}: take them from parameters(...), and ` +
        "change single values: { ...p, iterations: 300 }.",
    );
  }
  if (!(Number.isInteger(seed) && seed >= 0 && seed <= largestSeed))
    throw new Error(
      `Expected seed to be a whole number from 0 to ${largestSeed} but found ${shown(seed)} (${part}): choose such a ` +
        "seed.",
    );
  for (const [name, value] of Object.entries({ batchSize, evalEvery })) requireWhole(name, value ?? null);
  for (const [name, value] of Object.entries({ iterations, epochs })) requireWhole(name, value);
  if ((iterations === undefined) === (epochs === undefined))
    throw new Error(
      `Expected iterations or epochs but found ${epochs === undefined ? "neither" : "both"} (${part}): give one of ` +
        "them, and undefined for the other.",
    );
}

/** The fields of a data set that everything else reads. */
function checkParts(dataset: Dataset): void {
  if (!isObject(dataset))
    throw new Error(`Expected a data set after the model but found ${shown(dataset)}: ${dataWayOut}`);
  const { name, shape, classes, train, test, validation, hash } = dataset;
  const wrong = Object.entries({
    name: typeof name === "string",
    shape: Array.isArray(shape) && shape.every((size) => Number.isInteger(size) && size > 0),
    train: isObject(train),
    test: isObject(test),
    validation: validation === undefined || isObject(validation),
    hash: typeof hash === "string" && hash !== "",
    // A batch holds its labels in bytes.
    classes: Number.isInteger(classes) && classes >= 2 && classes <= 256,
  }).find(([, right]) => !right)?.[0];
  if (wrong !== undefined) {
    const found = shown((dataset as unknown as Record<string, unknown>)[wrong]);
    throw new Error(`Expected a data set with ${fields[wrong]} but found ${found} as its ${wrong}: ${dataWayOut}`);
  }
  for (const [half, split] of Object.entries({ train, test, ...(validation && { validation }) })) {
    requireValue("size", split.size ?? null, {
      text: `the number of examples (${half} split of ${name})`,
      fits: Number.isSafeInteger(split.size) && split.size >= 0,
    });
    if (ArrayBuffer.isView(split.labels) && typeof (split.labels[0] as unknown) === "bigint")
      throw new Error(
        `Expected labels that are numbers but found ${shown(split.labels)} (${half} split of ${name}): write ` +
          "Uint8Array.from(labels, Number).",
      );
    if (ArrayBuffer.isView(split.inputs) && !(split.inputs instanceof Float32Array))
      throw new Error(
        `Expected inputs in a Float32Array but found ${shown(split.inputs)} (${half} split of ${name}): write ` +
          "Float32Array.from(inputs).",
      );
  }
}

const dataWayOut = "pass one such as loadMnist() gives, or describe your own data like it.";
const fields: Readonly<Record<string, string>> = {
  name: "a name",
  shape: "the shape of one example, as [784]",
  classes: "2 to 256 classes",
  train: "a training split",
  test: "a test split",
  validation: "a validation split or none",
  hash: "the hash of its data",
};

function checkClasses(model: tf.LayersModel, { name, classes, train, test, validation }: Dataset): void {
  for (const [half, { labels }] of Object.entries({ train, test, ...(validation && { validation }) })) {
    const wrong = labels.findIndex((label) => label >= classes);
    if (wrong >= 0)
      throw new Error(
        `Expected labels below ${classes}, the number of classes, but found ${labels[wrong]} (example ${wrong} of ` +
          `the ${half} split of ${name}): correct the label, or the number of classes.`,
      );
  }
  const [output] = model.outputs;
  const outputs = output?.shape.at(-1);
  // What has no single row of outputs is refused, with its own sentence, where the step is made.
  if (model.outputs.length !== 1 || output?.shape.length !== 2 || typeof outputs !== "number") return;
  if (outputs !== classes && !(outputs === 1 && classes === 2))
    throw new Error(
      `Expected a model with ${classes} outputs, one for each class of ${name}, but found ${outputs}: give the last ` +
        `layer ${classes} units${classes === 2 ? " and softmax, or one and sigmoid" : ""}.`,
    );
}

const isNumber = (value: unknown): boolean => typeof value === "number" && !Number.isNaN(value);

const requireSignal = (signal: unknown) =>
  requireValue("signal", signal, { text: "an AbortSignal", fits: signal instanceof AbortSignal });

function requireFunctions<T extends object>(options: T, names: readonly (keyof T & string)[]): void {
  for (const name of names)
    requireValue(name, options[name], { text: "a function", fits: typeof options[name] === "function" });
}
