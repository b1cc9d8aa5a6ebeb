import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { largestSeed } from "../../src/base/environment";
import { UserError } from "../../src/base/errors.cjs";
import { hasSetting } from "../../src/graph/optimizers";
import { countedIn, findPart, type TrainedPart, trainedParts } from "../../src/parts";
import { parseOverrides } from "../../src/training/overrides";

/** What `npm run sweep` is to do, from its checked command line. */
export interface SweepRequest {
  readonly parts: readonly string[];
  readonly seeds: readonly number[];
  /** Each setting in the form that `DEEPNETS_SET` takes; `""` is the sheet's own. */
  readonly settings: readonly string[];
  readonly profile: "full" | "quick";
  /** Folder of a Snakemake profile, as an absolute path; without one the jobs run on this machine. */
  readonly executorProfile?: string | undefined;
  /** Jobs at once on this machine; without it the measured table decides. */
  readonly jobs?: number | undefined;
  /** Whether to time one job with two threads against two with one, and to sweep nothing. */
  readonly measure: boolean;
}

/** What `npm run sweep` takes besides its options. */
export const words = "PART ...";

/** The options of `npm run sweep`. */
export const options = {
  seeds: { type: "string", help: "1-5 or 1,2,7, default 1-3" },
  quick: { type: "boolean", help: "make short runs, to see that everything works" },
  set: { type: "string", multiple: true, help: "learningRate=0.001,0.0005 tries each value; repeat for more settings" },
  "executor-profile": { type: "string", help: "folder of a Snakemake profile that sends the jobs to a cluster" },
  jobs: { type: "string", help: "how many jobs may run at once on this machine" },
  measure: { type: "boolean", help: "time one job with two threads against two with one, and sweep nothing" },
} as const;

/** More jobs than this in one sweep are a typing error. */
const mostJobs = 10_000;

/**
 * Reads the command line of `npm run sweep`.
 *
 * @throws UserError When an option, a part, a seed or a setting cannot be read.
 */
export function parseRequest(argv: readonly string[]): SweepRequest {
  const { values, positionals } = parseArgs({ args: [...argv], options, allowPositionals: true });
  const request = {
    parts: values.measure && positionals.length === 0 ? trainedParts.map(({ id }) => id) : parseParts(positionals),
    seeds: parseSeeds(values.seeds ?? "1-3"),
    settings: parseSettings(values.set ?? []),
    profile: values.quick ? ("quick" as const) : ("full" as const),
    measure: values.measure ?? false,
    executorProfile: values["executor-profile"] === undefined ? undefined : findProfile(values["executor-profile"]),
    jobs: values.jobs === undefined ? undefined : parseJobs(values.jobs),
  };
  checkSettings(request);
  const count = request.parts.length * request.seeds.length * request.settings.length;
  if (count > mostJobs)
    throw new UserError(
      `Expected at most ${mostJobs} jobs but found ${count} (parts x seeds x settings): sweep over fewer at a time.`,
    );
  return request;
}

function parseParts(words: readonly string[]): string[] {
  const known = trainedParts.map(({ id }) => id).join(", ");
  if (words.length === 0)
    throw new UserError(
      `Expected the parts to sweep over (${known}) but found none: name some, as in npm run sweep -- h6-1b h6-1c ` +
        "--seeds 1-5.",
    );
  const parts = words.map((word) => {
    const part = findPart(word);
    if (!part) throw new UserError(`Expected a part of the sheet (${known}) but found ${word}: name one of these.`);
    if (!part.sheet)
      throw new UserError(
        `Expected parts that leave a run record (${known}) but found ${part.id}, which compares or explains: ` +
          "leave it out.",
      );
    return part.id;
  });
  return [...new Set(parts)];
}

/**
 * Reads seeds: `"1-3,7"` -> `[1, 2, 3, 7]`.
 *
 * @throws UserError When a seed or a range is wrong.
 */
export function parseSeeds(text: string): number[] {
  const seeds = new Set<number>();
  for (const range of text.split(",")) {
    const found = /^\s*(\d{1,12})(?:-(\d{1,12}))?\s*$/.exec(range);
    const first = Number(found?.[1]);
    const last = Number(found?.[2] ?? found?.[1]);
    if (!(first >= 1 && last >= first))
      throw new UserError(
        `Expected seeds such as 1-5 or 1,2,7 (whole numbers from 1 on) but found "${range}" in --seeds ${text}: ` +
          "correct it.",
      );
    if (last > largestSeed)
      throw new UserError(
        `Expected seeds up to ${largestSeed} but found ${last} in --seeds ${text}: choose a smaller one.`,
      );
    if (last - first >= mostJobs)
      throw new UserError(
        `Expected at most ${mostJobs} seeds but found ${last - first + 1} in --seeds ${text}: sweep over fewer ` +
          "at a time.",
      );
    for (let seed = first; seed <= last; seed++) seeds.add(seed);
  }
  return [...seeds].sort((a, b) => a - b);
}

/**
 * Reads settings into every combination of their values: `["learningRate=0.001,0.0005", "batchSize=50"]` ->
 * `["batchSize=50,learningRate=0.001", ...]`.
 *
 * @throws UserError When a name or a value is wrong, or stands twice.
 */
export function parseSettings(given: readonly string[]): string[] {
  const choices = new Map<string, string[]>();
  for (const text of given) {
    let values: string[] | undefined;
    for (const word of text.split(",")) {
      const [, name, first] = /^\s*([A-Za-z][\w.]*)\s*=(.*)$/.exec(word) ?? [];
      if (name !== undefined) {
        if (choices.has(name))
          throw new UserError(
            `Expected each name once but found ${name} twice in --set: give all its values together (--set ` +
              `${name}=A,B).`,
          );
        choices.set(name, (values = []));
      }
      const value = (first ?? word).trim();
      if (!values || value === "")
        throw new UserError(
          `Expected NAME=VALUE[,VALUE...] but found "${text}" in --set: write for example --set ` +
            "learningRate=0.001,0.0005.",
        );
      if (values.includes(value))
        throw new UserError(`Expected each value once but found ${value} twice in --set ${text}: leave one out.`);
      values.push(value);
    }
  }
  let settings = [""];
  for (const [name, values] of [...choices].sort(([a], [b]) => (a < b ? -1 : 1)))
    settings = settings.flatMap((setting) => values.map((value) => `${setting}${setting && ","}${name}=${value}`));
  return settings;
}

/** Refuses settings that the notebook would refuse only once it runs. */
function checkSettings({ parts, settings }: Pick<SweepRequest, "parts" | "settings">): void {
  const seen = new Map<string, string>();
  for (const set of settings) {
    const overrides = parse(set);
    const same = JSON.stringify(Object.entries(overrides).sort());
    if (seen.has(same))
      throw new UserError(
        `Expected different settings but found ${seen.get(same)} and ${set}, which are the same, in --set: leave ` +
          "one out.",
      );
    seen.set(same, set);
    for (const part of trainedParts.filter(({ id }) => parts.includes(id))) checkSetting(part, set, overrides);
  }
}

function checkSetting(part: TrainedPart, set: string, overrides: Readonly<Record<string, unknown>>): void {
  const { id, sheet, variants = {} } = part;
  const { variant } = overrides;
  if (variant !== undefined && !Object.hasOwn(variants, String(variant)))
    throw new UserError(
      "Expected " +
        `${Object.keys(variants).length > 0 ? `one of ${Object.keys(variants).join(", ")}` : "no variant"} but ` +
        `found ${String(variant)} in --set ${set}: correct the name or leave ${id} out.`,
    );
  const counted = countedIn(part);
  const other = counted === "epochs" ? "iterations" : "epochs";
  if (other in overrides)
    throw new UserError(
      `Expected ${counted} but found ${other} in --set ${set}: set ${counted}, in which ${id} is counted.`,
    );
  const optimizer = overrides["optimizer.name"] ?? sheet.optimizer.name;
  const lacking = Object.keys(overrides)
    .filter((name) => name.startsWith("optimizer."))
    .map((name) => name.slice("optimizer.".length))
    .find((name) => !hasSetting(optimizer, name));
  if (lacking !== undefined)
    throw new UserError(
      `Expected no ${lacking} but found it in --set ${set}: ${id} uses ` +
        `${optimizer === "sgd" ? "plain gradient descent" : optimizer}, which has none; leave ${id} or ${lacking} ` +
        "out.",
    );
}

function parse(set: string): Record<string, number | string> {
  try {
    return parseOverrides(set);
  } catch (error) {
    throw new UserError(
      (error as Error).message
        .replace(/\(DEEPNETS_SET\)/, `in --set ${set}`)
        .replace(/DEEPNETS_SET="[^"]*"/, `--set ${set}`),
    );
  }
}

function parseJobs(text: string): number {
  if (!/^[1-9]\d{0,3}$/.test(text))
    throw new UserError(
      `Expected a whole number from 1 on but found "${text}" in --jobs: say how many notebooks may run at once.`,
    );
  return Number(text);
}

function findProfile(text: string): string {
  const folder = resolve(text);
  if (!existsSync(folder))
    throw new UserError(
      `Expected the folder of a Snakemake profile but found nothing at ${text}: name a folder with profile.yaml, ` +
        "such as lib/tools/sweep/profiles/slurm.",
    );
  if (
    !["profile.yaml", "profile.v9+.yaml", "config.yaml", "config.v9+.yaml"].some((name) =>
      existsSync(join(folder, name)),
    )
  )
    throw new UserError(
      `Expected a Snakemake profile (a folder with profile.yaml) but found none in ${text}: see ` +
        "lib/tools/sweep/profiles/slurm for one.",
    );
  return folder;
}
