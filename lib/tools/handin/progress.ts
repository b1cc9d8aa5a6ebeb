import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import type { RunRecord } from "../../src/runs/record";

/** Writes one line that changes on a terminal, and a line a minute into a file or a pipe. */
export class StatusLine {
  private shown = "";
  private last = Date.now();

  constructor(
    private readonly stream: { isTTY?: boolean; columns?: number; write(text: string): unknown } = process.stdout,
    private readonly everySeconds = 60,
  ) {}

  update(text: string): void {
    if (this.stream.isTTY) {
      const line = text.slice(0, (this.stream.columns ?? 80) - 1);
      if (line !== this.shown) this.stream.write(`\r\x1b[K${line}`);
      this.shown = line;
    } else if (Date.now() - this.last >= this.everySeconds * 1000) {
      this.last = Date.now();
      this.stream.write(text + "\n");
    }
  }

  /** A line that stays. */
  print(text: string): void {
    this.clear();
    this.stream.write(text + "\n");
    this.last = Date.now();
  }

  /** Takes the changing line away, so that something else can be written. */
  clear(): void {
    if (this.shown) this.stream.write("\r\x1b[K");
    this.shown = "";
  }
}

export interface LiveQuery {
  readonly part: string;
  /** `"full-s1"`: another seed of the part may be training at the same time. */
  readonly run: string;
  /** Milliseconds since 1970: an older file was written before. */
  readonly since: number;
  readonly status?: RunRecord["status"];
}

/** What the training of a part says about itself in its `live.json`. */
export function liveRecord(runs: string, { part, run, since, status = "running" }: LiveQuery): RunRecord | undefined {
  const file = join(runs, part, run, "live.json");
  if ((statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0) < since) return undefined;
  try {
    const record = JSON.parse(readFileSync(file, "utf8")) as RunRecord;
    return record.status === status ? record : undefined;
  } catch {
    return undefined; // not there yet, or cut off by a machine that stopped
  }
}

/** `"cell 6/14, iteration 12,400 of 20,000 (62 %), about 3 min left, test 97.9 %"`. */
export function describeProgress(cell: number, cells: number, live: RunRecord | undefined): string {
  const words = [`cell ${cell}/${cells}`];
  if (live) {
    const { iteration, iterations, etaSeconds } = live.progress;
    words.push(
      `iteration ${whole(iteration)} of ${whole(iterations)} (${Math.floor((100 * iteration) / iterations)} %)`,
    );
    if (iteration > 0 && Number.isFinite(etaSeconds)) words.push(`about ${duration(etaSeconds)} left`);
    const test = live.testAccuracy.at(-1);
    if (test !== undefined) words.push(`test ${percent(test)}`);
  }
  return words.join(", ");
}

export const percent = (fraction: number) => `${(100 * fraction).toFixed(1)} %`;

export const count = (n: number, noun: string) => `${n} ${noun}${n === 1 ? "" : "s"}`;

export const whole = (count: number) => count.toLocaleString("en-US");

export function duration(seconds: number): string {
  return seconds < 90 ? `${Math.ceil(seconds)} s` : `${Math.ceil(seconds / 60)} min`;
}
