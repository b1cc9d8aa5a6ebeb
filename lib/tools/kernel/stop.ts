import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { runningCell } from "./cell";
import { Stopped } from "./runner";

/** What compiled cells look at: the first number is 1 after a stop that the event loop has not heard of. */
export interface Stop extends Int32Array {
  /** Cells call it where they find the first number set. */
  halt(): void;
  /** Wraps what a cell awaits: from time to time the event loop runs first. */
  letLoopTurn(value?: unknown): unknown;
}

/** The numbers that the main thread and the guard share. */
export const asked = 0;
export const heard = 1;

/** How long a cell may await before the event loop runs, in milliseconds. */
const turnEveryMs = 50;

/**
 * Lets an interrupt reach a cell that blocks the event loop. The signal is caught in a thread of its own, the guard;
 * where the event loop does not hear of it, the cell's own loops and functions find out.
 *
 * @param interrupt Stops the running cell; called for each signal.
 */
export function guardStop(interrupt: () => void): void {
  const shared = new Int32Array(new SharedArrayBuffer(8));
  keepSignal();
  const answer = () => {
    Atomics.store(shared, asked, 0);
    Atomics.add(shared, heard, 1);
    Atomics.notify(shared, heard);
  };
  let halted = false;
  const stop = Object.assign(shared as unknown as Stop, {
    halt: () => {
      // Only once for each stop. The number stays set until the loop turns, so that a cell that catches all errors ends
      // too.
      if (!halted) interrupt();
      halted = true;
      const cell = runningCell();
      if (!cell || cell.cancelled || (cell.interrupted && cell.interruptHandlers.size === 0)) throw new Stopped();
    },
    letLoopTurn: (value?: unknown) => (performance.now() - turned < turnEveryMs ? value : afterTurn(value)),
  });
  Object.defineProperty(globalThis, "__kernelStop", { configurable: true, value: stop });
  const guard = new Worker(join(__dirname, "guard.js"), {
    workerData: { shared, parent: process.ppid },
    stdin: true,
    stdout: true,
    stderr: true,
    execArgv: [],
  });
  guard.on("message", () => {
    const done = halted;
    halted = false;
    answer();
    if (!done) interrupt();
  });
  guard.unref();
}

let turned = 0;

/** Awaits a value, and then the event loop's next turn. */
async function afterTurn(value: unknown): Promise<unknown> {
  try {
    return await value;
  } finally {
    // The global one: tied to the cell, it does not fire once the cell is stopped.
    await new Promise((resolve) => setImmediate(resolve));
    turned = performance.now();
  }
}

/**
 * Keeps libraries from taking SIGINT over: here it stops a cell and does not end the program. A listener would also
 * replace the guard's.
 */
function keepSignal(): void {
  const emitter: NodeJS.EventEmitter = process;
  for (const event of ["newListener", "removeListener"]) {
    for (const listener of emitter.listeners(event)) {
      emitter.removeListener(event, listener as () => void);
      emitter.on(event, (...values: unknown[]) => {
        if (values[0] !== "SIGINT") Reflect.apply(listener, emitter, values);
      });
    }
  }
}
