import type { FinalEvaluation } from "../training/evaluation";
import type { Parameters } from "../training/parameters";

/** Where a run stands, for a live view. */
export interface Progress {
  readonly iteration: number;
  readonly iterations: number;
  readonly stepsPerSecond: number;
  readonly etaSeconds: number;
}

/**
 * The stored form of a run (`record.json`), and of a run under way (`live.json`). Losses are in nats, accuracies in
 * [0, 1].
 */
export interface RunRecord {
  readonly format: 1;
  readonly part: string;
  readonly profile: "full" | "quick";
  readonly seed: number;
  readonly overrides: Readonly<Record<string, number | string>>;
  readonly status: "running" | "interrupted" | "finished";
  /** The settings; `iterations` also where the cell counts in epochs. */
  readonly config: Pick<
    Parameters,
    "batchSize" | "epochs" | "evalEvery" | "optimizer" | "precision" | "mode" | "variant"
  > & { readonly iterations: number };
  readonly model: {
    readonly parameters: number;
    readonly layers: readonly {
      readonly name: string;
      readonly type: string;
      readonly outputShape: readonly (number | null)[];
      readonly parameters: number;
    }[];
  };
  /** Threads of the engine within one operation and between operations. */
  readonly threads: { readonly intra: number; readonly inter: number };
  readonly versions: Readonly<Record<string, string>>;
  /** SHA-256 over the compiled data, models, training and graph rooms and the engine. */
  readonly code: string;
  /** SHA-256 of the data. */
  readonly data: string;
  readonly machine: {
    readonly cpu: string;
    readonly cores: number;
    readonly memoryGiB: number;
    readonly platform: string;
  };
  /** Iterations at which the four curves below were measured; the first is 0, before any step. */
  readonly iterations: readonly number[];
  readonly trainLoss: readonly number[];
  readonly testLoss: readonly number[];
  readonly trainAccuracy: readonly number[];
  readonly testAccuracy: readonly number[];
  /** Present where training examples were held out: measured on them, and never trained on. */
  readonly validationLoss?: readonly number[];
  readonly validationAccuracy?: readonly number[];
  /** Examples behind each point of the validation curves. */
  readonly validationSize?: number;
  /** Examples behind each point of the train curves (a fixed subset). */
  readonly trainCurveSize: number;
  readonly progress: Progress;
  /** Present once finished: all training (a quick run: the first 5,000) and all test examples, after the last iteration. */
  readonly final?: {
    readonly train: FinalEvaluation;
    readonly test: FinalEvaluation;
    /** Predicted class and its probability of each test example, in the data's order. */
    readonly predictions: { readonly label: readonly number[]; readonly probability: readonly number[] };
  };
  /** Further measurements that a notebook adds with `annotate`, by name (h6-2: "fresh"). */
  readonly extra: Readonly<Record<string, unknown>>;
  readonly minutes: { readonly training: number; readonly evaluation: number };
  /** Largest resident memory of the process, in MiB. */
  readonly peakMemoryMB: number;
}
