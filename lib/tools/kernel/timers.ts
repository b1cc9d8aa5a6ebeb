import timers from "node:timers";
import timersPromises from "node:timers/promises";
import { promisify } from "node:util";
import { entryOf } from "../../src/base/item-at";
import { runningCell } from "./cell";

type Callback = (...values: unknown[]) => unknown;

/**
 * Ties timers to the cell that set them: once the cell is cancelled they no longer fire. A loop that awaits a timer, as
 * `Model.fit` and every `await tf.nextFrame()` do, therefore stops at an interrupt; in stock tslab it would run on
 * unseen.
 */
export function tieTimersToCells(): void {
  for (const name of ["setTimeout", "setInterval", "setImmediate"] as const) {
    const original = globalThis[name] as unknown as Callback;
    const tied = Object.assign((callback: Callback, ...rest: unknown[]) => original(tie(callback), ...rest), original);
    const promised = (original as unknown as Record<symbol, Callback | undefined>)[promisify.custom];
    if (promised) Object.defineProperty(tied, promisify.custom, { value: tiePromise(promised) });
    (globalThis as Record<string, unknown>)[name] = tied;
    (timers as unknown as Record<string, unknown>)[name] = tied;
  }
  const promises = timersPromises as unknown as Record<string, Callback>;
  for (const name of ["setTimeout", "setImmediate"]) promises[name] = tiePromise(entryOf(promises, name));
}

function tie(callback: Callback): Callback {
  const cell = runningCell();
  if (!cell || typeof callback !== "function") return callback;
  return (...values) => (cell.cancelled ? undefined : callback(...values));
}

function tiePromise(start: Callback): Callback {
  return (...values) => {
    const cell = runningCell();
    const promise = start(...values) as Promise<unknown>;
    if (!cell) return promise;
    return new Promise((resolve, reject) => {
      promise.then(
        (value) => cell.cancelled || resolve(value),
        (error) => cell.cancelled || reject(error),
      );
    });
  };
}
