import { createHash } from "node:crypto";
import type { Dataset, Split } from "./dataset";
import { oneHot } from "./one-hot";
import { random } from "./random";

/**
 * How the integers 0 .. 9 become inputs: as they are, x / 9, (x - 4.5) / 2.872 (mean 0, standard deviation 1), x -
 * threshold / length (a series whose inputs add up to 0 or more has label 1), or ten numbers of which one is 1.
 */
export type SeriesScale = "raw" | "unit" | "standard" | "threshold" | "onehot";

/** One half of the number series: the integers behind the inputs, and their sums. */
export interface SeriesSplit extends Split {
  /** `[size, length]`, integers 0 .. 9. */
  readonly series: Uint8Array;
  /** Sum of each series, `[size]`. */
  readonly sums: Uint16Array;
}

/** Number series with label 1 where the sum reaches the threshold. */
export interface Series extends Dataset {
  readonly train: SeriesSplit;
  readonly test: SeriesSplit;
}

/** What `drawSeries` draws; the defaults are the sheet's. */
export interface SeriesOptions {
  readonly seed: number;
  /** Number of series, all different. Default 10,000. */
  readonly count?: number;
  /** How many of them, the last ones, are the test split; "all" leaves none to train on. Default 2,000. */
  readonly test?: number | "all";
  /** Numbers per series. Default 30. */
  readonly length?: number;
  /** Smallest sum with label 1. Default 100. */
  readonly threshold?: number;
  /** Default "standard". */
  readonly scale?: SeriesScale;
}

/** All of them. */
export const seriesScales: readonly SeriesScale[] = ["raw", "unit", "standard", "threshold", "onehot"];

/** The input for a digit; `mean` is the mean digit of a series that just reaches the threshold. */
const scales: Record<Exclude<SeriesScale, "onehot">, (digit: number, mean: number) => number> = {
  raw: (digit) => digit,
  unit: (digit) => digit / 9,
  // Mean 4.5 and variance (10^2 - 1) / 12 of a uniform digit.
  standard: (digit) => (digit - 4.5) / Math.sqrt(99 / 12),
  threshold: (digit, mean) => digit - mean,
};

/**
 * Draws number series of uniform integers 0 .. 9, no two alike, labelled by whether their sum reaches the threshold.
 *
 * @param options Seed, sizes, threshold and scale.
 * @returns Inputs float32 `[n, length, 1]` (`[n, length, 10]` with scale "onehot"), labels 0 or 1.
 * @throws When a size is not a whole number in its range, or when so many different series do not exist.
 * @example
 * const series = drawSeries({ seed: 1 });
 * series.train.size; // 8000
 * series.test.size; // 2000
 */
export function drawSeries({
  seed,
  count = 10_000,
  test: tested = 2_000,
  length = 30,
  threshold = 100,
  scale = "standard",
}: SeriesOptions): Series {
  const test = tested === "all" ? count : tested;
  whole("length", length, 1, 10_000);
  whole("count", count, 1, Math.min(10_000_000, 10 ** length));
  whole("test", test, 0, count);
  if (!seriesScales.includes(scale))
    throw new Error(`Expected scale to be one of ${seriesScales.join(", ")} but found "${scale}": choose one of them.`);
  const stream = random(seed, "series", count, length);
  const seen = new Set<string>();
  const all = new Uint8Array(count * length);
  for (let i = 0; i < count; ) {
    const one = all.subarray(i * length, (i + 1) * length);
    for (let t = 0; t < length; t++) one[t] = stream.integer(10);
    const key = String.fromCharCode(...one);
    if (seen.has(key)) continue;
    seen.add(key);
    i++;
  }
  const hash = createHash("sha256")
    .update(all)
    .update(JSON.stringify([length, threshold, scale, test]))
    .digest("hex");
  const split = (from: number, to: number) =>
    makeSplit(all.subarray(from * length, to * length), { length, threshold, scale });
  return {
    name: "series",
    shape: [length, scale === "onehot" ? 10 : 1],
    classes: 2,
    train: split(0, count - test),
    test: split(count - test, count),
    hash,
  };
}

function makeSplit(
  series: Uint8Array,
  { length, threshold, scale }: { length: number; threshold: number; scale: SeriesScale },
): SeriesSplit {
  const size = series.length / length;
  const sums = Uint16Array.from({ length: size }, (_, i) =>
    series.subarray(i * length, (i + 1) * length).reduce((sum, digit) => sum + digit, 0),
  );
  const inputs =
    scale === "onehot"
      ? oneHot(series, 10)
      : Float32Array.from(series, (digit) => scales[scale](digit, threshold / length));
  return { inputs, labels: Uint8Array.from(sums, (sum) => (sum >= threshold ? 1 : 0)), size, series, sums };
}

function whole(name: string, value: number, from: number, to: number): void {
  if (!Number.isInteger(value) || value < from || value > to)
    throw new Error(
      `Expected ${name} to be a whole number from ${from} to ${to} but found ${value}: choose one of them.`,
    );
}
