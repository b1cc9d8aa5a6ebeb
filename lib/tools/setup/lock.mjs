// One set-up at a time in one folder. A lock whose process is gone is taken over.
import { closeSync, mkdirSync, openSync, readFileSync, rmSync, writeSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { at, root, SetupError } from "./paths.mjs";

const file = at(".engine/setup.lock");

/** Runs `work` alone: another set-up in this folder is waited for. */
export async function alone(work) {
  makeFolder();
  for (let told = false; !take(); told = true) {
    if (!told) console.log(`Another set-up is running here (process ${holder()}): waiting for it.`);
    await sleep(500);
  }
  try {
    return await work();
  } finally {
    rmSync(file, { force: true });
  }
}

function makeFolder() {
  try {
    mkdirSync(at(".engine"), { recursive: true });
  } catch (error) {
    throw new SetupError(
      `Expected a folder that can be written but ${root} refuses (${error.code}): copy the project to a folder of your own and run the command there.`,
    );
  }
}

function take() {
  try {
    const handle = openSync(file, "wx");
    writeSync(handle, String(process.pid));
    closeSync(handle);
    return true;
  } catch (error) {
    if (error.code === "EEXIST") {
      if (!alive(holder())) rmSync(file, { force: true });
      return false;
    }
    throw new SetupError(
      error.code === "ENOSPC"
        ? `No space left on the disk that holds ${root}: free some and run the command again.`
        : `Expected a folder that can be written but ${root} refuses (${error.code}): copy the project to a folder of your own and run the command there.`,
    );
  }
}

function holder() {
  try {
    return Number(readFileSync(file, "utf8"));
  } catch {
    return 0;
  }
}

function alive(pid) {
  if (!pid) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === "EPERM";
  }
}
