import { closeSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { open, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { explained } from "./errors.cjs";

/**
 * Replaces a file in one move: a reader finds either the old or the new one, complete, even if this process is killed.
 * `sync` waits until the file is on the disk and would survive a power cut too, which takes some milliseconds.
 *
 * @throws UserError When it cannot be written (a full disk, no right); the old file is then intact.
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
    throw explained(error, `${file}: what was there before is intact`);
  }
}

/**
 * Replaces a file as `writeWhole` does, for large contents: in pieces, so that the event loop runs meanwhile.
 *
 * @throws UserError When it cannot be written; the old file is then intact.
 */
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
    throw explained(error, `${file}: what was there before is intact`);
  }
}
