import { itemAt } from "../base/item-at";

/** Rows and columns of an image. */
export const side = 28;
/** MNIST's digits fill a box of this size, before the shift that centres them. */
const box = 20;
/** Width of a pen's line in pixels of the image, as most of MNIST's writers have it. */
const penWidth = 2.6;

/** A line of the pen: its points in any unit, x to the right and y down. */
export type Stroke = readonly (readonly [number, number])[];

/** What the networks are to read: strokes of a pen, or a finished image, `[784]` from 0 to 1. */
export type Drawing = { readonly strokes: readonly Stroke[] } | { readonly image: Float32Array };

/** Changes to a drawing after it was scaled and centred. */
export interface Adjustment {
  /** Degrees clockwise, around the image's centre. Default 0. */
  readonly turn?: number;
  /** Pixels by which lines get wider; below 0 narrower. Default 0. */
  readonly thicken?: number;
  /** Pixels to the right and down. Default [0, 0]. */
  readonly shift?: readonly [number, number];
}

/**
 * Prepares a drawing as MNIST's images were prepared (LeCun et al. 1998): scales it into a box of 20 x 20 pixels,
 * keeping its proportions, and puts its centre of mass into the middle of 28 x 28. An image is scaled and centred
 * already.
 *
 * @param adjustment Changes to the prepared drawing.
 * @returns Ink from 0 to 1, `[784]` row by row; undefined where nothing is drawn.
 */
export function prepare(
  drawing: Drawing,
  { turn = 0, thicken = 0, shift = [0, 0] }: Adjustment = {},
): Float32Array | undefined {
  const ink =
    "image" in drawing
      ? thickened(turned(drawing.image, turn), thicken)
      : drawn(placed(drawing.strokes), { turn, width: Math.max(0.8, penWidth + thicken) });
  if (!ink.some((value) => value > 0)) return undefined;
  return shifted(ink, shift);
}

/** Strokes in pixels of the image, scaled into the box, with the centre of mass of their ink in the middle. */
function placed(strokes: readonly Stroke[]): Stroke[] {
  const points = strokes.flat();
  if (points.length === 0) return [];
  const range = (axis: 0 | 1) => {
    const values = points.map((point) => point[axis]);
    return [Math.min(...values), Math.max(...values)] as const;
  };
  const [[left, right], [top, bottom]] = [range(0), range(1)];
  const longest = Math.max(right - left, bottom - top);
  // The pen's line reaches half its width beyond its points. A dot stays a dot.
  const scale = longest > 0 ? (box - penWidth) / longest : 1;
  const middle = side / 2;
  const moved = (dx: number, dy: number) =>
    strokes.map((stroke) =>
      stroke.map(
        ([x, y]) =>
          [(x - (left + right) / 2) * scale + middle + dx, (y - (top + bottom) / 2) * scale + middle + dy] as const,
      ),
    );
  const [x, y] = centreOfMass(drawn(moved(0, 0), { turn: 0, width: penWidth }));
  return moved(middle - x, middle - y);
}

/** The centre of mass of the ink, in pixels from the upper left corner. */
export function centreOfMass(ink: Float32Array): readonly [number, number] {
  let [sum, x, y] = [0, 0, 0];
  ink.forEach((value, i) => {
    sum += value;
    x += value * ((i % side) + 0.5);
    y += value * (Math.floor(i / side) + 0.5);
  });
  return sum === 0 ? [side / 2, side / 2] : [x / sum, y / sum];
}

interface Pen {
  readonly turn: number;
  readonly width: number;
}

/** The ink that a round pen leaves, with soft edges. */
function drawn(strokes: readonly Stroke[], { turn, width }: Pen): Float32Array {
  const ink = new Float32Array(side * side);
  const [sin, cos] = [Math.sin((turn * Math.PI) / 180), Math.cos((turn * Math.PI) / 180)];
  const around = ([x, y]: readonly [number, number]): readonly [number, number] => {
    const [dx, dy] = [x - side / 2, y - side / 2];
    return [side / 2 + dx * cos - dy * sin, side / 2 + dx * sin + dy * cos];
  };
  for (const stroke of strokes) {
    const points = stroke.map(around);
    points.forEach((point, i) => drawSegment(ink, [points[i - 1] ?? point, point], width / 2));
  }
  return ink;
}

type Segment = readonly [readonly [number, number], readonly [number, number]];

function drawSegment(ink: Float32Array, [[ax, ay], [bx, by]]: Segment, radius: number): void {
  const reach = radius + 0.5;
  const [dx, dy] = [bx - ax, by - ay];
  const square = dx * dx + dy * dy;
  const within = (value: number) => Math.max(0, Math.min(side - 1, Math.floor(value)));
  for (let row = within(Math.min(ay, by) - reach); row <= within(Math.max(ay, by) + reach); row++)
    for (let column = within(Math.min(ax, bx) - reach); column <= within(Math.max(ax, bx) + reach); column++) {
      const [px, py] = [column + 0.5 - ax, row + 0.5 - ay];
      const along = square > 0 ? Math.max(0, Math.min(1, (px * dx + py * dy) / square)) : 0;
      const far = Math.hypot(px - along * dx, py - along * dy);
      const at = row * side + column;
      ink[at] = Math.max(itemAt(ink, at), Math.min(1, Math.max(0, reach - far)));
    }
}

/** An image turned around its centre; between pixels it is interpolated. */
function turned(image: Float32Array, turn: number): Float32Array {
  if (turn === 0) return image;
  const [sin, cos] = [Math.sin((turn * Math.PI) / 180), Math.cos((turn * Math.PI) / 180)];
  const middle = (side - 1) / 2;
  const at = (x: number, y: number) => (x < 0 || y < 0 || x >= side || y >= side ? 0 : itemAt(image, y * side + x));
  return image.map((_, i) => {
    const [dx, dy] = [(i % side) - middle, Math.floor(i / side) - middle];
    // Where this pixel came from.
    const [x, y] = [middle + dx * cos + dy * sin, middle - dx * sin + dy * cos];
    const [left, top] = [Math.floor(x), Math.floor(y)];
    const [u, v] = [x - left, y - top];
    return (
      (1 - v) * ((1 - u) * at(left, top) + u * at(left + 1, top)) +
      v * ((1 - u) * at(left, top + 1) + u * at(left + 1, top + 1))
    );
  });
}

/** Each pixel becomes the darkest within half of `width` around it; where `width` is below 0, the lightest. */
function thickened(image: Float32Array, width: number): Float32Array {
  if (width === 0) return image;
  const radius = Math.abs(width) / 2;
  const reach = Math.ceil(radius);
  return image.map((own, i) => {
    let value = own;
    for (let dy = -reach; dy <= reach; dy++)
      for (let dx = -reach; dx <= reach; dx++) {
        const far = Math.hypot(dx, dy);
        // A neighbour beyond the radius counts for the part of it that the radius reaches.
        const weight = Math.min(1, Math.max(0, radius + 1 - far));
        const [x, y] = [(i % side) + dx, Math.floor(i / side) + dy];
        if (weight === 0 || far === 0) continue;
        const other = x < 0 || y < 0 || x >= side || y >= side ? 0 : itemAt(image, y * side + x);
        if (width > 0) value = Math.max(value, own + weight * (other - own));
        else value = Math.min(value, own + weight * (other - own));
      }
    return value;
  });
}

/** An image moved by whole pixels; ink that leaves it is lost, pixels that come in are empty. */
function shifted(ink: Float32Array, [right, down]: readonly [number, number]): Float32Array {
  const moved = new Float32Array(ink.length);
  for (let y = 0; y < side; y++)
    for (let x = 0; x < side; x++) {
      const [fromX, fromY] = [x - right, y - down];
      if (fromX >= 0 && fromY >= 0 && fromX < side && fromY < side)
        moved[y * side + x] = itemAt(ink, fromY * side + fromX);
    }
  return moved;
}
