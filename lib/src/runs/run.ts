import type { Progress, RunRecord } from "./record";

/** What `train` returns: the run's record and the folder where it lies. */
export interface Run {
  /** Replaced by `annotate` when a notebook adds a measurement. */
  record: RunRecord;
  /** Absolute path; holds `record.json` and TensorBoard's event files in `train/` and `test/`. */
  readonly folder: string;
}

/** How a run is watched and stopped. */
export interface TrainOptions {
  /** Called about once per second. */
  readonly onProgress?: (progress: Progress) => void;
  /** Called after each evaluation with the record so far; the model holds the current weights. */
  readonly onEvaluation?: (record: RunRecord) => void | Promise<void>;
  /** Stops the run before its next step; a checkpoint is kept. */
  readonly signal?: AbortSignal;
  /** Whether to go on from a checkpoint of this run. Default true, or false where `DEEPNETS_FRESH=1` is set. */
  readonly resume?: boolean;
  /** Seconds between two checkpoints. Default 60. */
  readonly checkpointEvery?: number;
}

/**
 * What `train` throws when its signal has stopped it. The checkpoint is kept, and the model holds the weights of that
 * moment.
 */
export class Interrupted extends Error {
  override readonly name = "Interrupted";
  /** The run so far; its record's status is "interrupted". */
  readonly run: Run;

  constructor(run: Run) {
    const { part, progress } = run.record;
    super(
      `The training of ${part} was interrupted at iteration ${progress.iteration} of ${progress.iterations}: run ` +
        "the cell again to go on from there.",
    );
    this.run = run;
  }
}
