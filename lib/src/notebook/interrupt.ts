import { kernel } from "./kernel";

/**
 * Runs work that an interrupt of the cell stops by a signal, so that it can end in order.
 *
 * @param work gets the signal to watch
 * @param outer a signal of the caller, which stops the work as well
 */
export async function stoppable<T>(work: (signal: AbortSignal) => Promise<T>, outer?: AbortSignal): Promise<T> {
  const stop = new AbortController();
  const abort = () => stop.abort();
  const release = kernel()?.onInterrupt(abort);
  if (outer?.aborted) abort();
  outer?.addEventListener("abort", abort, { once: true });
  try {
    return await work(stop.signal);
  } finally {
    release?.();
    outer?.removeEventListener("abort", abort);
  }
}
