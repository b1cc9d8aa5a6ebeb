import { itemAt } from "../base/item-at";
import { forwardLayer } from "./forward";
import type { Network } from "./layers";
import { type LstmStep, lstmSteps } from "./lstm";
import type { PackedNetwork } from "./packed";

/** A cell of an LSTM, and how well its state follows the running sum. */
export interface RankedCell {
  /** Its place in the layer, from 0. */
  readonly cell: number;
  /** Correlation of its state with the running sum, -1 to 1. */
  readonly r: number;
}

/** The inputs that stand for digits. */
export interface DigitScale {
  /** The network's input for each digit from 0 to 9, `[10][features]`. */
  readonly inputs: readonly (readonly number[])[];
}

/** What the widget "series" works on. */
export interface SeriesData extends DigitScale {
  readonly network: PackedNetwork;
  /** Digits per series. */
  readonly length: number;
  /** Smallest sum with label 1. */
  readonly threshold: number;
  /** All cells, the one whose state follows the running sum best first. */
  readonly cells: readonly RankedCell[];
  /** The sum at which the network's answer changes over many series, where the notebook measured it. */
  readonly border?: number | undefined;
  /** The series to begin with. */
  readonly first: readonly number[];
  /** Test series that the network answers wrongly. */
  readonly missed: readonly (readonly number[])[];
}

/** What a network makes of a series, one value per step. */
export interface SeriesRun {
  readonly digits: readonly number[];
  /** Running sum. */
  readonly sums: readonly number[];
  readonly steps: readonly LstmStep[];
  /** The network's answer if the series ended at this step, from 0 to 1. */
  readonly y: readonly number[];
}

/**
 * Runs a network over a series of digits.
 *
 * @param network One LSTM layer, and the layers that turn its output into one number.
 * @param digits Integers from 0 to 9; there may be fewer than in training.
 * @throws When the first layer is not an LSTM.
 */
export function runSeries(network: Network, { inputs }: DigitScale, digits: readonly number[]): SeriesRun {
  const [first, ...above] = network.layers;
  if (first?.kind !== "lstm")
    throw new Error(
      `Expected a network whose first layer is an LSTM but found ${first?.kind}: pass a model made by models.lstm.`,
    );
  const steps = lstmSteps(first, Float32Array.from(digits.flatMap((digit) => itemAt(inputs, digit))));
  const y = steps.map(({ h }) =>
    itemAt(
      above.reduce((values, layer) => forwardLayer(layer, values), h),
      0,
    ),
  );
  return { digits, sums: runningSums(digits), steps, y };
}

/** The sum of the digits up to each step, `[steps]`. */
export function runningSums(digits: readonly number[]): number[] {
  let sum = 0;
  return digits.map((digit) => (sum += digit));
}

/** The sum of all digits. */
export const sumOf = (digits: readonly number[]): number => digits.reduce((sum, digit) => sum + digit, 0);

/**
 * The series with another sum that is closest to this one: digits go up or down by one, one after the other from the
 * first to the last and round again, until the sum is reached. A digit stays from 0 to 9.
 */
export function nudged(digits: readonly number[], sum: number): number[] {
  const series = [...digits];
  const by = sum > sumOf(digits) ? 1 : -1;
  const last = by > 0 ? 9 : 0;
  let left = Math.abs(Math.max(0, Math.min(9 * digits.length, sum)) - sumOf(digits));
  for (let t = 0; left > 0; t = (t + 1) % series.length)
    if (series[t] !== last) {
      series[t] = itemAt(series, t) + by;
      left--;
    }
  return series;
}

/** The sums that a series is changed to, to find where the answer changes: from 90 to 110 for a threshold of 100. */
export const sumsAround = (threshold: number): number[] => Array.from({ length: 21 }, (_, i) => threshold - 10 + i);

/**
 * What a typed text holds: its digits, where they can be shown, and a sentence that says what is wrong, where they are
 * not a whole series.
 */
export interface ReadSeries {
  readonly digits?: readonly number[];
  readonly problem?: string;
}

/**
 * Reads a series that a reader types: digits, with or without blanks, commas or semicolons between them.
 *
 * @param length Digits that a series has.
 */
export function readSeries(text: string, length: number): ReadSeries {
  const before = "The series before it is shown until then.";
  const strange = /[^\d\s,;]/u.exec(text);
  if (strange) {
    const place = text.slice(0, strange.index).replace(/\D/g, "").length;
    return {
      problem:
        `Expected digits from 0 to 9 but found "${strange[0]}" ` +
        `${place === 0 ? "at the start" : `after ${counted(place)}`}: take it out. ${before}`,
    };
  }
  const numbers = /[,;]/.test(text) ? text.split(/[\s,;]+/) : [];
  const large = numbers.find((number) => number.length > 1);
  if (large !== undefined)
    return { problem: `Expected numbers from 0 to 9 but found ${large}: type single digits. ${before}` };
  const digits = Array.from(text.replace(/\D/g, ""), Number);
  if (digits.length === length) return { digits };
  if (digits.length === 0)
    return { digits, problem: `Nothing is typed yet: type ${length} digits from 0 to 9, or draw a series at random.` };
  if (digits.length > length)
    return {
      problem: `Expected ${length} digits but found ${digits.length}: take ${digits.length - length} out. ${before}`,
    };
  return {
    digits,
    problem:
      `Expected ${length} digits but found ${digits.length}: type ${length - digits.length} more. Shown is what ` +
      "the network makes of them so far.",
  };
}

const counted = (digits: number) => (digits === 1 ? "1 digit" : `${digits} digits`);

/** Digits as text, in groups of five. */
export const seriesText = (digits: readonly number[]): string =>
  digits.map((digit, t) => (t > 0 && t % 5 === 0 ? ` ${digit}` : String(digit))).join("");

/**
 * Draws series of uniform digits until one has a sum from `from` to `to`, so that it is a typical one.
 *
 * @param random Uniform in [0, 1).
 */
export function drawDigits(
  length: number,
  { from, to }: { readonly from: number; readonly to: number },
  random: () => number,
): number[] {
  // About one series of 30 digits in eighty has a sum near 100. Where none comes up with such a sum, the last one is
  // changed to it.
  for (let tries = 0; ; tries++) {
    const digits = Array.from({ length }, () => Math.floor(10 * random()));
    const sum = sumOf(digits);
    if (sum >= from && sum <= to) return digits;
    if (tries > 20_000) return nudged(digits, sum < from ? from : to);
  }
}
