import { percent as plainPercent } from "../base/text";
import type { Spec } from "./figure";

const space = "\u00a0";

/** `value` rounded to significant digits: enough for a picture, and short in the file. */
export function round(value: number, digits = 4): number {
  return Number.isFinite(value) ? Number(value.toPrecision(digits)) : value;
}

/** Plain array of rounded numbers. JSON has no NaN, so a value that is not finite leaves a hole in the curve. */
export function rounded(values: ArrayLike<number>, digits = 4): (number | null)[] {
  return Array.from(values, (value) => (Number.isFinite(value) ? round(value, digits) : null));
}

/**
 * A fraction in per cent as text, with a no-break space.
 *
 * @param fraction As an accuracy in [0, 1].
 * @param digits Digits after the point. Default 2.
 * @example
 * percent(0.98434); // "98.43\u00a0%"
 */
export function percent(fraction: number, digits = 2): string {
  return plainPercent(fraction, digits).replace(" ", space);
}

/** Two digits after the point, and always a sign: `signed(-0.5)` is "−0.50". */
export const signed = (value: number): string => `${value < 0 ? "−" : "+"}${Math.abs(value).toFixed(2)}`;

/**
 * A matrix as plotly.js reads it from base64: one byte per value, 0 for `low`, 254 for `high` and 255 for what is not
 * finite, a hole. A tenth of the size of numbers in an .ipynb file, which puts each on a line of its own.
 */
export function bytes(
  values: ArrayLike<number>,
  { rows, columns, low, high }: { rows: number; columns: number; low: number; high: number },
): Spec {
  const scale = high > low ? 254 / (high - low) : 0;
  const coded = Uint8Array.from(values, (value) =>
    Number.isFinite(value) ? Math.max(0, Math.min(254, Math.round((value - low) * scale))) : 255,
  );
  return { dtype: "u1", bdata: Buffer.from(coded).toString("base64"), shape: `${rows}, ${columns}` };
}
