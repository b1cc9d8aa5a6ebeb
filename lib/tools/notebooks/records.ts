import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "../../src/base/errors.cjs";
import { sha256 } from "../../src/base/sha256";
import { runName } from "../../src/runs/places";
import type { RunRecord } from "../../src/runs/record";
import { hasRecord, loadRecord } from "../../src/runs/record-file";
import { overridesOf } from "../../src/runs/runs-of";
import { runsFolder } from "./places";

/** A finished record on disk. */
export interface StoredRecord {
  /** Its folder under the run records: `"h6-1b/full-s1"`. */
  readonly folder: string;
  /** SHA-256 of the file. */
  readonly hash: string;
  readonly record: RunRecord;
}

/** A damaged record. */
export interface DamagedRecord {
  readonly folder: string;
  /** What is wrong with it, and the way out. */
  readonly message: string;
}

/**
 * The records of one profile, by part and seed: those with the sheet's own settings, or those of a variant where one is
 * named after the part ("h6-1d:dropout").
 */
export interface RecordReader {
  /** The finished records of a part, without damaged ones. */
  readonly records: (part: string) => readonly StoredRecord[];
  /** The damaged records of a part. */
  readonly damaged: (part: string) => readonly DamagedRecord[];
}

/** Reads each part's records once, when they are first asked for. */
export function recordReader(profile: "full" | "quick", runs = runsFolder()): RecordReader {
  const known = new Map<string, readonly (StoredRecord | DamagedRecord)[]>();
  const all = (part: string) => {
    const found = known.get(part) ?? readAll(part, profile, runs);
    known.set(part, found);
    return found;
  };
  return {
    records: (part) => all(part).flatMap((one) => ("record" in one ? one : [])),
    damaged: (part) => all(part).flatMap((one) => ("message" in one ? one : [])),
  };
}

/** The finished records of one part, as they are on disk now. */
export const storedRecords = (part: string, profile: "full" | "quick", runs = runsFolder()): readonly StoredRecord[] =>
  recordReader(profile, runs).records(part);

function readAll(id: string, profile: "full" | "quick", runs: string): (StoredRecord | DamagedRecord)[] {
  const [part] = id.split(":") as [string];
  const names = existsSync(join(runs, part)) ? readdirSync(join(runs, part)) : [];
  return names
    .map((name) => ({ name, seed: Number(/^(?:full|quick)-s(\d+)(?:-[0-9a-f]{8})?$/.exec(name)?.[1] ?? NaN) }))
    .filter(
      ({ name, seed }) => Number.isFinite(seed) && name === runName({ profile, seed, overrides: overridesOf(id) }),
    )
    .filter(({ name }) => hasRecord(join(runs, part, name)))
    .sort((a, b) => a.seed - b.seed)
    .map(({ name }) => read(`${part}/${name}`, runs));
}

function read(folder: string, runs: string): StoredRecord | DamagedRecord {
  const file = join(runs, folder, "record.json");
  try {
    return { folder, record: loadRecord(file), hash: sha256(readFileSync(file)) };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { folder, message: error.message };
  }
}
