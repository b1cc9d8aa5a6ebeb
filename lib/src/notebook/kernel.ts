/** The same content in several MIME types; a front end shows the richest that it can. Always holds `text/plain`. */
export type Bundle = Readonly<Record<string, unknown>>;

/** What one output holds. */
export interface Content {
  readonly data: Bundle;
  /** Per MIME type, as Jupyter defines it: the size of a picture. */
  readonly metadata?: Readonly<Record<string, unknown>>;
}

/** How `Kernel.display` shows content. */
export interface DisplayOptions {
  /** Names the output, so that a later call can replace it. */
  readonly displayId?: string | undefined;
  /** Replaces the output named `displayId` wherever it stands, instead of adding one. */
  readonly update?: boolean;
}

/** What the kernel offers to the library, so that the library needs to know nothing of Jupyter's protocol. */
export interface Kernel {
  /**
   * Shows content below the cell that the calling code belongs to. Where the content is a promise, later outputs of the
   * cell wait for it.
   */
  display(content: Content | Promise<Content>, options?: DisplayOptions): void;
  /** Empties the cell's output; with `wait`, when the next output arrives. */
  clearOutput(options?: { readonly wait?: boolean }): void;
  /**
   * Calls a handler when the user stops the cell, instead of ending the cell at once.
   *
   * @returns A function that removes the handler.
   */
  onInterrupt(handler: () => void): () => void;
  /** Calls a handler before the kernel ends. The kernel waits for the handler's promise, for up to two seconds. */
  onClose(handler: () => void | Promise<void>): void;
  /** Runs a function outside any cell: timers and connections that it opens survive the cell and its interrupt. */
  detached<T>(work: () => T): T;
  /** Path of the notebook that this kernel serves, where the server says it. */
  readonly notebook?: string | undefined;
}

const key = Symbol.for("deepnets.kernel");

/** The kernel that runs this code, or undefined outside a notebook. */
export function kernel(): Kernel | undefined {
  return (globalThis as Record<symbol, Kernel | undefined>)[key];
}

/** Makes a kernel known to the library: called when a kernel starts, and by tests with a stand-in. */
export function installKernel(value: Kernel | undefined): void {
  (globalThis as Record<symbol, Kernel | undefined>)[key] = value;
}
