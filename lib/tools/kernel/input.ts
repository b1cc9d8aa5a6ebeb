import readline from "node:readline";
import readlinePromises from "node:readline/promises";
import { Readable } from "node:stream";
import { promisify } from "node:util";
import { latestCell, runningCell } from "./cell";

/**
 * Asks the reader for a line, in the input box of the running cell.
 *
 * @throws Error When nobody can answer: in a hand-in, and in every other run without a notebook's page.
 */
export async function ask(prompt: string): Promise<string> {
  const cell = runningCell() ?? latestCell();
  if (!cell?.input)
    throw new Error(
      `Expected somebody to answer "${prompt.trim()}" but this run has no one to ask (a hand-in, or any run ` +
        "without a page): write the answer into the cell.",
    );
  cell.flush();
  return cell.input(prompt);
}

/**
 * Lets cells read what a person types, by `prompt`, `readline` and `process.stdin`: Jupyter's input box takes the place
 * of the terminal.
 */
export function installInput(): void {
  let stdin = new CellInput();
  Object.defineProperty(process, "stdin", {
    configurable: true,
    enumerable: true,
    get: () => {
      if (stdin.destroyed || stdin.readableEnded) stdin = new CellInput();
      return stdin;
    },
  });
  Object.defineProperty(globalThis, "prompt", { configurable: true, writable: true, value: refuse });

  for (const module of [readline, readlinePromises] as {
    createInterface(...values: unknown[]): readline.Interface;
  }[]) {
    const create = module.createInterface;
    module.createInterface = (...values) => {
      const made = create.apply(module, values);
      const { input } = made as unknown as { input: unknown };
      if (input instanceof CellInput) input.serve(made);
      return made;
    };
  }
  const callback = readline.Interface.prototype as unknown as { question: (...values: unknown[]) => unknown };
  const question = callback.question;
  callback.question = function (this: readline.Interface, query, ...rest) {
    const done = rest.at(-1) as (answer: string) => void;
    if (!asksHere(this)) return question.call(this, query, ...rest);
    ask(String(query)).then(done, failCell);
    return undefined;
  };
  Object.defineProperty(callback.question, promisify.custom, {
    value(this: readline.Interface, query: string) {
      return ask(query);
    },
  });
  const promised = readlinePromises.Interface.prototype as unknown as { question: (...values: unknown[]) => unknown };
  const questionLater = promised.question;
  promised.question = function (this: readline.Interface, query, ...rest) {
    return asksHere(this) ? ask(String(query)) : questionLater.call(this, query, ...rest);
  };
}

function asksHere(made: readline.Interface): boolean {
  const { input, closed } = made as unknown as { input: unknown; closed: boolean };
  return input instanceof CellInput && !closed;
}

/** `prompt()` where the compiler could not make an `await` of it. */
function refuse(): never {
  throw new Error(
    "Expected prompt() at the top of a cell or in an async function, where it can wait for the answer, but found " +
      "it elsewhere: make the function async.",
  );
}

const settleMs = 20;

/** Ends the cell that waits for an answer in a callback, where no `await` would hear of the error. */
function failCell(error: unknown): void {
  const cell = runningCell() ?? latestCell();
  if (!cell?.fail?.(error)) throw error;
}

/** The lines that a reader types, each asked for when code wants one. */
class CellInput extends Readable {
  readonly isTTY = false;
  readonly fd = 0;
  readonly #readers = new Set<readline.Interface>();
  #wanted = false;
  #asking = false;

  constructor() {
    super();
    // The stream may already be waiting for data, for an interface without a listener.
    this.on("newListener", (event) => {
      if (event === "data" || event === "readable") setImmediate(() => this.#askIfHeard());
    });
  }

  /** Tracks a `readline` interface: it reads from the beginning, but asks for a line only when it has a listener. */
  serve(reader: readline.Interface): void {
    this.#readers.add(reader);
    reader.once("close", () => this.#readers.delete(reader));
    reader.on("newListener", (event) => {
      if (event === "line") setImmediate(() => this.#askIfHeard());
    });
  }

  override _read(): void {
    this.#wanted = true;
    // Code calls `for await` or `on("line")` only after it has made the interface; and after a line, a loop may end.
    setTimeout(() => this.#askIfHeard(), settleMs);
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    // A `for await` that ends early destroys the stream with an error, which a terminal never shows.
    done(error?.name === "AbortError" ? null : error);
  }

  #askIfHeard(): void {
    const listeners = this.listenerCount("data") + this.listenerCount("readable");
    const heard = listeners > this.#readers.size || [...this.#readers].some((one) => one.listenerCount("line") > 0);
    if (!this.#wanted || this.#asking || !heard || this.destroyed) return;
    this.#asking = true;
    const prompt = (runningCell() ?? latestCell())?.takeLine() ?? "";
    ask(prompt).then(
      (line) => {
        this.#wanted = this.#asking = false;
        this.push(`${line}\n`);
      },
      (error: unknown) => {
        // Code that waits for a line gets the end of the stream.
        this.push(null);
        failCell(error);
      },
    );
  }
}
