import { hostname } from "node:os";
import { basename, dirname, join } from "node:path";
import { fromEnvironment } from "./environment";
import { explained, UserError } from "./errors.cjs";
import { type Holder, holderOf as holderOfFile, type Lock, takeLock } from "./lock-file.cjs";

export { identify, isAlive, type Lock, type Process } from "./lock-file.cjs";

/**
 * Makes sure that only one process at a time trains in a run's folder. The lock of a process that is gone is taken
 * over; one on another machine counts as alive.
 *
 * @returns A function that releases the lock.
 * @throws UserError When another process trains the run, or a hand-in has claimed it.
 */
export function lockRun(folder: string): () => void {
  const file = join(folder, "lock");
  const claim = claimOf(folder);
  // A hand-in's own kernels know it as their parent.
  const isOurs = claim?.pid === process.pid || claim?.pid === fromEnvironment("DEEPNETS_PARENT");
  if (claim?.by === "hand-in" && !isOurs) throw claimed(folder, claim);
  const { lock, holder } = attempt(file);
  if (lock) return () => lock.release();
  throw new UserError(
    `Expected no other process to train this run but ${nameOf(holder)} does (${file}): wait until it ends, or stop ` +
      "it. If that process no longer exists, delete the file.",
  );
}

/** The live process that trains in a folder, if any. */
export const holderOf = (folder: string): Holder | undefined => holderOfFile(join(folder, "lock"));

/** A program that works on runs for hours but trains only some of the time. */
type Claimant = "hand-in" | "sweep";

/**
 * Claims runs for a hand-in or a sweep, all or none, until the returned function is called. While a hand-in has a run,
 * nobody else trains it: its record would no longer be the one that the notebook read. Two sweeps may claim the same
 * run, since they have a lock of their own.
 *
 * @throws UserError When another program has claimed one of the runs.
 */
export function claimRuns(folders: readonly string[], by: Claimant): () => void {
  const locks: Lock[] = [];
  const release = () => {
    for (const lock of locks) lock.release();
  };
  try {
    for (const folder of folders) {
      const { lock, holder } = attempt(claimFile(folder));
      if (lock) {
        locks.push(lock);
        lock.note({ by });
      } else if (by !== "sweep" || holder.by !== "sweep") throw claimed(folder, holder);
    }
  } catch (error) {
    release();
    throw error;
  }
  return release;
}

/** The live hand-in or sweep that has claimed a run, if any. */
export const claimOf = (folder: string): Holder | undefined => holderOfFile(claimFile(folder));

// Beside the run's folder: each training makes that folder anew.
const claimFile = (folder: string) => `${folder}.lock`;

function claimed(folder: string, holder: Holder): UserError {
  const who = holder.by === "hand-in" || holder.by === "sweep" ? `a ${holder.by}` : "another program";
  return new UserError(
    `Expected the run ${basename(dirname(folder))}/${basename(folder)} to be free but ${who} is at work on it ` +
      `(${nameOf(holder)}): wait until it has ended, stop it, or leave that part or seed out. If it no longer ` +
      `exists, delete ${claimFile(folder)}.`,
  );
}

function attempt(file: string): ReturnType<typeof takeLock> {
  try {
    return takeLock(file);
  } catch (error) {
    throw explained(error, file);
  }
}

function nameOf({ pid, host }: Holder): string {
  const here = host === hostname();
  if (here && pid === process.pid) return "another cell of this process";
  return `process ${pid}${here ? "" : ` on ${host}`}`;
}
