/**
 * Lets the event loop run, at most once in 50 ms, so that the kernel answers and the page draws during a long loop.
 */
export class EventLoopYield {
  #last = performance.now();

  async ifDue(): Promise<void> {
    if (performance.now() - this.#last < 50) return;
    await new Promise((resolve) => setImmediate(resolve));
    this.#last = performance.now();
  }
}
