import { itemAt } from "../base/item-at";
import { sizeOf } from "../base/shape";
import type { Dataset, Split } from "../data/dataset";
import type { TrainingStep } from "../graph/types";
import { Batches } from "./batches";
import { type Curves, curveSize, emptyCurves } from "./curves";
import type { Evaluation } from "./evaluation";
import type { Parameters } from "./parameters";
import { EventLoopYield } from "./yield-to-event-loop";

/** Where a fit stands: everything that it changes, besides the step's own state. */
export interface FitState {
  /** Gradient steps done. */
  iteration: number;
  readonly curves: Curves;
  /** Milliseconds spent on steps and on evaluations. */
  readonly clock: { training: number; evaluation: number };
}

/** Where a fit stands before its first step. */
export const startOfFit = (): FitState => ({
  iteration: 0,
  curves: emptyCurves(),
  clock: { training: 0, evaluation: 0 },
});

/** What a fit does, where it begins, and who watches it. */
export interface FitOptions {
  readonly parameters: Parameters;
  readonly state: FitState;
  /** How many examples of each split, the first ones, an evaluation looks at; by default 10,000. */
  readonly evaluateOn?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  /** After each evaluation; the model holds the current weights. */
  readonly onEvaluation?: (() => void | Promise<void>) | undefined;
  /** After each step. */
  readonly onStep?: () => void | Promise<void>;
}

/** Gradient steps that a run of these parameters takes; a last incomplete batch of the last epoch is filled up. */
export const totalIterations = (
  { iterations, epochs, batchSize }: Pick<Parameters, "iterations" | "epochs" | "batchSize">,
  dataset: Dataset,
): number => iterations ?? Math.ceil((epochs! * dataset.train.size) / batchSize);

/** The loop: evaluate where it is due, take a step, and so on to the end. */
export async function fit(
  step: TrainingStep,
  dataset: Dataset,
  options: FitOptions,
): Promise<"finished" | "interrupted"> {
  const { parameters: p, state, evaluateOn, signal, onEvaluation, onStep } = options;
  const { curves, clock } = state;
  const total = totalIterations(p, dataset);
  const batches = new Batches(dataset, p);
  const eventLoop = new EventLoopYield();
  const recent: number[] = [];
  if (state.iteration > total)
    throw new Error(
      `Expected to begin at iteration ${total} at most but found ${state.iteration} (${p.part}): raise iterations ` +
        "or start anew.",
    );
  // Far above blind guessing; what regularisers add to the loss before the first step is not counted against it.
  const limit = 20 * Math.log(dataset.classes) + step.penalty();
  const look = (split: Split) =>
    evaluate(step, split, { size: curveSize(split, evaluateOn), shape: dataset.shape, eventLoop, signal });

  for (;;) {
    const i = state.iteration;
    if ((i % p.evalEvery === 0 || i === total) && curves.iterations.at(-1) !== i) {
      const start = performance.now();
      const train = await look(dataset.train);
      const test = train && (await look(dataset.test));
      const validation = test && dataset.validation && (await look(dataset.validation));
      clock.evaluation += performance.now() - start;
      // The run was stopped during an evaluation: the next start repeats it.
      if (!train || !test || (dataset.validation && !validation)) return "interrupted";
      for (const { loss } of [train, test]) refuseDivergence([loss], { iteration: i, p, limit });
      curves.iterations.push(i);
      curves.trainLoss.push(train.loss);
      curves.testLoss.push(test.loss);
      curves.trainAccuracy.push(train.accuracy);
      curves.testAccuracy.push(test.accuracy);
      if (validation) {
        (curves.validationLoss ??= []).push(validation.loss);
        (curves.validationAccuracy ??= []).push(validation.accuracy);
      }
      curves.times.push(Date.now() / 1000);
      step.sync();
      await onEvaluation?.();
    }
    if (i === total) return "finished";
    if (signal?.aborted) return "interrupted";

    const start = performance.now();
    const loss = step.step(batches.at(i), i);
    state.iteration = i + 1;
    clock.training += performance.now() - start;
    if (recent.push(loss) > 100) recent.shift();
    refuseDivergence(recent, { iteration: i, p, limit });
    await eventLoop.ifDue();
    await onStep?.();
  }
}

/** Mean loss and accuracy on the first `size` examples of a split, in inference mode; undefined when stopped. */
async function evaluate(
  step: TrainingStep,
  split: Split,
  {
    size,
    shape,
    eventLoop,
    signal,
  }: {
    readonly size: number;
    readonly shape: readonly number[];
    readonly eventLoop: EventLoopYield;
    readonly signal: AbortSignal | undefined;
  },
): Promise<Evaluation | undefined> {
  const row = sizeOf(shape);
  let [lossSum, correct] = [0, 0];
  for (let from = 0; from < size; from += step.evaluationSize) {
    if (signal?.aborted) return undefined;
    const to = Math.min(size, from + step.evaluationSize);
    const found = step.evaluate({
      inputs: split.inputs.subarray(from * row, to * row),
      labels: split.labels.subarray(from, to),
      size: to - from,
    });
    lossSum += found.lossSum;
    correct += found.correct;
    await eventLoop.ifDue();
  }
  return { loss: lossSum / size, accuracy: correct / size, size };
}

/** A loss that is NaN, or stays far above that of guessing, never recovers. */
function refuseDivergence(
  recent: readonly number[],
  { iteration, p, limit }: { readonly iteration: number; readonly p: Parameters; readonly limit: number },
): void {
  const loss = itemAt(recent, -1);
  const mean = recent.reduce((sum, value) => sum + value, 0) / recent.length;
  if (Number.isFinite(loss) && !(recent.length === 100 && mean > limit)) return;
  const found = Number.isFinite(loss) ? `a mean of ${mean.toPrecision(3)} over the last 100 iterations` : String(loss);
  throw new Error(
    `Expected the loss to stay finite and below ${limit.toFixed(0)} but found ${found} (${p.part}, iteration ` +
      `${iteration}): the training diverges; ` +
      `try a smaller learningRate (now ${p.optimizer.learningRate}), and look at the inputs' scale.`,
  );
}
