/**
 * Lines that stay, and below them some that are drawn again; without a terminal the latter come at most every half
 * minute.
 */
export class Terminal {
  private drawn = 0;
  private last = Date.now();

  constructor(
    private readonly out: NodeJS.WriteStream = process.stdout,
    private readonly every = 30_000,
  ) {}

  say(line: string): void {
    this.clear();
    this.out.write(`${line}\n`);
  }

  show(lines: readonly string[]): void {
    if (this.out.isTTY) {
      this.clear();
      const width = this.out.columns || 80;
      this.out.write(lines.map((line) => `${line.slice(0, width - 1)}\n`).join(""));
      this.drawn = lines.length;
    } else if (Date.now() - this.last >= this.every) {
      this.last = Date.now();
      this.out.write(`${lines.join("\n")}\n`);
    }
  }

  clear(): void {
    if (this.drawn > 0) this.out.write(`\x1b[${this.drawn}A\x1b[J`);
    this.drawn = 0;
  }
}
