import { describe, expect, test } from "vitest";
import { drawSeries, type SeriesScale } from "../../lib/src/data/series";

describe("the sheet's series", () => {
  const { train, test: held, shape, classes } = drawSeries({ seed: 1 });

  test("8,000 and 2,000 of 30 digits", () => {
    expect([train.size, held.size, train.series.length, held.inputs.length]).toEqual([8000, 2000, 240_000, 60_000]);
    expect([shape, classes]).toEqual([[30, 1], 2]);
  });

  test("all different, across both splits", () => {
    const all = [train, held].flatMap(({ series, size }) =>
      Array.from({ length: size }, (_, i) => series.subarray(i * 30, i * 30 + 30).join("")),
    );
    expect(new Set(all).size).toBe(10_000);
  });

  test("label 1 where the sum is 100 or more", () => {
    for (const { series, sums, labels, size } of [train, held]) {
      for (let i = 0; i < size; i++) {
        const sum = series.subarray(i * 30, i * 30 + 30).reduce((a, b) => a + b, 0);
        expect(sums[i]).toBe(sum);
        expect(labels[i]).toBe(sum >= 100 ? 1 : 0);
      }
    }
  });

  test("digits uniform at each place, mean sum 135 with standard deviation 15.7, about 1.2 % below 100", () => {
    const { series, sums, labels } = drawSeries({ seed: 2, count: 100_000, test: "all" }).test;
    const counts = new Array<number>(10).fill(0);
    for (const digit of series) counts[digit]++;
    for (const count of counts) expect(Math.abs(count / series.length - 0.1)).toBeLessThan(0.001);
    const mean = sums.reduce((a, b) => a + b, 0) / sums.length;
    const sd = Math.sqrt(sums.reduce((a, b) => a + (b - mean) ** 2, 0) / sums.length);
    expect(mean).toBeCloseTo(135, 0);
    expect(sd).toBeCloseTo(Math.sqrt(30 * 8.25), 0);
    const short = labels.filter((label) => label === 0).length / labels.length;
    expect(short).toBeGreaterThan(0.0105);
    expect(short).toBeLessThan(0.0135);
  });

  test("a sum of exactly 100 is label 1", () => {
    const { sums, labels } = drawSeries({ seed: 3, count: 50_000, test: "all" }).test;
    const at = (sum: number) => [...sums.keys()].filter((i) => sums[i] === sum).map((i) => labels[i]);
    expect(new Set(at(100))).toEqual(new Set([1]));
    expect(new Set(at(99))).toEqual(new Set([0]));
  });
});

test("a seed fixes everything; another gives other series", () => {
  const [one, same, other] = [
    drawSeries({ seed: 4, count: 50, test: 10 }),
    drawSeries({ seed: 4, count: 50, test: 10 }),
    drawSeries({ seed: 5, count: 50, test: 10 }),
  ];
  expect(same).toEqual(one);
  expect(other.hash).not.toBe(one.hash);
  expect(drawSeries({ seed: 4, count: 50, test: 10, scale: "unit" }).hash).not.toBe(one.hash);
});

test("fresh series are others than those trained on", () => {
  const text = ({ series, size }: { series: Uint8Array; size: number }) =>
    Array.from({ length: size }, (_, i) => series.subarray(i * 30, i * 30 + 30).join(""));
  const known = new Set(text(drawSeries({ seed: 1 }).train));
  expect(text(drawSeries({ seed: 2_000_001, count: 20_000, test: "all" }).test).some((one) => known.has(one))).toBe(
    false,
  );
});

test("scales", () => {
  const draw = (scale: SeriesScale) => drawSeries({ seed: 1, count: 2000, test: 0, scale });
  const digits = draw("raw").train;
  expect([...digits.inputs]).toEqual([...digits.series]);
  expect(Math.max(...draw("unit").train.inputs)).toBe(1);
  const { inputs } = draw("standard").train;
  const mean = inputs.reduce((a, b) => a + b, 0) / inputs.length;
  expect(mean).toBeCloseTo(0, 1.5);
  expect(inputs.reduce((a, b) => a + (b - mean) ** 2, 0) / inputs.length).toBeCloseTo(1, 1.5);
  const { inputs: surplus, labels } = draw("threshold").train;
  expect(surplus[0]).toBe(Math.fround(digits.series[0] - 100 / 30));
  const total = (i: number) => surplus.subarray(30 * i, 30 * i + 30).reduce((a, b) => a + b, 0);
  labels.forEach((label, i) => expect(total(i) > -0.5).toBe(label === 1));
  const hot = draw("onehot");
  expect(hot.shape).toEqual([30, 10]);
  for (let i = 0; i < 60; i++)
    expect([...hot.train.inputs.subarray(i * 10, i * 10 + 10)].indexOf(1)).toBe(hot.train.series[i]);
});

test.each([
  [{ length: 1, count: 11 }, "Expected count to be a whole number from 1 to 10 but found 11"],
  [{ count: 0 }, "Expected count to be a whole number from 1"],
  [{ test: 10_001 }, "Expected test to be a whole number from 0 to 10000 but found 10001"],
  [{ length: 2.5 }, "Expected length to be a whole number"],
  [{ scale: "log" as never }, 'Expected scale to be one of raw, unit, standard, threshold, onehot but found "log"'],
  [{ seed: -1 }, "Expected seed to be a whole number from 0 on but found -1"],
])("refuses %o", (options, message) => {
  expect(() => drawSeries({ seed: 1, ...options })).toThrow(message);
});

test("as many series as there are can be drawn", () => {
  const { train } = drawSeries({ seed: 1, length: 1, count: 10, test: 0 });
  expect([...train.series].sort()).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
});
