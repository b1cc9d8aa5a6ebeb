import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isAlive } from "./lock-file.cjs";

let cleared = false;

/**
 * Makes a temporary folder whose name says which process it belongs to. The first call of a process removes the folders
 * of processes that were killed, those of our Python programs too (eight random letters, not six).
 *
 * @param kind What it is for: "graph".
 * @returns Its absolute path.
 */
export function temporaryFolder(kind: string): string {
  if (!cleared) clearLeftovers();
  cleared = true;
  return mkdtempSync(join(tmpdir(), `deepnets-${kind}-${process.pid}-`));
}

/** Removes the temporary folders of processes of this machine that are gone. */
export function clearLeftovers(): void {
  for (const name of readdirSync(tmpdir())) {
    const [, pid] = /^deepnets-[a-z]+-(\d+)-\w{6,8}$/.exec(name) ?? [];
    if (pid === undefined || isAlive({ pid: Number(pid) })) continue;
    try {
      rmSync(join(tmpdir(), name), { recursive: true, force: true });
    } catch {
      // It belongs to another user, so it stays.
    }
  }
}
