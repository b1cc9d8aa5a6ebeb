import { fromEnvironment, largestSeed } from "../base/environment";
import { completeOptimizer, hasSetting, type OptimizerSettings, optimizerSettings } from "../graph/optimizers";
import { parseOverrides } from "./overrides";

/** The settings of one run: `parameters` returns them, `train` takes them. */
export interface Parameters {
  /** A notebook's id: `"h6-1b"`. */
  readonly part: string;
  readonly profile: "full" | "quick";
  readonly seed: number;
  readonly batchSize: number;
  /** Gradient steps; exactly one of `iterations` and `epochs` is given. */
  readonly iterations?: number;
  readonly epochs?: number;
  /** Iterations between two evaluations, default 100. */
  readonly evalEvery: number;
  readonly optimizer: OptimizerSettings;
  readonly precision: "float32" | "bfloat16";
  readonly mode: "graph" | "eager";
  /** What is changed in the part's model or data; absent for the sheet's own. */
  readonly variant?: string;
  /** What `DEEPNETS_SET` changed, by dotted name; empty for the sheet's own settings. */
  readonly overrides: Readonly<Record<string, number | string>>;
}

/** What a cell prescribes for its part. Exactly one of `iterations` and `epochs` is given. */
export interface Settings {
  /** Default 1. */
  readonly seed?: number;
  /** Examples per gradient step. */
  readonly batchSize: number;
  /** Gradient steps. */
  readonly iterations?: number;
  /** Passes over the training examples, shuffled anew each time. */
  readonly epochs?: number;
  /** Iterations between two evaluations. Default 100. */
  readonly evalEvery?: number;
  readonly optimizer: OptimizerSettings;
  /** Default "float32". */
  readonly precision?: "float32" | "bfloat16";
  /** "graph" (default) runs a step as one graph, "eager" op by op. */
  readonly mode?: "graph" | "eager";
  /** Variants of the part that this code can train, by name, with the settings that each changes. Default: none. */
  readonly variants?: Readonly<Record<string, Partial<Settings>>>;
}

/**
 * What a run is to do: what the cell says, changed by three environment variables, which commands and sweeps set.
 *
 * `DEEPNETS_PROFILE=quick` shortens a run to 1.5 % of its iterations, but at least 300, or to 2 epochs; `DEEPNETS_SEED`
 * replaces the seed;
 * `DEEPNETS_SET="learningRate=0.0005"` replaces single values by name. A changed value is printed.
 *
 * @param part The notebook's id: `"h6-1b"`.
 * @param settings What the sheet prescribes.
 * @returns The settings with all defaults, frozen.
 * @throws When a value is missing or out of range, or when an environment variable cannot be read.
 * @example
 * const p = parameters("h6-1a", { seed: 1, batchSize: 100, iterations: 10_000, optimizer: { name: "sgd", learningRate:
 * 0.5 } }); p.evalEvery; // 100
 */
export function parameters(part: string, { variants = {}, ...given }: Settings): Parameters {
  if (!/^[\w-]+$/.test(part)) throw new Error(`Expected part to be a notebook's id such as h6-1b but found "${part}".`);
  const profile = fromEnvironment("DEEPNETS_PROFILE") ?? "full";
  const overrides = parseOverrides(fromEnvironment("DEEPNETS_SET") ?? "");
  const variant = overrides.variant === undefined ? undefined : String(overrides.variant);
  if (variant !== undefined && !Object.hasOwn(variants, variant))
    throw new Error(
      `Expected no variant but found ${variant} in DEEPNETS_SET (${part}): this cell trains the sheet's own ` +
        `model; npm run sweep -- ${part} --set variant=NAME trains the part's variants.`,
    );
  const settings: Settings = { ...given, ...(variant !== undefined && variants[variant]) };
  if ((settings.iterations === undefined) === (settings.epochs === undefined)) {
    throw new Error(
      `Expected iterations or epochs but found ${settings.epochs === undefined ? "neither" : "both"} (${part}): ` +
        "give exactly one of them.",
    );
  }
  const cell = { precision: "float32", mode: "graph", evalEvery: 100, ...settings, seed: settings.seed ?? 1 } as const;
  const seed = fromEnvironment("DEEPNETS_SEED") ?? cell.seed;
  if (!(Number.isInteger(seed) && seed >= 0 && seed <= largestSeed)) {
    throw new Error(
      `Expected seed to be a whole number from 0 to ${largestSeed} but found ${seed} (${part}): choose such a seed.`,
    );
  }
  const optimizer: Record<string, unknown> = { ...cell.optimizer };
  const chosen = overrides["optimizer.name"] ?? cell.optimizer.name;
  // Where DEEPNETS_SET chooses another optimizer, constants of the cell's that it does not have stay behind.
  if (chosen !== cell.optimizer.name)
    for (const name of Object.keys(optimizer)) if (!hasSetting(chosen, name)) delete optimizer[name];
  const all: Record<string, unknown> = { part, profile, ...cell, seed, overrides: Object.freeze(overrides) };
  if (profile === "quick") Object.assign(all, shortened(settings));
  for (const [name, value] of Object.entries(overrides)) {
    if ((name === "iterations" || name === "epochs") && settings[name] === undefined) {
      throw new Error(
        `Expected ${name === "epochs" ? "iterations" : "epochs"} but found ${name} (DEEPNETS_SET): set the ` +
          `former, in which ${part} is counted.`,
      );
    }
    // An override is a number or a word; only a switch of an optimizer is true or false.
    if (name.startsWith("optimizer."))
      optimizer[name.slice("optimizer.".length)] = value === "true" || value === "false" ? value === "true" : value;
    else all[name] = value;
  }
  all.optimizer = Object.freeze(completeOptimizer(optimizer as unknown as OptimizerSettings, part));
  const result = Object.freeze(all) as unknown as Parameters;
  check(result);
  tell(settings, result);
  return result;
}

function shortened({ iterations, epochs }: Settings): Partial<Settings> {
  if (epochs !== undefined) return { epochs: Math.min(epochs, 2) };
  return { iterations: Math.min(iterations!, Math.max(300, Math.round(iterations! * 0.015))) };
}

function check({ part, batchSize, iterations, epochs, evalEvery }: Parameters): void {
  for (const [name, value] of Object.entries({ batchSize, iterations, epochs, evalEvery })) {
    if (value !== undefined && !(Number.isSafeInteger(value) && value >= 1))
      throw new Error(`Expected ${name} to be a whole number from 1 on but found ${value} (${part}): correct it.`);
  }
}

function tell(settings: Settings, result: Parameters): void {
  const changed: string[] = [];
  const note = (name: string, before: unknown, after: unknown) => {
    if (before === undefined || before === after) return;
    changed.push(`${name}${after === undefined ? " left out" : ` = ${after}`} (the cell says ${before})`);
  };
  for (const name of ["iterations", "epochs", "batchSize", "evalEvery", "precision", "mode"] as const)
    note(name, settings[name], result[name]);
  note("seed", settings.seed ?? 1, result.seed);
  const [cell, used] = [settings.optimizer, result.optimizer] as unknown as Record<string, unknown>[];
  for (const name of ["name", ...Object.keys(optimizerSettings)]) note(`optimizer.${name}`, cell![name], used![name]);
  if (changed.length > 0)
    console.log(`${result.part}${result.profile === "quick" ? ", quick run" : ""}: ${changed.join(", ")}`);
}
