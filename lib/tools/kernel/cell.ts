import { AsyncLocalStorage } from "node:async_hooks";

/** Publishes one iopub message under the request that started the cell. */
export type Publish = (type: string, content: object) => void;

/** Work that a cell started and that may still show something; says whether it is under way. */
export type Work = () => boolean;

const storage = new AsyncLocalStorage<Cell>();
let latest: Cell | undefined;
/** Cells that started work, or whose output waits. */
const started = new Set<Cell>();

/** How long text is gathered before it is sent: many small writes become one message. */
const gatherMs = 40;

/** One execution of a cell. It receives the output of everything that the cell started, even after its end. */
export class Cell {
  readonly count: number;
  readonly source: string;
  readonly #publish: Publish;
  /** Frozen by an interrupt: its timers do not fire and its output is dropped. */
  cancelled = false;
  interrupted = false;
  ended = false;
  failed = false;
  readonly interruptHandlers = new Set<() => void>();
  /** Asks the reader for a line of text; undefined where nobody can answer. */
  input: ((prompt: string) => Promise<string>) | undefined;
  /** Ends the cell with an error while it awaits something; false when it does not. */
  fail: ((error: unknown) => boolean) | undefined;
  #streamName: "stdout" | "stderr" = "stdout";
  #text = "";
  #flushedAt = Date.now();
  #timer: NodeJS.Timeout | undefined;
  #pending: Promise<void> | undefined;
  /** Set once the cell was cut off: it waits for nothing any more. */
  isCutOff = false;
  readonly #work = new Set<Work>();
  #endWaits!: () => void;
  readonly #noWait = new Promise<undefined>((resolve) => {
    this.#endWaits = () => resolve(undefined);
  });

  constructor({
    count,
    source,
    publish,
  }: { readonly count: number; readonly source: string; readonly publish: Publish }) {
    this.count = count;
    this.source = source;
    this.#publish = publish;
  }

  /** Runs a function, and everything that it starts, as this cell. */
  run<T>(work: () => T): T {
    latest = this;
    return storage.run(this, work);
  }

  /** Notes work of this cell. Call the returned function when the work has ended. */
  works(underWay: Work): () => void {
    // A timer that was cleared calls nothing: it has to be asked.
    if (this.#work.size % 1000 === 999) this.#dropEnded();
    this.#work.add(underWay);
    started.add(this);
    return () => void this.#work.delete(underWay);
  }

  /** Whether something that the cell started may still show something. */
  get isAtWork(): boolean {
    if (this.cancelled) return false;
    this.#dropEnded();
    return this.#work.size > 0 || this.#pending !== undefined || this.#text !== "";
  }

  #dropEnded(): void {
    for (const underWay of this.#work) if (!underWay()) this.#work.delete(underWay);
  }

  /** Adds text to a stream of this cell, in order with everything else that it shows. */
  write(name: "stdout" | "stderr", text: string): void {
    if (this.#muted || text === "") return;
    // A loop in which no timer fires still shows what it prints.
    const late = Date.now() - this.#flushedAt > 10 * gatherMs;
    if (late || name !== this.#streamName) this.flush();
    this.#streamName = name;
    this.#text += text;
    // An unfinished line may be a question: it waits for the input box that takes it.
    if (late && text.endsWith("\n")) this.flush();
    else this.#timer ??= plainTimeout(() => this.flush(), gatherMs);
  }

  /**
   * Publishes anything but stream text: display data, a result, an error. Content may be a promise, as of a picture
   * that is still being drawn: later outputs of the cell wait for it, so that the order stays.
   */
  show(type: string, content: object | Promise<object>): void {
    if (this.#muted) return;
    this.flush();
    this.#emit(type, content);
  }

  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const text = this.#text;
    this.#text = "";
    this.#flushedAt = Date.now();
    if (text !== "") this.#emit("stream", { name: this.#streamName, text });
  }

  /** Takes back an unfinished line that was not sent yet, and returns it: it is the question of an input box. */
  takeLine(): string {
    if (this.#streamName !== "stdout") return "";
    const start = this.#text.lastIndexOf("\n") + 1;
    const line = this.#text.slice(start);
    this.#text = this.#text.slice(0, start);
    return line;
  }

  /** Waits for work of the cell; resolves to undefined where the cell is cut off before. */
  orCutOff<T>(work: T | Promise<T>): Promise<T | undefined> {
    return Promise.race([work, this.#noWait]);
  }

  /** Ends all waits of the cell: a picture that is still being drawn is left out, and the outputs after it are sent. */
  cutOff(): void {
    this.flush();
    this.isCutOff = true;
    this.#endWaits();
  }

  /** Resolves when all output of the cell has been sent. */
  async drained(): Promise<void> {
    this.flush();
    while (this.#pending) await this.#pending;
  }

  #emit(type: string, content: object | Promise<object>): void {
    if (!this.#pending && !(content instanceof Promise)) {
      this.#send(type, content);
      return;
    }
    const sent = Promise.resolve(this.#pending).then(async () => {
      try {
        const shown = await this.orCutOff(content);
        if (shown) this.#send(type, shown);
      } catch (error) {
        // Nobody awaits this promise: "unhandledRejection" makes it the cell's error.
        void Promise.reject(error);
      }
    });
    this.#pending = sent.then(() => {
      if (this.#pending === last) this.#pending = undefined;
    });
    const last = this.#pending;
    started.add(this);
  }

  #send(type: string, content: object): void {
    if (!this.#muted) this.#publish(type, content);
  }

  get #muted(): boolean {
    return this.cancelled || (this.interrupted && this.ended);
  }
}

const plainTimeout = setTimeout;

/** The cell whose code is running: in a callback, the cell that started it. */
export function runningCell(): Cell | undefined {
  return storage.getStore();
}

/** The cell that output without a known origin belongs to. */
export function latestCell(): Cell | undefined {
  return latest;
}

/** The cells that started something which may still show something. */
export function cellsAtWork(): Cell[] {
  for (const cell of started) if (!cell.isAtWork) started.delete(cell);
  return [...started];
}

/** Runs a function outside any cell: what it starts survives the cell and its interrupt. */
export function detached<T>(work: () => T): T {
  return storage.exit(work);
}
