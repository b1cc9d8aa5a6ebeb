import { itemAt } from "../base/item-at";
import { luminance, type Rgb, signedColors } from "../base/signed-colors";
import { findPart } from "../parts";

/**
 * Colours of every figure. A page in dark mode replaces each of them by its partner (`dark`), so a figure must not use
 * others. Colour-blind readers can tell the five model colours apart. The colours are dark enough for text on white
 * (a contrast of at least 4.5, as WCAG 2.1 asks). Those of the networks differ in lightness, so that a grey print keeps
 * them apart: blue, green and orange have a CIE lightness of 27, 38 and 48 (of 100). Grey, the linear model's, is as
 * light as orange and has its own symbol and place.
 */
export const colors = {
  paper: "#ffffff",
  ink: "#1f2933",
  soft: "#56606b",
  faint: "#c5ccd3",
  grid: "#e3e7eb",
  grey: "#66707a",
  blue: "#003f7a",
  orange: "#c24a00",
  green: "#00664b",
  pink: "#a3337d",
} as const;

/** What each colour becomes on a dark page. */
export const dark: Readonly<Record<string, string>> = {
  [colors.paper]: "#14181d",
  [colors.ink]: "#e8ecf0",
  [colors.soft]: "#aab4be",
  [colors.faint]: "#4a545e",
  [colors.grid]: "#2c343c",
  [colors.grey]: "#9aa5b0",
  [colors.blue]: "#5cb3f0",
  [colors.orange]: "#ff9350",
  [colors.green]: "#3ecf9f",
  [colors.pink]: "#ef86c8",
  // Blue and green of figures that older notebooks keep.
  "#0068a8": "#5cb3f0",
  "#00795a": "#3ecf9f",
  // Maps of values with a sign look the same on both pages.
  ...Object.fromEntries(signedColors.map((color) => [color, color])),
};

/** Colours of curves that belong to no model, in this order. */
export const palette: readonly string[] = [colors.blue, colors.orange, colors.green, colors.pink, colors.grey];

/** Colour of the i-th curve that belongs to no model, from 0 on; after the last colour the first comes again. */
export const paletteColor = (i: number): string => itemAt(palette, i % palette.length);

/** The fonts of every figure, as CSS names them: the reader's own. */
export const font = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif";

/** Scale from no ink to full ink: digits and counts. */
export const sequential = [
  [0, colors.paper],
  [1, colors.ink],
] as const;

/** Scale from no colour to full colour: values in [0, 1], activations. */
export const activation = [
  [0, colors.paper],
  [1, colors.blue],
] as const;

/** Scale from none to many: errors. */
export const errors = [
  [0, colors.paper],
  [1, colors.orange],
] as const;

/** Scale from negative over zero to positive: weights and states. */
export const diverging = signedColors.map((color, i) => [i / (signedColors.length - 1), color] as const);

/** Black or white: the one with the larger contrast (WCAG 2.1) to a colour, on a light and on a dark page alike. */
export const textOn = (color: Rgb): string =>
  luminance(color) > Math.sqrt(1.05 * 0.05) - 0.05 ? "rgb(0, 0, 0)" : "rgb(255, 255, 255)";

/** How a part's model is called and coloured, the same in every figure. */
export interface ModelStyle {
  readonly name: string;
  readonly color: string;
  /** plotly's name of the symbol that a few points of its curves carry: it tells them apart in a grey print. */
  readonly symbol: string;
}

const symbols: Readonly<Record<string, string>> = {
  grey: "x-thin-open",
  blue: "circle",
  orange: "square",
  green: "triangle-up",
  pink: "diamond",
};

/**
 * Name, colour and symbol of a part's model; a part without one is called by its id, in ink. A variant of a part
 * ("h6-1d:dropout") looks like its part and says its name.
 *
 * @param id A part's id, or a part and its variant.
 * @example
 * modelStyle("h6-1d").name; // "CNN"
 */
export function modelStyle(id: string): ModelStyle {
  const [part, variant] = id.split(":") as [string, string?];
  const model = findPart(part)?.model;
  if (!model) return { name: id, color: colors.ink, symbol: "circle" };
  const name = variant === undefined ? model.name : `${model.name}, ${variant}`;
  return { name, color: colors[model.color], symbol: symbols[model.color] ?? "circle" };
}
