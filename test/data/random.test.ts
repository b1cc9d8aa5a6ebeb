import { describe, expect, test } from "vitest";
import { Random, random } from "../../lib/src/data/random";

const draw = (stream: Random, n: number) => Array.from({ length: n }, () => stream.uniform());

describe("streams", () => {
  test("the same seed and name give the same numbers, on every machine", () => {
    expect(draw(random(1, "a", 0), 5)).toEqual(draw(random(1, "a", 0), 5));
    // sfc32 as published, from the state (1, 2, 3, 1): computed by hand from its three lines.
    const stream = new Random([1, 2, 3, 1]);
    expect([stream.bits(), stream.bits(), stream.bits()]).toEqual([4, 31, 56_623_170]);
  });

  test("other seeds, names and numbers of names give others; 0 is a seed like any other", () => {
    const firsts = [
      random(0),
      random(1),
      random(2),
      random(1, "a"),
      random(1, "b"),
      random(1, "a", 0),
      random(1, "a", 1),
      random(11),
      random(1, 1),
    ].map((stream) => stream.bits());
    expect(new Set(firsts).size).toBe(firsts.length);
  });

  test("streams of neighbouring seeds and names are not correlated", () => {
    const n = 20_000;
    for (const [one, other] of [
      [random(1), random(2)],
      [random(0, "x"), random(0, "y")],
      [random(3, "w", 0), random(3, "w", 1)],
    ] as const) {
      let product = 0;
      for (let i = 0; i < n; i++) product += (one.uniform() - 0.5) * (other.uniform() - 0.5) * 12;
      expect(Math.abs(product / n)).toBeLessThan(4 / Math.sqrt(n));
    }
  });

  test("a stream goes on from its saved state", () => {
    const stream = random(5, "state");
    draw(stream, 17);
    const copy = new Random(stream.state);
    expect(draw(copy, 50)).toEqual(draw(stream, 50));
  });

  test.each([-1, 0.5, Number.NaN, 2 ** 60])("refuses %s as a seed", (seed) => {
    expect(() => random(seed)).toThrow("Expected seed to be a whole number from 0 on but found");
  });
});

describe("distributions", () => {
  const n = 100_000;

  test("uniform: in [0, 1), every twentieth of it equally often", () => {
    const counts = new Array<number>(20).fill(0);
    for (const value of draw(random(1, "uniform"), n)) {
      expect(value >= 0 && value < 1).toBe(true);
      counts[Math.floor(value * 20)]++;
    }
    const chi2 = counts.reduce((sum, count) => sum + (count - n / 20) ** 2 / (n / 20), 0);
    expect(chi2).toBeLessThan(43.8); // 99.9 % of chi-squared with 19 degrees of freedom
  });

  test("integer: all values equally often, for a size that does not divide 2^32", () => {
    const stream = random(1, "integer");
    const counts = new Array<number>(7).fill(0);
    for (let i = 0; i < n; i++) counts[stream.integer(7)]++;
    expect(counts.reduce((sum, count) => sum + (count - n / 7) ** 2 / (n / 7), 0)).toBeLessThan(22.5);
  });

  test("normal: mean 0, variance 1, 4.55 % beyond two, 0.27 % beyond three", () => {
    const stream = random(1, "normal");
    const values = Array.from({ length: n }, () => stream.normal());
    const mean = values.reduce((sum, value) => sum + value, 0) / n;
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / n;
    expect(Math.abs(mean)).toBeLessThan(0.013);
    expect(Math.abs(variance - 1)).toBeLessThan(0.018);
    expect(values.filter((value) => Math.abs(value) > 2).length / n).toBeCloseTo(0.0455, 2);
    expect(Math.abs(values.filter((value) => Math.abs(value) > 3).length / n - 0.0027)).toBeLessThan(0.0006);
  });

  test("permutation: each number once, every place equally likely", () => {
    const stream = random(1, "permutation");
    expect([...stream.permutation(1000)].sort((a, b) => a - b)).toEqual(Array.from({ length: 1000 }, (_, i) => i));
    const counts = Array.from({ length: 4 }, () => new Array<number>(4).fill(0));
    for (let i = 0; i < 8000; i++) stream.permutation(4).forEach((value, place) => counts[place][value]++);
    for (const count of counts.flat()) expect(Math.abs(count - 2000)).toBeLessThan(160);
    expect([...stream.permutation(0)]).toEqual([]);
  });
});
