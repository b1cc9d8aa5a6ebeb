import { join } from "node:path";
import type * as tf from "@tensorflow/tfjs-node";
import { fromEnvironment } from "../base/environment";
import type { Dataset } from "../data/dataset";
import { createStep } from "../graph/step";
import { assess, type Assessment } from "../training/assess";
import { checkDataset } from "../training/check-dataset";
import { type Identity, readCheckpoint, removeCheckpoint, writeCheckpoint } from "./checkpoint";
import { emptyCurves } from "../training/curves";
import { EventFile } from "./event-file";
import { writeWhole } from "../base/files";
import { fit, type FitState, totalIterations } from "../training/fit";
import { modelHash, noteTrainedWeights, startFromInitialWeights } from "../training/initial-weights";
import { lockRun } from "../base/lock";
import { runFolder } from "./places";
import type { Parameters, Progress, RunRecord } from "./record";
import { Pace, recordOf, stableRecord } from "./run-record";

/** What `train` returns: the run's record and the folder where it lies. */
export interface Run {
  /** Replaced by `annotate` when a notebook adds a measurement. */
  record: RunRecord;
  /** Absolute path; holds `record.json` and TensorBoard's event files in `train/` and `test/`. */
  readonly folder: string;
}

/** How a run is watched and stopped. */
export interface TrainOptions {
  /** About once per second. */
  readonly onProgress?: (progress: Progress) => void;
  /** After each evaluation, with the record so far; the model holds the current weights. */
  readonly onEvaluation?: (record: RunRecord) => void | Promise<void>;
  /** Stops the run before its next step; a checkpoint is kept. */
  readonly signal?: AbortSignal;
  /** Whether to go on from a checkpoint of this run. Default true, unless the environment says `DEEPNETS_FRESH=1`. */
  readonly resume?: boolean;
  /** Seconds between two checkpoints. Default 60. */
  readonly checkpointEvery?: number;
}

/**
 * Thrown by `train` when its signal stopped it. The checkpoint is kept, and the model holds the weights of that moment.
 */
export class Interrupted extends Error {
  override readonly name = "Interrupted";
  /** The run so far; its record's status is "interrupted". */
  readonly run: Run;

  constructor(run: Run) {
    const { part, progress } = run.record;
    super(
      `The training of ${part} was interrupted at iteration ${progress.iteration} of ${progress.iterations}: run the cell again to go on from there.`,
    );
    this.run = run;
  }
}

/**
 * Trains a model and leaves a record of it in `data/runs`.
 *
 * Every `evalEvery` iterations, and before the first, loss and accuracy are measured in inference mode, on the first
 * 10,000 training and the first 10,000 test examples; at the end once more on all of them. A checkpoint is written
 * every minute and deleted at the end: a run that was stopped, in whatever way, goes on from it and ends bit for bit as
 * if it had not been. A finished run is trained anew, from the model's first weights. A running one can be watched in
 * `live.json`.
 *
 * @param model An uncompiled `tf.Sequential` whose last layer is a softmax or sigmoid activation; it holds the trained
 *   weights afterwards.
 * @param dataset Training and test examples.
 * @param parameters What to do, from `parameters`.
 * @param options How the run is watched and stopped.
 * @returns The record and its folder.
 * @throws `Interrupted` when `signal` stopped it. An error when the loss diverges, when the data do not fit the model,
 *   when the checkpoint is damaged or of another config, data, code or number of threads, when another process holds
 *   the run, or when the disk is full.
 * @example
 * const run = await train(models.linear(), mnist, p);
 * run.record.final?.test.accuracy; // 0.924, after 10,000 iterations
 */
export async function train(
  model: tf.LayersModel,
  dataset: Dataset,
  parameters: Parameters,
  options: TrainOptions = {},
): Promise<Run> {
  const { onProgress, onEvaluation, signal, checkpointEvery = 60 } = options;
  const { batchSize, optimizer, seed, precision, mode, part } = parameters;
  checkDataset(dataset);
  const folder = runFolder(parameters);
  const unlock = lockRun(folder);
  try {
    startFromInitialWeights(model);
    const stable = stableRecord(model, dataset, parameters);
    const identity: Identity = {
      config: stable.config,
      threads: stable.threads,
      model: modelHash(model),
      data: stable.data,
      code: stable.code,
    };
    const checkpoint = wantsResume(options) ? readCheckpoint(folder, { part, identity }) : undefined;
    if (!checkpoint) removeCheckpoint(folder);

    const step = createStep(model, { shape: dataset.shape, batchSize, optimizer, seed, precision, mode });
    try {
      const state: FitState = checkpoint?.fit ?? {
        iteration: 0,
        curves: emptyCurves(),
        clock: { training: 0, evaluation: 0 },
      };
      const total = totalIterations(parameters, dataset);
      if (checkpoint) {
        step.write(checkpoint.step);
        console.log(`${part}: going on at iteration ${state.iteration} of ${total}, from a checkpoint`);
      }
      const events = eventFiles(folder, state);
      const pace = new Pace({ first: state.iteration, total });
      let told = performance.now();
      let saved = performance.now();
      const live = (status: RunRecord["status"]): RunRecord => {
        told = performance.now();
        const record = recordOf(stable, state, { status, progress: pace.progress(state.iteration) });
        writeWhole(join(folder, "live.json"), JSON.stringify(record), { sync: false });
        onProgress?.(record.progress);
        return record;
      };
      const save = async (): Promise<void> => {
        await writeCheckpoint(folder, { identity, fit: state, step: step.read() });
        saved = performance.now();
      };

      live("running");
      const end = await fit(step, dataset, {
        parameters,
        state,
        signal,
        onEvaluation: async () => {
          events.write(state);
          await onEvaluation?.(live("running"));
        },
        onStep: async () => {
          if (performance.now() - told >= 1000) live("running");
          if (performance.now() - saved >= checkpointEvery * 1000) await save();
        },
      });
      step.sync();
      if (end === "interrupted") {
        await save();
        throw new Interrupted({ record: live("interrupted"), folder });
      }

      const start = performance.now();
      const trained = await assess(model, dataset.train);
      const tested = await assess(model, dataset.test);
      state.clock.evaluation += performance.now() - start;
      const record = recordOf(stable, state, {
        status: "finished",
        progress: pace.progress(total),
        final: finalOf(trained, tested),
      });
      writeWhole(join(folder, "record.json"), JSON.stringify(record));
      removeCheckpoint(folder);
      writeWhole(join(folder, "live.json"), JSON.stringify({ ...record, final: undefined }));
      onProgress?.(record.progress);
      return { record, folder };
    } finally {
      step.dispose();
      noteTrainedWeights(model);
    }
  } finally {
    unlock();
  }
}

const wantsResume = ({ resume }: TrainOptions): boolean => resume ?? !fromEnvironment("DEEPNETS_FRESH");

/** TensorBoard's two writers, with what is known so far. */
function eventFiles(folder: string, { curves }: FitState): { write(state: FitState): void } {
  const points = (accuracy: readonly number[], loss: readonly number[]) =>
    curves.iterations.map((iteration, i) => ({
      iteration,
      time: curves.times[i],
      scalars: { accuracy: accuracy[i], loss: loss[i] },
    }));
  const train = new EventFile(join(folder, "train"), points(curves.trainAccuracy, curves.trainLoss));
  const test = new EventFile(join(folder, "test"), points(curves.testAccuracy, curves.testLoss));
  return {
    write({ curves }) {
      const [iteration, time] = [curves.iterations.at(-1)!, curves.times.at(-1)!];
      train.write({
        iteration,
        time,
        scalars: { accuracy: curves.trainAccuracy.at(-1)!, loss: curves.trainLoss.at(-1)! },
      });
      test.write({
        iteration,
        time,
        scalars: { accuracy: curves.testAccuracy.at(-1)!, loss: curves.testLoss.at(-1)! },
      });
    },
  };
}

function finalOf(
  { predictions: _, ...train }: Assessment,
  { predictions, ...test }: Assessment,
): NonNullable<RunRecord["final"]> {
  // Six digits of a probability are enough, and half the file.
  return {
    train,
    test,
    predictions: {
      label: predictions.label,
      probability: predictions.probability.map((p) => Number(p.toPrecision(6))),
    },
  };
}
