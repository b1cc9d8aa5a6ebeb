import type * as tf from "@tensorflow/tfjs-node";
import type { Dataset } from "../data/dataset";
import { createStep } from "../graph/step";
import { checkDataset } from "./check-dataset";
import { fit, startOfFit } from "./fit";
import type { Parameters } from "./parameters";

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

/** What a cell calls as `trial` (notebook/train.ts describes it); `signal` stops it with an error. */
export async function trial(
  model: tf.LayersModel,
  dataset: Dataset,
  parameters: Parameters,
  options: TrialOptions = {},
): Promise<Trial> {
  const { evaluateOn, signal, onEvaluation } = options;
  checkDataset(dataset);
  const step = createStep(model, { ...parameters, shape: dataset.shape });
  const state = startOfFit();
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
