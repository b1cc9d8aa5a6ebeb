import { expect, test } from "vitest";
import { endLabels } from "../../lib/src/figures/labels";

const label = (y: number) => ({ text: String(y), color: "#1f2933", y });
const pixels = (ys: readonly number[], height = 200) =>
  endLabels(ys.map(label), { range: [0, 1], height }).map((annotation) => annotation.y * height);

test("endLabels leaves labels alone that do not touch", () => expect(pixels([0.2, 0.5])).toEqual([40, 100]));

test.each([[[0.98, 0.99, 1, 0.985]], [[0.5, 0.5, 0.5]], [[0, 0.01]], [[0.2, 0.25, 0.9, 0.93, 0.97]]])(
  "endLabels moves %j apart, within the axes, in the order of the curves",
  (ys) => {
    const places = pixels(ys);
    for (const [i, place] of places.entries()) {
      expect(place).toBeGreaterThanOrEqual(7.4);
      expect(place).toBeLessThanOrEqual(192.6);
      if (i > 0) expect(place - places[i - 1]!).toBeGreaterThanOrEqual(14.9);
    }
    expect(
      endLabels(ys.map(label), { range: [0, 1], height: 200 }).map((annotation) => Number(annotation.text)),
    ).toEqual([...ys].sort((a, b) => a - b));
  },
);

test("endLabels breaks a long name into lines and leaves room for them", () => {
  const places = endLabels([{ text: "adds +0.1, gradient descent", color: "#1f2933", y: 0.5 }, label(0.52)], {
    range: [0, 1],
    height: 200,
  });
  expect(places.map(({ text }) => text)).toEqual(["adds +0.1, gradient<br>descent", "0.52"]);
  expect((places[1]!.y - places[0]!.y) * 200).toBeCloseTo(22.5, 1);
});

test("endLabels drops a curve without a last value", () => expect(pixels([NaN])).toEqual([]));
