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

/** How a network reads digits. */
export interface DigitScale {
  /** What the network reads for each digit from 0 to 9, `[10][features]`. */
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

/** A series as a network reads it, one value per step. */
export interface SeriesRun {
  readonly digits: readonly number[];
  /** Running sum. */
  readonly sums: readonly number[];
  readonly steps: readonly LstmStep[];
  /** What the network would answer if the series ended at this step. */
  readonly y: readonly number[];
}

/**
 * Lets a network read a series.
 *
 * @param network One LSTM layer, and what makes one number of its outputs.
 * @param digits Integers from 0 to 9; fewer than the network was trained on will do.
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
      series[t]! += by;
      left--;
    }
  return series;
}

/** The sums to which a series is nudged to look for its border: from 90 to 110 around 100. */
export const sumsAround = (threshold: number): number[] => Array.from({ length: 21 }, (_, i) => threshold - 10 + i);

/**
 * A text of digits as it was read: the digits, where there are any to show, and a sentence, where they are no whole
 * series.
 */
export interface ReadSeries {
  readonly digits?: readonly number[];
  readonly problem?: string;
}

/**
 * Reads a series as a reader types it: digits, with or without blanks, commas or semicolons between them.
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
 * Draws series of uniform digits until one has a sum from `from` to `to`: so it is a usual one among those.
 *
 * @param random Uniform in [0, 1).
 */
export function drawDigits(
  length: number,
  { from, to }: { readonly from: number; readonly to: number },
  random: () => number,
): number[] {
  // A sum near 100 of 30 digits comes up once in about eighty series; where no series has such a sum, one is nudged to
  // it.
  for (let tries = 0; ; tries++) {
    const digits = Array.from({ length }, () => Math.floor(10 * random()));
    const sum = sumOf(digits);
    if (sum >= from && sum <= to) return digits;
    if (tries > 20_000) return nudged(digits, sum < from ? from : to);
  }
}
