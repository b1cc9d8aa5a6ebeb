import { existsSync, readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { explained, UserError } from "../base/errors.cjs";
import { writeWhole } from "../base/files";
import { sha256 } from "../base/sha256";
import { runName } from "./places";
import type { RunRecord } from "./record";
import { contradiction } from "./record-check";
import { wrongRecord } from "./record-schema";

/** A finished run's record as JSON; its last member is the SHA-256 of all text before it. */
export function recordText(record: RunRecord): string {
  const body = JSON.stringify(record).slice(0, -1);
  return `${body},"hash":"${sha256(body)}"}`;
}

const ending = /,"hash":"([0-9a-f]{64})"\}$/;

/** Writes a record whole, or not at all. */
export const writeRecord = (file: string, record: RunRecord): void => writeWhole(file, recordText(record));

/**
 * Reads a record from its file, `<part>/<run>/record.json`: the only way from a file to a `RunRecord`.
 *
 * @throws UserError Unless it is the record of a finished run of that part and name, unchanged since it was written,
 *   with numbers that agree with each other.
 */
export function loadRecord(file: string): RunRecord {
  const run = basename(dirname(file));
  const part = basename(dirname(dirname(file)));
  const profile = run.startsWith("quick-") ? "quick" : "full";
  const damaged = (found: string) =>
    new UserError(
      `Expected the record of ${part} to be a finished ${profile} run but found ${found} (${file}): ` +
        `get it back (git checkout), or remove it and run ${part} again.`,
    );
  const text = read(file);
  let value: Partial<RunRecord> | null;
  try {
    value = JSON.parse(text) as typeof value;
  } catch {
    throw damaged("a file that is no JSON");
  }
  if (value?.format !== 1) throw damaged(`format ${value?.format}`);
  const [end, hash] = ending.exec(text) ?? [];
  if (end === undefined) throw damaged("no hash of itself at its end");
  const body = text.slice(0, -end.length);
  if (hash !== sha256(body)) throw damaged("one that was changed after it was written");
  const { hash: _, ...record } = value as RunRecord & { readonly hash: string };
  const wrong = wrongRecord(record) ?? misplaced(record, { part, run }) ?? contradiction(record);
  if (wrong) throw damaged(wrong);
  return record;
}

/** The state of a run under way, from its `live.json`; undefined where that is missing or incomplete. */
export function readLive(folder: string): RunRecord | undefined {
  try {
    const record = JSON.parse(readFileSync(join(folder, "live.json"), "utf8")) as RunRecord;
    return wrongRecord(record) === undefined ? record : undefined;
  } catch {
    return undefined; // not there yet, or cut off by a machine that stopped
  }
}

/** Whether the folder of a run holds a record, which may be damaged. */
export const hasRecord = (folder: string): boolean => existsSync(join(folder, "record.json"));

function read(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw explained(error, file, "read");
  }
}

function misplaced(
  record: RunRecord,
  { part, run }: { readonly part: string; readonly run: string },
): string | undefined {
  if (record.part !== part) return `one of ${record.part}`;
  const own = runName(record);
  return own === run ? undefined : `one of ${own}`;
}
