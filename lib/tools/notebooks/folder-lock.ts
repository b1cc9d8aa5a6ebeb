import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { explained, UserError } from "../../src/base/errors.cjs";
import { identify, isAlive, type Process } from "../../src/base/lock";
import { takeLock } from "../../src/base/lock-file.cjs";

/** Keeps a second hand-in out of a folder. */
export interface Lock {
  /** Notes a process that runs a notebook, so that the next holder waits until it is gone. */
  note(runner: number): void;
  release(): void;
}

/**
 * Takes the lock of a folder. The lock of a process that is gone is taken over once its runners are gone as well.
 *
 * @throws UserError When another hand-in holds it, or a runner does not end within 30 s.
 */
export async function lockFolder(folder: string): Promise<Lock> {
  const file = join(folder, ".lock");
  for (let waited = 0; ; waited++) {
    const { lock, holder } = take(folder, file);
    if (lock) {
      const runners: Process[] = [];
      return {
        note: (runner) => {
          runners.push(identify(runner));
          lock.note({ runners });
        },
        release: () => lock.release(),
      };
    }
    // A runner whose hand-in was killed saves, stops its kernel and ends by itself.
    const runner = isAlive(holder) ? undefined : holder.runners?.find(isAlive);
    if (!runner)
      throw new UserError(
        `Another hand-in is running here (process ${holder.pid}): wait until it ends, or stop it with kill ` +
          `${holder.pid}. If no such program runs, delete ${file}.`,
      );
    if (waited > 120)
      throw new UserError(
        `The kernel of an earlier hand-in does not end (process ${runner.pid}): stop it with kill -9 ` +
          `${runner.pid} and run the command again.`,
      );
    await sleep(250);
  }
}

function take(folder: string, file: string): ReturnType<typeof takeLock> {
  try {
    mkdirSync(folder, { recursive: true });
  } catch (error) {
    throw explained(error, folder);
  }
  try {
    return takeLock(file);
  } catch (error) {
    throw explained(error, file);
  }
}
