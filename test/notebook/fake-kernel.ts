import { type Content, type DisplayOptions, installKernel, type Kernel } from "../../lib/src/notebook/kernel";

export interface Shown extends Content, DisplayOptions {}

/** A stand-in for the kernel: keeps what is shown, and plays the user's Stop. */
export class FakeKernel implements Kernel {
  readonly shown: Promise<Shown>[] = [];
  readonly #handlers = new Set<() => void>();

  constructor() {
    installKernel(this);
  }

  display(content: Content | Promise<Content>, options: DisplayOptions = {}): void {
    this.shown.push(Promise.resolve(content).then((it) => ({ ...it, ...options })));
  }

  clearOutput(): void {}

  onInterrupt(handler: () => void): () => void {
    this.#handlers.add(handler);
    return () => void this.#handlers.delete(handler);
  }

  /** Presses Stop; returns how many listened. */
  interrupt(): number {
    const handlers = [...this.#handlers];
    handlers.forEach((handler) => handler());
    return handlers.length;
  }

  onClose(): void {}

  detached<T>(work: () => T): T {
    return work();
  }

  all(): Promise<Shown[]> {
    return Promise.all(this.shown);
  }

  remove(): void {
    installKernel(undefined);
  }
}
