import { expect, test } from "vitest";
import { calibration } from "../../lib/src/runs/calibration";
import { compareModels } from "../../lib/src/runs/compare";
import { earlyStop, errorRatio } from "../../lib/src/runs/measures";
import type { RunRecord } from "../../lib/src/runs/record";
import { modelId, runsOf } from "../../lib/src/runs/runs-of";

interface Sample {
  readonly id: string;
  readonly seed: number;
  readonly test: number;
  readonly loss?: number;
  readonly answers?: readonly number[];
  readonly certainty?: readonly number[];
}

function run({ id, seed, test: accuracy, loss = 0.1, answers = [], certainty = [] }: Sample): RunRecord {
  const [part, variant] = id.split(":");
  return {
    part,
    seed,
    overrides: variant === undefined ? {} : { variant },
    status: "finished",
    final: {
      train: { accuracy: 0.99, loss: 0.01 },
      test: { accuracy, loss },
      predictions: { label: answers, probability: certainty },
    },
  } as unknown as RunRecord;
}

const runs = (id: string, tests: readonly number[]) => tests.map((test, i) => run({ id, seed: i + 1, test }));

test("Welch's test over the seeds, corrected over the pairs, first minus second", () => {
  const all = [
    ...runs("c", [0.9844, 0.9846, 0.9851]),
    ...runs("b", [0.9836, 0.982, 0.9838]),
    ...runs("d", [0.989, 0.9881, 0.9911, 0.9893, 0.9902]),
  ];
  const [drop, cnn] = compareModels(all, [
    ["c", "b"],
    ["d", "c"],
  ]);
  expect(drop).toMatchObject({ one: "c", other: "b", measure: "test", runs: [3, 3], shown: false });
  expect(drop!.difference).toBeCloseTo(0.00157, 5);
  expect(drop!.p).toBeCloseTo(0.0971, 4);
  expect(drop!.holm).toBeCloseTo(drop!.p, 12); // the larger of two
  expect(cnn).toMatchObject({ runs: [5, 3], shown: true });
  expect(cnn!.holm).toBeCloseTo(2 * cnn!.p, 12);
  const [gap] = compareModels(all, [["c", "b"]], { measure: "gap" });
  expect(gap!.difference).toBeCloseTo(-0.00157, 5);
});

test("a model without runs is left out, one run has a difference and shows nothing", () => {
  const all = [...runs("b", [0.98, 0.981]), ...runs("d", [0.99])];
  const found = compareModels(all, [
    ["d", "b"],
    ["d:dropout", "d"],
  ]);
  expect(found).toHaveLength(1);
  expect(found[0]).toMatchObject({ p: NaN, holm: NaN, shown: false });
  expect(found[0]!.difference).toBeCloseTo(0.0095, 12);
});

test("McNemar's test counts, seed by seed, what only one of two networks gets right", () => {
  const labels = [0, 1, 2, 3, 4, 5, 6, 7];
  const right = run({ id: "d", seed: 1, test: 1, answers: labels });
  const wrong = run({ id: "b", seed: 1, test: 0.25, answers: [0, 1, 9, 9, 9, 9, 9, 9] });
  const mixed = run({ id: "a", seed: 1, test: 0.5, answers: [9, 9, 2, 3, 4, 5, 9, 9] });
  const other = run({ id: "d", seed: 2, test: 1, answers: labels });
  const [first, second] = compareModels(
    [right, wrong, mixed, other],
    [
      ["d", "b"],
      ["b", "a"],
    ],
    { labels },
  );
  expect(first!.seeds).toEqual([{ seed: 1, onlyOne: 6, onlyOther: 0, p: 0.03125, holm: 0.0625 }]);
  expect(second!.seeds).toEqual([
    { seed: 1, onlyOne: 2, onlyOther: 4, p: expect.closeTo(0.6875, 9), holm: expect.closeTo(0.6875, 9) },
  ]);
  expect(() => compareModels([right, wrong], [["d", "b"]], { labels: [1] })).toThrow(
    "Expected a prediction for each of 1 labels but found 8 (d): pass the labels of the data that the run was " +
      "tested on.",
  );
});

test("runs of a model: the sheet's own settings, or one variant, by seed", () => {
  const [own, variant] = [run({ id: "d", seed: 2, test: 0.9 }), run({ id: "d:dropout", seed: 1, test: 0.9 })];
  const set = { ...run({ id: "d", seed: 3, test: 0.9 }), overrides: { learningRate: 0.1 } };
  const both = { ...variant, overrides: { variant: "dropout", learningRate: 0.1 } };
  const all = [own, variant, set, both, run({ id: "d", seed: 1, test: 0.9 })];
  expect(runsOf(all, "d").map(({ seed }) => seed)).toEqual([1, 2]);
  expect(runsOf(all, "d:dropout")).toEqual([variant]);
  expect(runsOf(all, "d:shuffled")).toEqual([]);
  expect(modelId(variant)).toBe("d:dropout");
});

test("calibration by hand: two bins, one error of full certainty", () => {
  const record = run({
    id: "d",
    seed: 1,
    test: 0.6,
    answers: [1, 1, 1, 1, 1],
    certainty: [0.4, 0.3, 0.9, 1, 0.995],
  });
  const found = calibration(record, { labels: [1, 0, 1, 1, 0], bins: 2 });
  expect(found.bins.map(({ size }) => size)).toEqual([2, 3]);
  expect(found.bins[0]).toMatchObject({ low: 0, high: 0.5, accuracy: 0.5 });
  expect(found.bins[0]!.certainty).toBeCloseTo(0.35, 12);
  // (2 |0.35 - 1/2| + 3 |0.965 - 2/3|) / 5
  expect(found.ece).toBeCloseTo((2 * 0.15 + 3 * (0.965 - 2 / 3)) / 5, 12);
  expect(found).toMatchObject({ errors: 2, certainErrors: 1 });
});

test("the ratio of the errors, and where a run would have stopped", () => {
  expect(errorRatio(run({ id: "b", seed: 1, test: 0.98 }))).toBeCloseTo(2, 9);
  const curves = {
    iterations: [0, 100, 200],
    validationLoss: [2, 0.1, 0.2],
    testAccuracy: [0.1, 0.97, 0.98],
    testLoss: [2, 0.11, 0.3],
    trainAccuracy: [0.1, 0.98, 1],
  };
  const held = { ...run({ id: "b:held-out", seed: 1, test: 0.98 }), ...curves } as RunRecord;
  expect(earlyStop(held)).toEqual({ iteration: 100, test: 0.97, testLoss: 0.11, train: 0.98 });
  expect(() => earlyStop(run({ id: "b", seed: 4, test: 0.98 }))).toThrow(
    "Expected a run with held-out examples but found one without (b, seed 4)",
  );
});
