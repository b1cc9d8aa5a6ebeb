import * as tf from "@tensorflow/tfjs-node";
import { afterEach, describe, expect, test } from "vitest";
import { drawSeries, lstmStates, models, random } from "../../lib/src";
import {
  drawDigits,
  nudged,
  readSeries,
  runSeries,
  seriesText,
  sumOf,
  sumsAround,
} from "../../lib/src/live/series-data";
import { networkOf } from "../../lib/src/notebook/live/network";

const made: tf.LayersModel[] = [];
afterEach(() => {
  for (const model of made.splice(0)) model.dispose();
});

/** An LSTM whose answers differ from series to series. */
function spread(features: number): tf.LayersModel {
  const model = models.lstm({ units: 17, features, seed: 4 });
  made.push(model);
  const larger = model
    .getWeights()
    .map((weight, i) => tf.tidy(() => weight.add(tf.randomNormal(weight.shape, 0, 0.4, "float32", 5 + i))));
  model.setWeights(larger);
  tf.dispose(larger);
  return model;
}

describe("a series that is typed", () => {
  const digits = Array.from({ length: 30 }, (_, t) => t % 10);

  test("is read with and without signs between its digits", () => {
    const wanted = { digits };
    expect(readSeries("012345678901234567890123456789", 30)).toEqual(wanted);
    expect(readSeries(seriesText(digits), 30)).toEqual(wanted);
    expect(readSeries(` ${digits.join(", ")} \n`, 30)).toEqual(wanted);
    expect(readSeries(digits.join(";"), 30)).toEqual(wanted);
  });

  test.each([
    ["", "Nothing is typed yet: type 30 digits from 0 to 9, or draw a series at random.", []],
    [" ", "Nothing is typed yet: type 30 digits from 0 to 9, or draw a series at random.", []],
    ["314", "Expected 30 digits but found 3: type 27 more. Shown is what the network makes of them so far.", [3, 1, 4]],
    [
      "1".repeat(32),
      "Expected 30 digits but found 32: take 2 out. The series before it is shown until then.",
      undefined,
    ],
    [
      "31a4",
      'Expected digits from 0 to 9 but found "a" after 2 digits: take it out. The series before it is shown ' +
        "until then.",
      undefined,
    ],
    [
      "3 x",
      'Expected digits from 0 to 9 but found "x" after 1 digit: take it out. The series before it is shown until then.',
      undefined,
    ],
    [
      "-3",
      'Expected digits from 0 to 9 but found "-" at the start: take it out. The series before it is shown until then.',
      undefined,
    ],
    [
      "3😀",
      'Expected digits from 0 to 9 but found "😀" after 1 digit: take it out. The series before it is shown ' +
        "until then.",
      undefined,
    ],
    [
      "3, 14, 1",
      "Expected numbers from 0 to 9 but found 14: type single digits. The series before it is shown until then.",
      undefined,
    ],
  ])("%j is told what is amiss", (text, problem, some) => {
    expect(readSeries(text, 30)).toEqual({ problem, ...(some && { digits: some }) });
  });
});

test("a nudged series reaches its sum in single steps, spread over all digits, and stays within 0 to 9", () => {
  expect(nudged([5, 5, 5, 5], 22)).toEqual([6, 6, 5, 5]);
  expect(nudged([5, 0, 9, 5], 15)).toEqual([3, 0, 8, 4]);
  expect(nudged([9, 8, 9, 0], 35)).toEqual([9, 9, 9, 8]);
  expect(nudged([1, 2], 3)).toEqual([1, 2]);
  expect(nudged([1, 2], 99)).toEqual([9, 9]);
  expect(nudged([1, 2], -1)).toEqual([0, 0]);
  expect(nudged([], 5)).toEqual([]);
  const { test: some } = drawSeries({ seed: 2, count: 20, test: "all" });
  for (let i = 0; i < 20; i++)
    for (const sum of sumsAround(100)) {
      const digits = nudged(Array.from(some.series.subarray(30 * i, 30 * i + 30)), sum);
      expect(sumOf(digits)).toBe(sum);
      expect(digits.every((digit) => digit >= 0 && digit <= 9)).toBe(true);
    }
  expect([sumsAround(100)[0], sumsAround(100).at(-1)]).toEqual([90, 110]);
});

test("a drawn series has a sum in its range, also in one that chance never finds", () => {
  const stream = random(3, "page");
  const draw = (from: number, to: number) => drawDigits(30, { from, to }, () => stream.uniform());
  for (let i = 0; i < 5; i++) {
    expect(sumOf(draw(95, 104))).toBeGreaterThanOrEqual(95);
    expect(sumOf(draw(0, 99))).toBeLessThan(100);
    expect(draw(0, 270)).toHaveLength(30);
  }
  expect(sumOf(draw(2, 3))).toBe(3);
});

describe("what a network makes of a series", () => {
  test.each([
    ["standard", 1],
    ["threshold", 1],
    ["onehot", 10],
  ] as const)("scale %s: y(t), gates and states are the library's, and the last y is predict's", (scale, features) => {
    const model = spread(features);
    const { test: some } = drawSeries({ seed: 1, count: 20, test: "all", scale });
    const inputs = Array.from({ length: 10 }, (_, digit) => {
      const at = some.series.indexOf(digit);
      return Array.from(some.inputs.subarray(at * features, (at + 1) * features));
    });
    const wanted = lstmStates(model, some.inputs);
    const predicted = tf.tidy(() =>
      (model.predict(tf.tensor3d(some.inputs, [20, 30, features])) as tf.Tensor).dataSync(),
    );
    expect(new Set(predicted.map((y) => Math.round(10 * y))).size).toBeGreaterThan(2);
    for (let i = 0; i < 20; i++) {
      const digits = Array.from(some.series.subarray(30 * i, 30 * i + 30));
      const run = runSeries(networkOf(model), { inputs }, digits);
      expect(run.sums.at(-1)).toBe(some.sums[i]);
      expect(run.y.at(-1)).toBeCloseTo(predicted[i]!, 4);
      run.y.forEach((y, t) => expect(y).toBeCloseTo(wanted.y[30 * i + t]!, 4));
      for (const name of ["i", "f", "o", "c", "h"] as const)
        run.steps.forEach((step, t) =>
          step[name].forEach((value, j) => expect(value).toBeCloseTo(wanted[name][(30 * i + t) * 17 + j]!, 4)),
        );
    }
  });

  test("a series that has only begun gives what it gives when it is whole", () => {
    const network = networkOf(spread(1));
    const scale = { inputs: Array.from({ length: 10 }, (_, digit) => [(digit - 4.5) / 3]) };
    const digits = [3, 1, 4, 1, 5, 9, 2, 6];
    const whole = runSeries(network, scale, digits);
    expect(runSeries(network, scale, digits.slice(0, 5)).y).toEqual(whole.y.slice(0, 5));
    expect(runSeries(network, scale, [])).toEqual({ digits: [], sums: [], steps: [], y: [] });
  });

  test("a network of other layers is refused", () => {
    expect(() => runSeries(networkOf(models.linear()), { inputs: [] }, [])).toThrow(
      "Expected a network whose first layer is an LSTM but found dense: pass a model made by models.lstm.",
    );
  });
});
