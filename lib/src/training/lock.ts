import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { explained } from "./files";

interface Holder {
  readonly pid: number;
  readonly host: string;
  /** When the process started, as its system counts: process ids are used again. */
  readonly born: string;
}

/**
 * Keeps a second process off a run's folder. The lock of a process that is gone is taken over; one on another machine counts as alive.
 * Returns the function that gives it back.
 */
export function lockRun(folder: string): () => void {
  const file = join(folder, "lock");
  const mine: Holder = { pid: process.pid, host: hostname(), born: bornOf(process.pid) };
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
      if (holder && isAlive(holder)) {
        const place = holder.host === mine.host ? "" : ` on ${holder.host}`;
        const who = holder.pid === process.pid && place === "" ? "this very process, in another cell" : `process ${holder.pid}${place}`;
        throw new Error(`Expected nobody else at this run but ${who} holds it (${file}): wait until it ends, stop it, or, if it is certainly gone, delete that file.`);
      }
      rmSync(`${file}.stale.${process.pid}`, { force: true });
      try {
        renameSync(file, `${file}.stale.${process.pid}`);
      } catch {
        // Somebody else was quicker: look again.
      }
      rmSync(`${file}.stale.${process.pid}`, { force: true });
    }
    throw new Error(`Expected to get the lock of a run but others took it five times (${file}): run again when they are done.`);
  } finally {
    rmSync(draft, { force: true });
  }
}

/** The live process that holds a folder's lock, if any. */
export function holderOf(folder: string): { readonly pid: number; readonly host: string } | undefined {
  const holder = readHolder(join(folder, "lock"));
  return holder && isAlive(holder) ? holder : undefined;
}

function readHolder(file: string): Holder | undefined {
  try {
    return JSON.parse(readFileSync(file, "utf8")) as Holder;
  } catch {
    return undefined;
  }
}

function isAlive({ pid, host, born }: Holder): boolean {
  if (host !== hostname()) return true;
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EPERM") return false;
  }
  const now = bornOf(pid);
  return now !== "ended" && (now === "" || born === "" || now === born);
}

/** Field 22 of /proc/PID/stat where there is one (it comes after the name in parentheses); elsewhere the id alone must do. */
function bornOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return fields[0] === "Z" ? "ended" : fields[19];
  } catch {
    return "";
  }
}
