import { kernel } from "./kernel";

/**
 * Runs work that the reader can stop: an interrupt of the cell aborts its signal, so that the work can end in order.
 *
 * @param work Gets the signal to watch.
 * @param outer A signal of the caller, which stops the work as well.
 * @returns What the work returns.
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
