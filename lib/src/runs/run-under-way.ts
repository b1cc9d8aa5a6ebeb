import type * as tf from "@tensorflow/tfjs-node";
import { fromEnvironment } from "../base/environment";
import type { Dataset } from "../data/dataset";
import type { StepState, TrainingStep } from "../graph/types";
import { type Assessment, assess } from "../training/assess";
import { type FitState, startOfFit, totalIterations } from "../training/fit";
import { modelHash } from "../training/initial-weights";
import type { Parameters } from "../training/parameters";
import type { Identity } from "./checkpoint";
import { finalExamples, firstExamples } from "./first-examples";
import type { RunRecord } from "./record";
import type { TrainOptions } from "./run";
import type { RunFolder } from "./run-folder";
import { Pace, recordOf, type StableRecord, stableRecord } from "./run-record";

/** A run while it trains: its identity, its state, and the updates of its files and of the caller. */
export class RunUnderWay {
  /** Where the fit begins: at the start, or at the checkpoint. */
  readonly state: FitState;
  readonly #folder: RunFolder;
  readonly #options: TrainOptions;
  readonly #stable: StableRecord;
  readonly #identity: Identity;
  readonly #resumed: StepState | undefined;
  readonly #pace: Pace;
  #told = 0;
  #saved = performance.now();

  constructor(
    folder: RunFolder,
    run: {
      readonly model: tf.LayersModel;
      readonly dataset: Dataset;
      readonly parameters: Parameters;
      readonly options: TrainOptions;
    },
  ) {
    const { model, dataset, parameters, options } = run;
    this.#folder = folder;
    this.#options = options;
    this.#stable = stableRecord(model, dataset, parameters);
    const { config, threads, data, code, part } = this.#stable;
    this.#identity = { config, threads, model: modelHash(model), data, code };
    const checkpoint = folder.takeUp({ part, identity: this.#identity, resume: wantsResume(options) });
    this.#resumed = checkpoint?.step;
    this.state = checkpoint?.fit ?? startOfFit();
    this.#pace = new Pace({ first: this.state.iteration, total: totalIterations(parameters, dataset) });
  }

  /** Loads the checkpoint's weights and slots into the step, and announces the run. */
  begin(step: TrainingStep): void {
    const { part, config } = this.#stable;
    if (this.#resumed) {
      step.write(this.#resumed);
      console.log(`${part}: going on at iteration ${this.state.iteration} of ${config.iterations}, from a checkpoint`);
    }
    this.#folder.openEvents(this.state.curves);
    this.#tell("running");
  }

  /** After an evaluation. */
  async evaluated(): Promise<void> {
    this.#folder.writeEvaluation(this.state.curves);
    await this.#options.onEvaluation?.(this.#tell("running"));
  }

  /** After a step: tells once in a second, and saves a checkpoint when one is due. */
  async stepped(step: TrainingStep): Promise<void> {
    const { checkpointEvery = 60 } = this.#options;
    if (performance.now() - this.#told >= 1000) this.#tell("running");
    if (performance.now() - this.#saved >= checkpointEvery * 1000) await this.#save(step);
  }

  /** Keeps a checkpoint of a run that was stopped; returns its record so far. */
  async interrupted(step: TrainingStep): Promise<RunRecord> {
    await this.#save(step);
    return this.#tell("interrupted");
  }

  /** Evaluates the trained model on all examples (a quick run, on fewer to train on) and leaves the record. */
  async finished(model: tf.LayersModel, dataset: Dataset): Promise<RunRecord> {
    const start = performance.now();
    const training = firstExamples(dataset.train, finalExamples(this.#stable) ?? dataset.train.size);
    const final = finalOf(await assess(model, training), await assess(model, dataset.test));
    this.state.clock.evaluation += performance.now() - start;
    const record = this.#record("finished", final);
    await this.#folder.finish(record, model);
    this.#options.onProgress?.(record.progress);
    return record;
  }

  #record(status: RunRecord["status"], final?: RunRecord["final"]): RunRecord {
    return recordOf(this.#stable, this.state, { status, progress: this.#pace.progress(this.state.iteration), final });
  }

  #tell(status: RunRecord["status"]): RunRecord {
    this.#told = performance.now();
    const record = this.#record(status);
    this.#folder.writeLive(record);
    this.#options.onProgress?.(record.progress);
    return record;
  }

  async #save(step: TrainingStep): Promise<void> {
    await this.#folder.saveCheckpoint({ identity: this.#identity, fit: this.state, step: step.read() });
    this.#saved = performance.now();
  }
}

const wantsResume = ({ resume }: TrainOptions): boolean => resume ?? !fromEnvironment("DEEPNETS_FRESH");

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
