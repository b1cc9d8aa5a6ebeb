import type { LayersModel } from "@tensorflow/tfjs-node";
import type { Dataset } from "../data/dataset";
import { checkTraining, checkTrainOptions, checkTrialOptions } from "../runs/check-call";
import { trialExamples } from "../runs/first-examples";
import { claimModel } from "../runs/model-claim";
import { runFolder } from "../runs/places";
import { Interrupted, type Run, type TrainOptions } from "../runs/run";
import { train as trainPlain } from "../runs/train";
import type { Parameters } from "../training/parameters";
import { type Trial, type TrialOptions, trial as trialPlain } from "../training/trial";
import { stoppable } from "./interrupt";
import { openView, type View } from "./view";

/**
 * Trains a model and leaves a record of it in `data/runs`; meanwhile a curve grows below the cell, with iteration,
 * speed, time left and accuracy. On a terminal one line shows the same and changes.
 *
 * Every `evalEvery` iterations, and before the first, loss and accuracy are measured in inference mode, on the first
 * 10,000 training and the first 10,000 test examples (1,000 in a quick run); at the end once more on all of them (in a
 * quick run, on the first 5,000 training examples and all test examples).
 *
 * Stopping the cell (the square button) ends it with the run so far: `run.record.status` is then "interrupted", the
 * model holds the weights of that moment, and running the cell again goes on from there. A run that was killed goes on
 * from its last checkpoint, at most a minute old. Either way it ends bit for bit as if it had not been stopped.
 *
 * @param model An uncompiled `tf.Sequential` whose last layer is a softmax or sigmoid activation; it holds the trained
 *   weights afterwards.
 * @param dataset Training and test examples: `[n, 784]` or `[n, 30, 1]` in batches.
 * @param parameters What to do, from `parameters`.
 * @param options Callbacks, and whether to go on from a checkpoint.
 * @returns The run: its record, and the folder where it lies.
 * @throws When the loss diverges, when the data do not fit the model (each class has one output), when an option is
 *   unknown, when the checkpoint is damaged or belongs to another config, data, code or number of threads, or when
 *   another process holds the run.
 * @example
 * const run = await train(models.linear(), mnist, p);
 * run.record.final?.test.accuracy; // 0.924, after 10,000 iterations
 */
export async function train(
  model: LayersModel,
  dataset: Dataset,
  parameters: Parameters,
  options: TrainOptions = {},
): Promise<Run> {
  checkTrainOptions(options);
  // Opened when the run says that it has begun: a run that is refused leaves only its error.
  let view: View | undefined;
  const opened = () => (view ??= openView({ part: parameters.part, folder: runFolder(parameters) }));
  const watched: TrainOptions = {
    ...options,
    onProgress: (progress) => {
      opened().progress(progress);
      options.onProgress?.(progress);
    },
    onEvaluation: async (record) => {
      opened().record(record);
      await options.onEvaluation?.(record);
    },
  };
  try {
    const run = await stoppable(
      (signal) => trainPlain(model, dataset, parameters, { ...watched, signal }),
      options.signal,
    );
    opened().end(run.record);
    return run;
  } catch (error) {
    if (error instanceof Interrupted && !options.signal?.aborted) {
      opened().end(error.run.record);
      return error.run;
    }
    view?.fail(error);
    throw error;
  }
}

/**
 * Trains a model as `train` does, but leaves nothing on disk: for side experiments of a notebook. Stopping the cell
 * ends it with an error. In a quick run an evaluation looks at the first 500 examples at most.
 *
 * @param model An uncompiled model whose last layer is a softmax or sigmoid activation; it holds the trained weights
 *   afterwards.
 * @param dataset Training and test examples.
 * @param parameters As from `parameters`; change what the experiment changes: `{ ...p, iterations: 300 }`.
 * @param options How many examples an evaluation looks at, and a callback.
 * @returns The curves.
 * @throws When the loss diverges, when the data do not fit the model, or when it was stopped.
 * @example
 * const { testAccuracy } = await trial(models.linear(), mnist, { ...p, iterations: 300 }, { evaluateOn: 2000 });
 * testAccuracy.at(-1); // 0.88
 */
export async function trial(
  model: LayersModel,
  dataset: Dataset,
  parameters: Parameters,
  options: TrialOptions = {},
): Promise<Trial> {
  checkTrialOptions(options);
  checkTraining(model, dataset, parameters);
  const release = claimModel(model);
  const measured = { ...options, evaluateOn: trialExamples(parameters, options.evaluateOn) };
  try {
    return await stoppable((signal) => trialPlain(model, dataset, parameters, { ...measured, signal }), options.signal);
  } finally {
    release();
  }
}
