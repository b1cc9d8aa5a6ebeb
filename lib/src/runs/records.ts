import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import type { LayersModel } from "@tensorflow/tfjs-node";
import { fromEnvironment } from "../base/environment";
import { UserError } from "../base/errors.cjs";
import { findPart } from "../parts";
import { loadModel } from "./model-file";
import { runFolder, runsFolder } from "./places";
import type { RunRecord } from "./record";
import { hasRecord, loadRecord } from "./record-file";

/** Which record to read. */
export interface RecordRequest {
  /** A notebook's id: `"h6-1b"`. */
  readonly part: string;
  /** Default: `DEEPNETS_PROFILE`, or "full". */
  readonly profile?: "full" | "quick" | undefined;
  /** Default: `DEEPNETS_SEED`, or 1. */
  readonly seed?: number | undefined;
  /** What `DEEPNETS_SET` had changed. Default: nothing, the sheet's own settings. */
  readonly overrides?: RunRecord["overrides"] | undefined;
}

/** Which records to read. */
export interface RecordsRequest {
  /** Default: all parts that have one. */
  readonly parts?: readonly string[];
  /** Default: `DEEPNETS_PROFILE`, or "full". */
  readonly profile?: "full" | "quick";
  /** Default: all seeds that have one. */
  readonly seeds?: readonly number[];
}

const profileOf = (profile?: "full" | "quick") => profile ?? fromEnvironment("DEEPNETS_PROFILE") ?? "full";

/**
 * Reads the record of a finished run.
 *
 * @param request Part, profile and seed.
 * @returns The record.
 * @throws When there is none (the message names the notebook to run) or when it is damaged.
 * @example
 * const b = await readRecord({ part: "h6-1b", profile: "full", seed: 1 });
 * b.testAccuracy.at(-1);
 */
export async function readRecord({ part, profile, seed, overrides = {} }: RecordRequest): Promise<RunRecord> {
  const run = { part, profile: profileOf(profile), seed: seed ?? fromEnvironment("DEEPNETS_SEED") ?? 1, overrides };
  const folder = runFolder(run);
  if (hasRecord(folder)) return loadRecord(join(folder, "record.json"));
  throw missing(run);
}

/**
 * Reads the network of a finished run, with the weights after its last iteration.
 *
 * @param request Part, profile and seed.
 * @returns An uncompiled model with the trained weights: `predict` gives probabilities. Dispose of it when done.
 * @throws When the run has no record, or when the network is missing, damaged or of another run: the message names the
 *   part to run.
 * @example
 * const cnn = await readModel({ part: "h6-1d", seed: 1 });
 * cnn.countParams(); // 83466
 */
export async function readModel({ part, profile, seed, overrides = {} }: RecordRequest): Promise<LayersModel> {
  const run = { part, profile: profileOf(profile), seed: seed ?? fromEnvironment("DEEPNETS_SEED") ?? 1, overrides };
  return loadModel(runFolder(run), await readRecord(run));
}

/**
 * Reads the records of all finished runs of one profile, by part and seed. Runs with settings changed by `DEEPNETS_SET`
 * are among them; `runsOf` tells them apart.
 *
 * @param request Parts, profile and seeds; each named part must have a record for each named seed.
 * @returns The records.
 * @throws When one is missing (the message names the notebook to run), when one is damaged, or when only runs of the
 *   other profile are there: full and quick runs are never mixed.
 * @example
 * const all = await readRecords({ parts: ["h6-1a", "h6-1b"], profile: "full" });
 */
export async function readRecords({ parts, profile, seeds }: RecordsRequest = {}): Promise<RunRecord[]> {
  const wanted = profileOf(profile);
  const found = (parts ?? listFolders(runsFolder())).map((part) => {
    const records = listFolders(join(runsFolder(), part))
      .map((name) => ({ name, match: /^(full|quick)-s(\d+)(?:-[0-9a-f]{8})?$/.exec(name) }))
      .filter(({ match }) => match && match[1] === wanted && (!seeds || seeds.includes(Number(match[2]))))
      .map(({ name }) => join(runsFolder(), part, name))
      .filter(hasRecord)
      .map((folder) => loadRecord(join(folder, "record.json")))
      .sort((a, b) => a.seed - b.seed);
    if (parts) {
      for (const seed of seeds ?? [undefined]) {
        if (!records.some((record) => seed === undefined || record.seed === seed))
          throw missing({ part, profile: wanted, seed });
      }
    }
    return records;
  });
  return found.flat();
}

function notebookOf(part: string): string {
  const known = findPart(part);
  return known ? `notebooks/${known.notebook}.ipynb` : `the notebook of ${part}`;
}

function missing({
  part,
  profile,
  seed,
}: {
  readonly part: string;
  readonly profile: "full" | "quick";
  readonly seed: number | undefined;
}): UserError {
  const other = profile === "full" ? "quick" : "full";
  const which = seed === undefined ? "" : `, seed ${seed}`;
  const names = listFolders(join(runsFolder(), part)).filter((name) => hasRecord(join(runsFolder(), part, name)));
  const only = names.some(
    (name) => name.startsWith(`${other}-s`) && (seed === undefined || name === `${other}-s${seed}`),
  )
    ? `only a ${other} one, and the two are never mixed`
    : "none";
  const quick = profile === "quick" ? " --quick" : "";
  return new UserError(
    `Expected a finished ${profile} run of ${part}${which} but found ${only}: run ${notebookOf(part)} first, or ` +
      `npm run handin -- ${part}${quick}.`,
  );
}

function listFolders(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort();
}
