import * as tf from "@tensorflow/tfjs-node";
import { expect, test } from "vitest";
import { drawSeries } from "../../lib/src/data/series";
import { lstm } from "../../lib/src/models/lstm";
import { seriesBorder } from "../../lib/src/training/series-border";

const { test: series } = drawSeries({ seed: 5, count: 3000, test: "all", scale: "raw" });

/** Answers 1 where the sum of the inputs reaches `border`. */
function adder(border: number): tf.Sequential {
  const model = tf.sequential({
    layers: [
      tf.layers.flatten({ inputShape: [30, 1] }),
      tf.layers.dense({ units: 1 }),
      tf.layers.activation({ activation: "sigmoid" }),
    ],
  });
  model.layers[1]!.setWeights([tf.ones([30, 1]), tf.tensor1d([-border])]);
  return model;
}

test("the border of a network that adds up is where it changes its answer", async () => {
  expect(await seriesBorder(adder(99.5), series)).toBeCloseTo(99.5, 10);
  expect(await seriesBorder(adder(97.5), series)).toBeCloseTo(97.5, 10);
  expect(await seriesBorder(adder(99.5), series, { from: 95, to: 105 })).toBeCloseTo(99.5, 10);
});

test("one that always gives the same answer has its border at an end", async () => {
  expect(await seriesBorder(adder(0), series)).toBe(87.5);
  expect(await seriesBorder(adder(300), series, { from: 100, to: 109 })).toBeCloseTo(109.5, 10);
});

test("a tensor is left over by nothing, and a range without series is refused", async () => {
  const model = lstm({ units: 3 });
  const before = tf.memory().numTensors;
  await seriesBorder(model, series);
  expect(tf.memory().numTensors).toBe(before);
  await expect(seriesBorder(model, series, { from: 0, to: 5 })).rejects.toThrow(
    "Expected series with sums from 0 to 5 but found none among 3000: draw more series.",
  );
});
