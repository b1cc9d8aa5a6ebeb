import type { FullRun } from "./full-runs";
import type { NetworkName } from "./networks";
import type { Outcome } from "./rounds";
import { hasOneDNNSwitchedOn } from "./settings";

/** What `--json` writes. */
export interface BenchReport {
  readonly format: 1;
  readonly date: string;
  readonly machine: {
    readonly cpu: string;
    readonly cores: number;
    readonly memoryGiB: number;
    readonly platform: string;
    readonly features: readonly string[];
  };
  readonly rounds: number;
  readonly steps: number;
  readonly networks: readonly {
    readonly name: NetworkName;
    readonly title: string;
    readonly batchSize: number;
    readonly outcomes: readonly Outcome[];
  }[];
  readonly fullRuns: readonly FullRun[];
}

/** The outcome of a setting that could be measured. */
export type Measured = Extract<Outcome, { readonly rounds: readonly number[] }>;

/** The outcomes that are measurements. */
export const measured = (outcomes: readonly Outcome[]): Measured[] =>
  outcomes.filter((outcome): outcome is Measured => "rounds" in outcome);

/**
 * The peer that a setting is compared with: PyTorch's plain form in the same precision; without peers stock tfjs-node.
 */
export function baseOf(outcome: Measured, outcomes: readonly Outcome[]): Measured | undefined {
  const all = measured(outcomes);
  const plain = all.find(({ family, precision }) => family === "pytorch" && precision === outcome.precision);
  return plain ?? all.find(({ family }) => family === "pytorch") ?? all.find(({ name }) => name === "stock");
}

/** The fastest form of a family in a precision; with `asItComes` only of forms that leave the engine's switch alone. */
export function best(
  outcomes: readonly Outcome[],
  family: Outcome["family"],
  precision: Outcome["precision"],
  options: { readonly asItComes?: boolean } = {},
): Measured | undefined {
  const fits = ({ name }: Outcome) => name !== "eager" && !(options.asItComes && hasOneDNNSwitchedOn(name));
  const candidates = measured(outcomes).filter(
    (outcome) => outcome.family === family && outcome.precision === precision && fits(outcome),
  );
  return candidates.sort((a, b) => a.ms.median - b.ms.median)[0];
}
