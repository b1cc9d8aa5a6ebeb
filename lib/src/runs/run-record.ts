import type * as tf from "@tensorflow/tfjs-node";
import type { Dataset } from "../data/dataset";
import { describe } from "../models/describe";
import { curveSize } from "../training/curves";
import { type FitState, totalIterations } from "../training/fit";
import type { Parameters } from "../training/parameters";
import { curveExamples } from "./first-examples";
import { codeHash, machine, peakMemoryMB, threads, versionsOfRun } from "./provenance";
import type { Progress, RunRecord } from "./record";

/** The record of a run that stands at `state`. `stable` is what does not change while it runs. */
export function recordOf(
  stable: StableRecord,
  state: FitState,
  more: { readonly status: RunRecord["status"]; readonly progress: Progress; readonly final?: RunRecord["final"] },
): RunRecord {
  const { times: _, ...curves } = state.curves;
  const { final, ...rest } = more;
  return {
    ...stable,
    ...rest,
    ...structuredClone(curves),
    ...(final && { final }),
    extra: {},
    minutes: { training: state.clock.training / 60_000, evaluation: state.clock.evaluation / 60_000 },
    peakMemoryMB: peakMemoryMB(),
  };
}

/** The part of a record that does not change while its run trains. */
export type StableRecord = Pick<
  RunRecord,
  | "format"
  | "part"
  | "profile"
  | "seed"
  | "overrides"
  | "config"
  | "model"
  | "threads"
  | "versions"
  | "code"
  | "data"
  | "machine"
  | "trainCurveSize"
  | "validationSize"
>;

/** That part of a record, for a model, its data and its parameters. */
export function stableRecord(model: tf.LayersModel, dataset: Dataset, p: Parameters): StableRecord {
  const { part, profile, seed, overrides, batchSize, epochs, evalEvery, optimizer, precision, mode, variant } = p;
  const { layers, parameters } = describe(model);
  return {
    format: 1,
    part,
    profile,
    seed,
    overrides,
    config: {
      batchSize,
      iterations: totalIterations(p, dataset),
      ...(epochs !== undefined && { epochs }),
      evalEvery,
      optimizer,
      precision,
      mode,
      ...(variant !== undefined && { variant }),
    },
    model: { parameters, layers },
    threads: threads(),
    versions: versionsOfRun(),
    code: codeHash(),
    data: dataset.hash,
    machine: machine(),
    trainCurveSize: curveSize(dataset.train, curveExamples(p)),
    ...(dataset.validation && { validationSize: curveSize(dataset.validation, curveExamples(p)) }),
  };
}

/** Measures a run's speed and the time left, over the steps of this process. */
export class Pace {
  readonly #start = performance.now();
  readonly #first: number;
  readonly #total: number;

  constructor({ first, total }: { readonly first: number; readonly total: number }) {
    this.#first = first;
    this.#total = total;
  }

  progress(iteration: number): Progress {
    const steps = iteration - this.#first;
    const seconds = (performance.now() - this.#start) / 1000;
    const stepsPerSecond = steps > 0 ? steps / seconds : 0;
    return {
      iteration,
      iterations: this.#total,
      stepsPerSecond,
      etaSeconds: stepsPerSecond > 0 ? (this.#total - iteration) / stepsPerSecond : 0,
    };
  }
}
