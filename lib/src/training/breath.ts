/** Lets the event loop run, so that a kernel answers and a page draws, whenever that is due: at most once in 50 ms. */
export class Breath {
  #last = performance.now();

  async take(): Promise<void> {
    if (performance.now() - this.#last < 50) return;
    await new Promise((resolve) => setImmediate(resolve));
    this.#last = performance.now();
  }
}
