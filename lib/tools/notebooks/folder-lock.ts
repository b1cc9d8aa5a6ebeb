import { closeSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, writeSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { writeWhole } from "../../src/base/files";
import { identify, isAlive, type Process } from "../../src/base/lock";
import { UserError } from "../../src/base/user-error";

interface Holder extends Process {
  /** The runners of the notebooks under way, and of those that have ended. */
  readonly runners?: readonly Process[];
}

/** Keeps a second hand-in out of a folder. */
export interface Lock {
  /** Notes a process that runs a notebook, so that whoever takes over waits until it is gone. */
  note(runner: number): void;
  release(): void;
}

/**
 * Takes the lock of a folder. A live holder is an error; one that is gone is replaced, once its runner is gone as well.
 */
export async function lockFolder(folder: string): Promise<Lock> {
  try {
    mkdirSync(folder, { recursive: true });
  } catch (error) {
    throw refused(folder, error);
  }
  const file = join(folder, ".lock");
  const me: Holder = identify(process.pid);
  for (let tries = 0; !create(file, me); tries++) {
    const text = read(file);
    const holder = parse(text);
    if (holder && isAlive(holder))
      throw new UserError(
        `Another hand-in is running here (process ${holder.pid}): wait until it ends, or stop it with kill ${holder.pid}. ` +
          `If no such program runs, delete ${file}.`,
      );
    // A runner whose hand-in was killed saves, stops its kernel and ends by itself.
    const alive = () => holder?.runners?.find(isAlive);
    for (let waited = 0, runner = alive(); runner; waited++, runner = alive()) {
      const { pid } = runner;
      if (waited > 120)
        throw new UserError(
          `The kernel of an earlier hand-in does not end (process ${pid}): stop it with kill -9 ${pid} and run the command again.`,
        );
      await sleep(250);
    }
    remove(file, text);
    if (tries > 20)
      throw new UserError(`Expected to take ${file} but another hand-in always comes first: wait until it ends.`);
  }
  const runners: Process[] = [];
  return {
    note: (runner) => {
      runners.push(identify(runner));
      writeWhole(file, JSON.stringify({ ...me, runners }));
    },
    release: () => rmSync(file, { force: true }),
  };
}

function create(file: string, holder: Holder): boolean {
  try {
    const handle = openSync(file, "wx");
    writeSync(handle, JSON.stringify(holder));
    closeSync(handle);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw refused(file, error);
  }
}

function refused(place: string, error: unknown): Error {
  const { code } = error as NodeJS.ErrnoException;
  if (code === "ENOSPC")
    return new UserError(
      `The disk is full (${place}): free some space and run the command again; what was finished is kept.`,
    );
  return new UserError(
    `Expected a folder that can be written but ${place} refuses (${code}): copy the project to a folder of your own and run the command there.`,
  );
}

function read(file: string): string {
  try {
    const text = readFileSync(file, "utf8");
    if (text) return text;
    // Between its creation and its first byte a lock is empty for a moment: a second look tells that from one cut
    // short.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 200);
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}

function parse(text: string): Holder | undefined {
  try {
    return JSON.parse(text) as Holder;
  } catch {
    return undefined; // cut short by a machine that stopped: nobody holds it
  }
}

/** Removes a lock that still says `text`: another hand-in may have taken it over since we read it. */
function remove(file: string, text: string): void {
  const aside = `${file}.${process.pid}`;
  try {
    renameSync(file, aside);
  } catch {
    return; // somebody else removed it
  }
  if (read(aside) !== text) renameSync(aside, file);
  rmSync(aside, { force: true });
}
