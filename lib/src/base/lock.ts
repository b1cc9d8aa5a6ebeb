import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { explained } from "./files";

/** A process, told apart from later ones that get its id. */
export interface Process {
  readonly pid: number;
  /** When it started, as its system counts; "" where the system does not say. */
  readonly born: string;
}

interface Holder extends Process {
  readonly host: string;
}

/**
 * Keeps a second process off a run's folder. The lock of a process that is gone is taken over; one on another machine
 * counts as alive. Returns the function that gives it back.
 */
export function lockRun(folder: string): () => void {
  const file = join(folder, "lock");
  const mine: Holder = { ...identify(process.pid), host: hostname() };
  const draft = join(folder, `lock.${process.pid}`);
  try {
    mkdirSync(folder, { recursive: true });
    writeFileSync(draft, JSON.stringify(mine));
  } catch (error) {
    throw explained(error, draft);
  }
  try {
    for (let attempt = 0; attempt < 5; attempt++) {
      try {
        // A link appears whole or not at all, and fails when the lock is there.
        linkSync(draft, file);
        return () => rmSync(file, { force: true });
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw explained(error, file);
      }
      const holder = readHolder(file);
      if (holder && holds(holder)) {
        const place = holder.host === mine.host ? "" : ` on ${holder.host}`;
        const who =
          holder.pid === process.pid && place === ""
            ? "this very process, in another cell"
            : `process ${holder.pid}${place}`;
        throw new Error(
          `Expected nobody else at this run but ${who} holds it (${file}): wait until it ends, stop it, or, if it is certainly gone, delete that file.`,
        );
      }
      rmSync(`${file}.stale.${process.pid}`, { force: true });
      try {
        renameSync(file, `${file}.stale.${process.pid}`);
      } catch {
        // Somebody else was quicker: look again.
      }
      rmSync(`${file}.stale.${process.pid}`, { force: true });
    }
    throw new Error(
      `Expected to get the lock of a run but others took it five times (${file}): run again when they are done.`,
    );
  } finally {
    rmSync(draft, { force: true });
  }
}

/** The live process that holds a folder's lock, if any. */
export function holderOf(folder: string): { readonly pid: number; readonly host: string } | undefined {
  const holder = readHolder(join(folder, "lock"));
  return holder && holds(holder) ? holder : undefined;
}

function readHolder(file: string): Holder | undefined {
  try {
    return JSON.parse(readFileSync(file, "utf8")) as Holder;
  } catch {
    return undefined;
  }
}

const holds = (holder: Holder): boolean => holder.host !== hostname() || isAlive(holder);

/** A process of this machine by its id. */
export const identify = (pid: number): Process => ({ pid, born: bornOf(pid) });

/** Whether a process of this machine still runs. Without `born` the id alone must do. */
export function isAlive({ pid, born }: { readonly pid: number; readonly born?: string }): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EPERM") return false;
  }
  const now = bornOf(pid);
  return now !== "ended" && (now === "" || !born || now === born);
}

/** Field 22 of /proc/PID/stat where there is one (it comes after the name in parentheses). */
function bornOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    const [state, ...others] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return state === "Z" ? "ended" : (others[18] ?? "");
  } catch {
    return "";
  }
}
