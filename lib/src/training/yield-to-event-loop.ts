/**
 * Lets the event loop run whenever that is due, at most once in 50 ms, so that a kernel answers and a page draws while
 * a long loop works.
 */
export class EventLoopYield {
  #last = performance.now();

  async ifDue(): Promise<void> {
    if (performance.now() - this.#last < 50) return;
    await new Promise((resolve) => setImmediate(resolve));
    this.#last = performance.now();
  }
}
