import { beforeAll, describe, expect, test } from "vitest";
import { loadMnist, type Mnist } from "../../lib/src";
import { centreOfMass, prepare, type Stroke, side } from "../../lib/src/live/drawing";
import { digitStrokes } from "../fixtures/strokes";

let mnist: Mnist;
beforeAll(async () => void (mnist = await loadMnist()));

const box = (ink: Float32Array) => {
  const lit = [...ink].flatMap((value, i) => (value > 0.3 ? [i] : []));
  const [rows, columns] = [lit.map((i) => Math.floor(i / side)), lit.map((i) => i % side)];
  const size = (values: number[]) => Math.max(...values) - Math.min(...values) + 1;
  return { wide: size(columns), high: size(rows) };
};
const sum = (ink: Float32Array) => ink.reduce((total, value) => total + value, 0);

describe("a drawing is prepared as MNIST was", () => {
  test.each(digitStrokes.map((strokes, digit) => [digit, strokes] as const))(
    "%d: in a box of 20 x 20, its centre of mass in the middle of 28 x 28",
    (_, strokes) => {
      const ink = prepare({ strokes })!;
      const { wide, high } = box(ink);
      expect(Math.max(wide, high)).toBeGreaterThanOrEqual(19);
      expect(Math.max(wide, high)).toBeLessThanOrEqual(21);
      const [x, y] = centreOfMass(ink);
      expect(Math.abs(x - 14)).toBeLessThan(0.1);
      expect(Math.abs(y - 14)).toBeLessThan(0.1);
      expect(Math.max(...ink)).toBe(1);
    },
  );

  test("with as much ink as the test images have", () => {
    const images = Array.from({ length: 500 }, (_, i) => sum(mnist.test.inputs.subarray(784 * i, 784 * (i + 1))));
    const usual = images.reduce((total, one) => total + one, 0) / images.length;
    const drawn = digitStrokes.reduce((total, strokes) => total + sum(prepare({ strokes })!), 0) / 10;
    expect(drawn / usual).toBeGreaterThan(0.7);
    expect(drawn / usual).toBeLessThan(1.3);
  });

  test("wherever and however large it is drawn", () => {
    const moved = digitStrokes[3]!.map((stroke) => stroke.map(([x, y]) => [100 + 300 * x, -20 + 300 * y] as const));
    prepare({ strokes: moved })!.forEach((value, i) =>
      expect(value).toBeCloseTo(prepare({ strokes: digitStrokes[3]! })![i]!, 4),
    );
  });

  test("a dot stays a dot, and nothing is nothing", () => {
    expect(box(prepare({ strokes: [[[0.2, 0.9]]] })!)).toEqual({ wide: 2, high: 2 });
    expect(prepare({ strokes: [] })).toBeUndefined();
    expect(prepare({ image: new Float32Array(784) })).toBeUndefined();
  });
});

describe("a test image", () => {
  const image = () => mnist.test.inputs.slice(0, 784);

  test("has its place already", () => expect(prepare({ image: image() })).toEqual(image()));

  test("is shifted by whole pixels, and loses what leaves the image", () => {
    const shifted = prepare({ image: image() }, { shift: [3, -2] })!;
    for (let y = 0; y < side - 2; y++)
      for (let x = 3; x < side; x++) expect(shifted[y * side + x]).toBe(image()[(y + 2) * side + x - 3]);
    expect(prepare({ image: image() }, { shift: [28, 0] })).toEqual(new Float32Array(784));
  });

  test("is turned: a quarter turn takes right to below", () => {
    const point = new Float32Array(784);
    point[14 * side + 20] = 1;
    const [x, y] = centreOfMass(prepare({ image: point }, { turn: 90 })!);
    expect([x, y]).toEqual([expect.closeTo(13.5, 4), expect.closeTo(20.5, 4)]);
    const strokes: Stroke[] = [
      [
        [0, 0],
        [1, 0],
      ],
    ];
    expect(box(prepare({ strokes }, { turn: 90 })!).high).toBeGreaterThan(18);
  });

  test("gets more ink with thickness, and less below 0, as a drawing does", () => {
    for (const drawing of [{ image: image() }, { strokes: digitStrokes[5]! }]) {
      const inks = [-2, -1, 0, 1, 2, 3].map((thicken) => sum(prepare(drawing, { thicken })!));
      expect([...inks].sort((a, b) => a - b)).toEqual(inks);
      expect(inks[5]! / inks[2]!).toBeGreaterThan(1.4);
    }
  });
});
