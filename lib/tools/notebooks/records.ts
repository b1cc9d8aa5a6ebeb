import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { RunRecord } from "../../src/runs/record";
import { sha256 } from "./notebook";
import { runsFolder } from "./places";

/** A finished record as it lies on disk. */
export interface StoredRecord {
  /** Its folder under the run records: `"h6-1b/full-s1"`. */
  readonly folder: string;
  /** SHA-256 of the file. */
  readonly hash: string;
  readonly record: RunRecord;
}

/**
 * All finished records of a part and profile with the sheet's own settings, by seed. A file that is no record counts as
 * none.
 */
export function storedRecords(part: string, profile: "full" | "quick", runs = runsFolder()): StoredRecord[] {
  const names = existsSync(join(runs, part)) ? readdirSync(join(runs, part)) : [];
  return names
    .map((name) => ({ name, seed: Number(/^(?:full|quick)-s(\d+)$/.exec(name)?.[1] ?? NaN) }))
    .filter(({ name, seed }) => name.startsWith(`${profile}-`) && Number.isFinite(seed))
    .sort((a, b) => a.seed - b.seed)
    .flatMap(({ name }) => read(`${part}/${name}`, runs));
}

function read(folder: string, runs: string): StoredRecord[] {
  try {
    const text = readFileSync(join(runs, folder, "record.json"));
    const record = JSON.parse(text.toString()) as RunRecord;
    return record.status === "finished" && record.final ? [{ folder, hash: sha256(text), record }] : [];
  } catch {
    return [];
  }
}
