import { type Rgb, rgbOf, signedColor } from "../../base/signed-colors";

/**
 * The colours of a map's values: "signed" for values from -1 to 1 in the colours of `signedColors`, or, for values from
 * 0 to 1, the name of the theme's colour for 1; 0 is the page's paper.
 */
export type Shades = "signed" | { readonly full: string };

/** A theme's colour as the page shows it now. */
export const colorOf = (element: Element, name: string): Rgb =>
  rgbOf(getComputedStyle(element).getPropertyValue(`--${name}`).trim());

/** The size of a map and its place on the canvas, in pixels of the canvas: one per value. */
export interface MapPlace {
  readonly rows: number;
  readonly columns: number;
  readonly left?: number;
  readonly top?: number;
}

/**
 * Paints a map, one pixel of the canvas per value; the canvas' style makes the pixels large. A value that is NaN is not
 * painted.
 */
export function paintMap(
  canvas: HTMLCanvasElement,
  values: ArrayLike<number>,
  { rows, columns, left = 0, top = 0, shades }: MapPlace & { readonly shades: Shades },
): void {
  const context = canvas.getContext("2d")!;
  const color = shades === "signed" ? signedColor : shadesOf(canvas, shades.full);
  const image = context.createImageData(columns, rows);
  for (let i = 0; i < rows * columns; i++) {
    const value = values[i] ?? Number.NaN;
    if (Number.isNaN(value)) continue;
    [image.data[4 * i], image.data[4 * i + 1], image.data[4 * i + 2]] = color(value);
    image.data[4 * i + 3] = 255;
  }
  context.putImageData(image, left, top);
}

/** Shades from the page's paper at 0 to a colour at 1. */
function shadesOf(element: Element, full: string): (value: number) => Rgb {
  const [[red, green, blue], [fullRed, fullGreen, fullBlue]] = [colorOf(element, "paper"), colorOf(element, full)];
  return (value) => {
    const share = Math.max(0, Math.min(1, value));
    return [red + share * (fullRed - red), green + share * (fullGreen - green), blue + share * (fullBlue - blue)];
  };
}
