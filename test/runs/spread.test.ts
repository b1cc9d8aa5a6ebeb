import { expect, test } from "vitest";
import type { RunRecord } from "../../lib/src/runs/record";
import { spread } from "../../lib/src/runs/spread";

function record(part: string, seed: number, accuracy: number, overrides: RunRecord["overrides"] = {}): RunRecord {
  const whole = (value: number) => ({
    loss: 1,
    accuracy: value,
    size: 100,
    recall: [value],
    balancedAccuracy: value - 0.1,
    confusion: [[100]],
  });
  return {
    part,
    seed,
    overrides,
    profile: "full",
    status: "finished",
    final: { train: whole(accuracy + 0.01), test: whole(accuracy), predictions: { label: [], probability: [] } },
    minutes: { training: 2, evaluation: seed },
  } as unknown as RunRecord;
}

test("mean, sample standard deviation and range, by part and setting", () => {
  const rate = { learningRate: 0.0005 };
  const [mlp, slow, cnn] = spread([
    record("h6-1b", 3, 0.96),
    record("h6-1b", 1, 0.98),
    record("h6-1b", 2, 0.97, rate),
    record("h6-1d", 1, 0.99),
    record("h6-1b", 2, 0.97),
  ]);
  expect(mlp).toMatchObject({ part: "h6-1b", profile: "full", overrides: {}, n: 3, seeds: [1, 2, 3] });
  expect(mlp!.test.mean).toBeCloseTo(0.97, 12);
  expect(mlp!.test.sd).toBeCloseTo(0.01, 12); // sqrt((0.01^2 + 0 + 0.01^2) / 2)
  expect([mlp!.test.min, mlp!.test.max]).toEqual([0.96, 0.98]);
  expect(mlp!.gap.mean).toBeCloseTo(0.01, 12);
  expect(mlp!.gap.sd).toBeCloseTo(0, 12);
  expect(mlp!.balancedAccuracy.mean).toBeCloseTo(0.87, 12);
  expect(mlp!.minutes.mean).toBeCloseTo(4, 12);
  expect(slow).toMatchObject({ part: "h6-1b", overrides: rate, n: 1, test: { mean: 0.97, sd: 0 } });
  expect(cnn).toMatchObject({ part: "h6-1d", n: 1 });
  expect(spread([])).toEqual([]);
});

test("the order of the settings' names makes no other setting", () => {
  expect(spread([record("h6-1b", 1, 0.9, { a: 1, b: 2 }), record("h6-1b", 2, 0.9, { b: 2, a: 1 })])).toHaveLength(1);
});

test("what would spoil the scatter is refused", () => {
  expect(() => spread([record("h6-1b", 1, 0.9), record("h6-1b", 1, 0.8)])).toThrow(
    "Expected each seed once but found seed 1 twice (h6-1b): leave one of the two records out.",
  );
  expect(() => spread([record("h6-1b", 1, 0.9), { ...record("h6-1b", 2, 0.8), profile: "quick" }])).toThrow(
    /^Expected records of one profile but found full and quick runs/,
  );
  const { final, ...begun } = record("h6-1b", 4, 0.9);
  expect(() => spread([{ ...begun, status: "running" }])).toThrow(
    "Expected a finished record but found one that is running (h6-1b, seed 4): run the part to its end.",
  );
});
