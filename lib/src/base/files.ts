import { closeSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { open, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";

/**
 * Replaces a file in one move: whoever reads it finds the old or the new one, whole, whenever we are stopped. `sync`
 * waits until it is on the disk and would survive a loss of power too, which takes some milliseconds.
 */
export function writeWhole(
  file: string,
  text: string | Uint8Array,
  { sync = true }: { readonly sync?: boolean } = {},
): void {
  const part = `${file}.part`;
  try {
    mkdirSync(dirname(file), { recursive: true });
    const handle = openSync(part, "w");
    try {
      writeFileSync(handle, text); // all of it: writeSync may stop at what a full disk still takes
      if (sync) fsyncSync(handle);
    } finally {
      closeSync(handle);
    }
    renameSync(part, file);
  } catch (error) {
    rmSync(part, { force: true });
    throw explained(error, file);
  }
}

/** The same for large contents, in pieces, while the event loop runs. */
export async function writePieces(file: string, pieces: Iterable<Uint8Array>): Promise<void> {
  const part = `${file}.part`;
  try {
    mkdirSync(dirname(file), { recursive: true });
    const handle = await open(part, "w");
    try {
      for (const piece of pieces) await handle.writeFile(piece);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(part, file);
  } catch (error) {
    await rm(part, { force: true });
    throw explained(error, file);
  }
}

/** A sentence with the way out in place of the system's. */
export function explained(error: unknown, file: string, what: "write" | "read" = "write"): unknown {
  const { code = "" } = error as NodeJS.ErrnoException;
  const place = what === "write" ? `${file}: what was there before is intact` : file;
  const sentence = sentences[code]?.(place, code, what);
  return sentence === undefined ? error : new Error(sentence, { cause: error });
}

type Sentence = (place: string, code: string, what: "write" | "read") => string;

const full: Sentence = (place) => `Expected room on the disk but it is full (${place}): free some space and run again.`;
const forbidden: Sentence = (place, code, what) =>
  what === "write"
    ? `Expected to be allowed to write but was not (${code}, ${place}): give yourself the right to write there, or name another folder (DEEPNETS_RUNS for records, DEEPNETS_HANDIN for pages).`
    : `Expected to be allowed to read but was not (${code}, ${place}): give yourself the right to read it.`;
const tooMany: Sentence = (place, code) =>
  `Expected to open one more file but this process may not (${code}, ${place}): close other programs, or raise the limit (ulimit -n 1024), and run again.`;
const noMemory: Sentence = (place, code) =>
  `Expected more memory but there is none (${code}, ${place}): close other programs and run again.`;
const noFile: Sentence = (place, code) =>
  `Expected a file in a folder but something else has its name (${code}, ${place}): rename or remove that, and run again.`;

const sentences: Readonly<Record<string, Sentence | undefined>> = {
  ENOSPC: full,
  EDQUOT: full,
  EACCES: forbidden,
  EROFS: forbidden,
  EPERM: forbidden,
  EMFILE: tooMany,
  ENFILE: tooMany,
  ENOMEM: noMemory,
  ENOTDIR: noFile,
  EISDIR: noFile,
};
