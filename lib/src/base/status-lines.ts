interface Output {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

/**
 * Lines that change, below all others on a terminal. Into a file or a pipe they are written now and then, as lines that
 * stay.
 */
export class StatusLines {
  readonly #out: Output;
  readonly #everySeconds: number;
  #shown: readonly string[] = [];
  #last = Date.now();

  /** @param everySeconds How often, in seconds, a file or a pipe gets them; `Infinity` for never. */
  constructor(out: Output = process.stdout, everySeconds = 60) {
    this.#out = out;
    this.#everySeconds = everySeconds;
  }

  update(text: string | readonly string[]): void {
    const lines = typeof text === "string" ? [text] : text;
    if (this.#out.isTTY) {
      const cut = lines.map((line) => line.slice(0, (this.#out.columns || 80) - 1));
      if (cut.join("\n") !== this.#shown.join("\n")) this.#out.write(this.#erase() + cut.join("\n"));
      this.#shown = cut;
    } else if (Date.now() - this.#last >= this.#everySeconds * 1000) {
      this.#last = Date.now();
      this.#out.write(`${lines.join("\n")}\n`);
    }
  }

  /** A line that stays. */
  print(text: string): void {
    this.clear();
    this.#out.write(`${text}\n`);
    this.#last = Date.now();
  }

  /** Takes the changing lines away, so that something else can be written. */
  clear(): void {
    if (this.#shown.length > 0) this.#out.write(this.#erase());
    this.#shown = [];
  }

  /** Back to the beginning of what is shown, and all of it empty. */
  #erase(): string {
    return this.#shown.length > 1 ? `\r\x1b[${this.#shown.length - 1}A\x1b[J` : "\r\x1b[K";
  }
}
