import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isAlive } from "./lock-file.cjs";

// Those of this process, also where they are gone again.
const made: string[] = [];

/**
 * Makes a temporary folder whose name says which process it belongs to. The first call of a process removes the folders
 * of processes that were killed, those of our Python programs too (eight random letters, not six). What is left of this
 * process's own goes when it exits.
 *
 * @param kind What it is for: "graph".
 * @returns Its absolute path.
 */
export function temporaryFolder(kind: string): string {
  if (made.length === 0) {
    clearLeftovers();
    process.once("exit", () => made.forEach(removeFolder));
  }
  const folder = mkdtempSync(join(tmpdir(), `deepnets-${kind}-${process.pid}-`));
  made.push(folder);
  return folder;
}

/** Removes the temporary folders of processes of this machine that are gone. */
export function clearLeftovers(): void {
  for (const name of readdirSync(tmpdir())) {
    const [, pid] = /^deepnets-[a-z]+-(\d+)-\w{6,8}$/.exec(name) ?? [];
    if (pid === undefined || isAlive({ pid: Number(pid) })) continue;
    removeFolder(join(tmpdir(), name));
  }
}

/**
 * Removes a temporary folder, or leaves it to the exit of its process, or to the next program, where that fails now: it
 * belongs to another user, or a program that is just ending still writes there.
 */
export function removeFolder(folder: string): void {
  try {
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  } catch {
    // It stays for now.
  }
}
