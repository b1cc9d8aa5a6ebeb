import type { OptimizerSettings } from "./optimizers";

/**
 * One batch as the loop hands it over: `inputs` is `[size, ...shape]` row-major, `labels` are class indices `[size]`.
 */
export interface Batch {
  readonly inputs: Float32Array;
  readonly labels: Uint8Array;
  readonly size: number;
}

/** Weights, optimizer slots and step count as plain arrays: what a checkpoint stores. */
export interface StepState {
  /** Gradient steps done so far (Adam's t). */
  readonly iteration: number;
  /** Weights in the model's order, then the optimizer's slots. */
  readonly tensors: readonly {
    readonly name: string;
    readonly shape: readonly number[];
    readonly values: Float32Array;
  }[];
}

/** How a step is made. */
export interface StepOptions {
  /** Shape of one example, without the batch. */
  readonly shape: readonly number[];
  readonly batchSize: number;
  readonly optimizer: OptimizerSettings;
  /** Seed of the dropout masks; a mask is a function of (seed, layer, iteration) alone. */
  readonly seed: number;
  readonly precision?: "float32" | "bfloat16";
  readonly mode?: "graph" | "eager";
}

/** What the training loop drives. All calls are synchronous; the loop yields to the event loop between them. */
export interface TrainingStep {
  /**
   * One gradient step on one batch of `batchSize`; `iteration` counts from 0. Returns what it minimizes, before the
   * step: the batch's mean loss, and the penalties of the model's regularisers.
   */
  step(batch: Batch, iteration: number): number;
  /** Sum of losses and number of correct predictions on one chunk, in inference mode, with the current weights. */
  evaluate(batch: Batch): { readonly lossSum: number; readonly correct: number };
  /** Chunk size at which `evaluate` is fastest while it blocks for less than 100 ms. */
  readonly evaluationSize: number;
  /** The penalties of the model's regularisers with the current weights; 0 without any. */
  penalty(): number;
  /** Copies the current weights into the model's variables. */
  sync(): void;
  /** Everything that the next step depends on. */
  read(): StepState;
  /** Puts a state back; throws when names or shapes differ from the model's. */
  write(state: StepState): void;
  /** Frees the engine's memory. A later call throws. The model keeps its last synced weights. */
  dispose(): void;
}
