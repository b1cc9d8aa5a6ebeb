// One set-up at a time in one folder. A lock whose process is gone is taken over.

import { setTimeout as sleep } from "node:timers/promises";
import { explained } from "../../src/base/errors.cjs";
import { takeLock } from "../../src/base/lock-file.cjs";
import { at, root } from "./paths.mjs";

const file = at(".engine/setup.lock");

/** Does `work` while no other set-up works in this folder; waits for one that does. */
export async function alone(work) {
  const lock = await taken();
  try {
    return await work();
  } finally {
    lock.release();
  }
}

async function taken() {
  for (let told = false; ; told = true) {
    const { lock, holder } = take();
    if (lock) return lock;
    if (!told)
      console.log(
        `Another set-up is running here (process ${holder.pid}): waiting for it. If no such program runs, delete ` +
          `${file}.`,
      );
    await sleep(500);
  }
}

function take() {
  try {
    return takeLock(file);
  } catch (error) {
    throw explained(error, root);
  }
}
