import { itemAt } from "./item-at";

/**
 * Colours of values with a sign, at -1, -1/2, 0, 1/2 and 1: from dark blue over grey to light orange. Each is lighter
 * than the one before (CIE lightness 14, 41, 60, 75 and 91 of 100), so that a grey print shows sign and size, and
 * colour-blind readers tell blue from orange. They are the same on a light and on a dark page: dark is negative.
 */
export const signedColors = ["#00224f", "#2f639e", "#8d9195", "#f4ab4c", "#ffe1a6"] as const;

/** Red, green and blue, from 0 to 255. */
export type Rgb = readonly [number, number, number];

/** The numbers of a colour "#rrggbb". */
export function rgbOf(color: string): Rgb {
  const value = Number.parseInt(color.slice(1), 16);
  return [(value >> 16) & 255, (value >> 8) & 255, value & 255];
}

/**
 * The colour of a value from -1 to 1, between the two of `signedColors` that lie beside it; a value beyond an end has
 * the colour of that end.
 *
 * @example
 * signedColor(0); // [141, 145, 149], the grey in the middle
 */
export function signedColor(value: number): Rgb {
  const intervals = signedColors.length - 1;
  const place = ((Math.max(-1, Math.min(1, value)) + 1) / 2) * intervals;
  const below = Math.min(intervals - 1, Math.floor(place));
  const [low, high] = [itemAt(stops, below), itemAt(stops, below + 1)];
  const between = (k: 0 | 1 | 2) => Math.round(low[k] + (place - below) * (high[k] - low[k]));
  return [between(0), between(1), between(2)];
}

const stops = signedColors.map(rgbOf);

/** Red, green and blue as light, from 0 (black) to 1 (white): relative luminance of WCAG 2.1. */
export function luminance([red, green, blue]: Rgb): number {
  const light = (byte: number) => {
    const share = byte / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  };
  return 0.2126 * light(red) + 0.7152 * light(green) + 0.0722 * light(blue);
}
