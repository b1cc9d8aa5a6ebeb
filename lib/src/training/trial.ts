import type * as tf from "@tensorflow/tfjs-node";
import type { Dataset } from "../data/dataset";
import { createStep } from "../graph/step";
import { emptyCurves } from "./curves";
import { fit } from "./fit";
import { checkDataset } from "./check-dataset";
import type { Parameters } from "../runs/record";

/** What a trial found: curves as in a record. */
export interface Trial {
  /** Iterations at which the four curves were measured; the first is 0. */
  readonly iterations: number[];
  readonly trainLoss: number[];
  readonly testLoss: number[];
  readonly trainAccuracy: number[];
  readonly testAccuracy: number[];
  readonly minutes: { readonly training: number; readonly evaluation: number };
}

/** How a trial is made. */
export interface TrialOptions {
  /** How many examples of each split, the first ones, an evaluation looks at. Default 10,000. */
  readonly evaluateOn?: number;
  readonly signal?: AbortSignal | undefined;
  /** After each evaluation; the model holds the current weights. */
  readonly onEvaluation?: (trial: Trial) => void;
}

/**
 * Trains a model as `train` does, but leaves nothing on disk: for side experiments of a notebook.
 *
 * @param model An uncompiled model whose last layer is a softmax or sigmoid activation; it holds the trained weights
 *   afterwards.
 * @param dataset Training and test examples.
 * @param parameters As from `parameters`; change what the experiment changes: `{ ...p, iterations: 300 }`.
 * @returns The curves.
 * @throws When the loss diverges, when the data do not fit the model, or when `signal` stopped it.
 * @example
 * const { testAccuracy } = await trial(models.linear(), mnist, { ...p, iterations: 300 }, { evaluateOn: 2000 });
 * testAccuracy.at(-1); // 0.88
 */
export async function trial(
  model: tf.LayersModel,
  dataset: Dataset,
  parameters: Parameters,
  options: TrialOptions = {},
): Promise<Trial> {
  const { evaluateOn, signal, onEvaluation } = options;
  checkDataset(dataset);
  const { batchSize, optimizer, seed, precision, mode } = parameters;
  const step = createStep(model, { shape: dataset.shape, batchSize, optimizer, seed, precision, mode });
  const state = { iteration: 0, curves: emptyCurves(), clock: { training: 0, evaluation: 0 } };
  const result = (): Trial => {
    const { times: _, ...curves } = state.curves;
    return {
      ...curves,
      minutes: { training: state.clock.training / 60_000, evaluation: state.clock.evaluation / 60_000 },
    };
  };
  try {
    const end = await fit(step, dataset, {
      parameters,
      state,
      evaluateOn,
      signal,
      onEvaluation: () => onEvaluation?.(result()),
    });
    step.sync();
    if (end === "interrupted")
      throw new Error(`The trial was stopped at iteration ${state.iteration}: run the cell again to start it anew.`);
    return result();
  } finally {
    step.dispose();
  }
}
