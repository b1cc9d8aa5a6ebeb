/**
 * Values from 0 to 1 as shades from the page's paper to one of its colours; from -1 to 1 with a colour on each side.
 */
export interface Shades {
  /** Name of the theme's colour for 1. */
  readonly full: string;
  /** Name of the colour for -1. Default: the paper. */
  readonly negative?: string;
}

type Color = readonly [number, number, number];

/** A theme's colour as the page shows it now. */
export function colorOf(element: Element, name: string): Color {
  const text = getComputedStyle(element).getPropertyValue(`--${name}`).trim();
  const value = Number.parseInt(text.slice(1), 16);
  return [(value >> 16) & 255, (value >> 8) & 255, value & 255];
}

/** Where a map lies on its canvas, in pixels of the canvas: one per value. */
export interface MapPlace {
  readonly rows: number;
  readonly columns: number;
  readonly left?: number;
  readonly top?: number;
}

/** Paints a map, one pixel of the canvas per value; its style makes the pixels large. */
export function paintMap(
  canvas: HTMLCanvasElement,
  values: ArrayLike<number>,
  { rows, columns, left = 0, top = 0, full, negative }: MapPlace & Shades,
): void {
  const context = canvas.getContext("2d")!;
  const paper = colorOf(canvas, "paper");
  const [more, less] = [colorOf(canvas, full), negative ? colorOf(canvas, negative) : paper];
  const image = context.createImageData(columns, rows);
  for (let i = 0; i < rows * columns; i++) {
    const value = Math.max(-1, Math.min(1, values[i]!));
    const color = value < 0 ? less : more;
    for (let k = 0; k < 3; k++) image.data[4 * i + k] = paper[k]! + Math.abs(value) * (color[k]! - paper[k]!);
    image.data[4 * i + 3] = 255;
  }
  context.putImageData(image, left, top);
}
