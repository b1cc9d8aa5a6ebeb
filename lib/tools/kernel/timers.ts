import timers from "node:timers";
import timersPromises from "node:timers/promises";
import { promisify } from "node:util";
import { entryOf } from "../../src/base/item-at";
import { runningCell } from "./cell";

type Callback = (...values: unknown[]) => unknown;

/**
 * Ties timers to the cell that set them: once the cell is cancelled, they no longer fire. So an interrupt stops a loop
 * that awaits a timer, as `Model.fit` and `await tf.nextFrame()` do; in stock tslab it would go on unseen.
 */
export function tieTimersToCells(): void {
  for (const name of ["setTimeout", "setInterval", "setImmediate"] as const) {
    const original = globalThis[name] as unknown as Callback;
    const start = (callback: Callback, ...rest: unknown[]) => {
      const { tied, note } = tie(callback, { once: name !== "setInterval" });
      const timer = original(tied, ...rest);
      note(timer as Timer);
      return timer;
    };
    const tied = Object.assign(start, original);
    const promised = (original as unknown as Record<symbol, Callback | undefined>)[promisify.custom];
    if (promised) Object.defineProperty(tied, promisify.custom, { value: tiePromise(promised) });
    (globalThis as Record<string, unknown>)[name] = tied;
    (timers as unknown as Record<string, unknown>)[name] = tied;
  }
  const promises = timersPromises as unknown as Record<string, Callback>;
  for (const name of ["setTimeout", "setImmediate"]) promises[name] = tiePromise(entryOf(promises, name));
}

/** What Node gives back for a timer; `_destroyed` once it has fired or was cleared. */
interface Timer {
  hasRef(): boolean;
  readonly _destroyed?: boolean;
}

function tie(
  callback: Callback,
  { once }: { readonly once: boolean },
): { readonly tied: Callback; note(timer: Timer): void } {
  const cell = runningCell();
  if (!cell || typeof callback !== "function") return { tied: callback, note: () => {} };
  let ended = () => {};
  return {
    tied: (...values) => {
      if (once) ended();
      return cell.cancelled ? undefined : callback(...values);
    },
    note: (timer) => {
      ended = cell.works(() => timer.hasRef() && timer._destroyed !== true);
    },
  };
}

function tiePromise(start: Callback): Callback {
  return (...values) => {
    const cell = runningCell();
    const promise = start(...values) as Promise<unknown>;
    if (!cell) return promise;
    const ended = cell.works(() => true);
    return new Promise((resolve, reject) => {
      promise.finally(ended).then(
        (value) => cell.cancelled || resolve(value),
        (error) => cell.cancelled || reject(error),
      );
    });
  };
}
