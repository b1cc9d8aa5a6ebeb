import type * as tf from "@tensorflow/tfjs-node";
import type { Dataset } from "../data/dataset";
import { createStep } from "../graph/step";
import { fit } from "../training/fit";
import { noteTrainedWeights, startFromInitialWeights } from "../training/initial-weights";
import type { Parameters } from "../training/parameters";
import { checkTraining, checkTrainOptions } from "./check-call";
import { curveExamples } from "./first-examples";
import { claimModel } from "./model-claim";
import { Interrupted, type Run, type TrainOptions } from "./run";
import { RunFolder } from "./run-folder";
import { RunUnderWay } from "./run-under-way";

/** What a cell calls as `train` (notebook/train.ts describes it), without the view below the cell. */
export async function train(
  model: tf.LayersModel,
  dataset: Dataset,
  parameters: Parameters,
  options: TrainOptions = {},
): Promise<Run> {
  checkTrainOptions(options);
  checkTraining(model, dataset, parameters);
  const release = claimModel(model);
  let folder: RunFolder | undefined;
  try {
    folder = new RunFolder(parameters);
    startFromInitialWeights(model);
    const run = new RunUnderWay(folder, { model, dataset, parameters, options });
    const step = createStep(model, { ...parameters, shape: dataset.shape });
    try {
      run.begin(step);
      const end = await fit(step, dataset, {
        parameters,
        state: run.state,
        evaluateOn: curveExamples(parameters),
        signal: options.signal,
        onEvaluation: () => run.evaluated(),
        onStep: () => run.stepped(step),
      });
      step.sync();
      if (end === "interrupted") throw new Interrupted({ record: await run.interrupted(step), folder: folder.path });
      return { record: await run.finished(model, dataset), folder: folder.path };
    } finally {
      step.dispose();
      noteTrainedWeights(model);
    }
  } finally {
    folder?.unlock();
    release();
  }
}
