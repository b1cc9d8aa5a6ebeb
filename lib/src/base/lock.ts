import { hostname } from "node:os";
import { join } from "node:path";
import { explained, UserError } from "./errors.cjs";
import { type Holder, holderOf as holderOfFile, takeLock } from "./lock-file.cjs";

export { identify, isAlive, type Lock, type Process } from "./lock-file.cjs";

/**
 * Makes sure that only one process at a time trains in a run's folder. The lock of a process that is gone is taken
 * over; one on another machine counts as alive. Returns the function that releases it.
 */
export function lockRun(folder: string): () => void {
  const file = join(folder, "lock");
  const { lock, holder } = attempt(file);
  if (lock) return () => lock.release();
  throw new UserError(
    `Expected no other process to train this run but ${nameOf(holder)} does (${file}): wait until it ends, or stop ` +
      "it. If that process no longer exists, delete the file.",
  );
}

/** The live process that trains in a folder, if any. */
export const holderOf = (folder: string): Holder | undefined => holderOfFile(join(folder, "lock"));

function attempt(file: string): ReturnType<typeof takeLock> {
  try {
    return takeLock(file);
  } catch (error) {
    throw explained(error, file);
  }
}

function nameOf({ pid, host }: Holder): string {
  const here = host === hostname();
  if (here && pid === process.pid) return "this very process, in another cell,";
  return `process ${pid}${here ? "" : ` on ${host}`}`;
}
