import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test, vi } from "vitest";
import { holdOut } from "../../lib/src/data";
import { mlp } from "../../lib/src/models/factories";
import { parts } from "../../lib/src/parts";
import { contradiction } from "../../lib/src/runs/record-check";
import { loadRecord, recordText } from "../../lib/src/runs/record-file";
import { train } from "../../lib/src/runs/train";
import { parameters } from "../../lib/src/training/parameters";
import { findVariant, variantSettings } from "../../lib/src/training/variants";
import { corners, small } from "../fixtures/training/small";

afterEach(() => vi.unstubAllEnvs());

const settings = { iterations: 300, batchSize: 20, optimizer: { name: "adam", learningRate: 0.001 } } as const;

test("each variant that a part names has a model and keeps the sheet's shapes", () => {
  for (const part of parts)
    for (const name of Object.keys(part.variants ?? {})) {
      const model = findVariant(part.id, name).model(1);
      expect(model.inputs[0]!.shape).toEqual([null, 784]);
      expect(model.outputs[0]!.shape).toEqual([null, 10]);
      model.dispose();
    }
});

test("the small MLP has the CNN's number of parameters within 0.2 %", () => {
  const [small, cnn] = [findVariant("h6-1b", "small").model(1), findVariant("h6-1d", "shuffled").model(1)];
  expect(Math.abs(small.countParams() / cnn.countParams() - 1)).toBeLessThan(0.002);
});

test("the CNN with dropout drops before its output only", () => {
  const layers = findVariant("h6-1d", "dropout")
    .model(1)
    .layers.map((layer) => layer.getClassName());
  expect(layers.filter((name) => name === "Dropout")).toHaveLength(1);
  expect(layers.indexOf("Dropout")).toBe(layers.lastIndexOf("Dense") - 1);
});

test("an unknown variant is refused, and a cell trains none", () => {
  expect(() => findVariant("h6-1b", "tiny")).toThrow(
    "Expected one of small, held-out, shuffled but found tiny (h6-1b)",
  );
  expect(() => findVariant("h6-2", "tiny")).toThrow("Expected no variant but found tiny (h6-2)");
  vi.stubEnv("DEEPNETS_SET", "variant=small");
  expect(() => parameters("h6-1b", settings)).toThrow(
    "Expected no variant but found small in DEEPNETS_SET (h6-1b): this cell trains the sheet's own model; npm " +
      "run sweep -- h6-1b --set variant=NAME trains the part's variants.",
  );
  expect(parameters("h6-1b", { ...settings, variants: variantSettings("h6-1b") })).toMatchObject({
    variant: "small",
    evalEvery: 100,
    overrides: { variant: "small" },
  });
  vi.stubEnv("DEEPNETS_SET", "variant=shuffled");
  expect(parameters("h6-1b", { ...settings, variants: variantSettings("h6-1b") })).toMatchObject({ evalEvery: 500 });
  vi.stubEnv("DEEPNETS_SET", "variant=shuffled,evalEvery=50");
  expect(parameters("h6-1b", { ...settings, variants: variantSettings("h6-1b") })).toMatchObject({ evalEvery: 50 });
  vi.stubEnv("DEEPNETS_SET", "variant=tiny");
  expect(() => parameters("h6-1b", settings)).toThrow("Expected variant to be small or held-out");
});

test("a run with held-out examples records their curves, and its folder names the variant", async () => {
  const runs = mkdtempSync(join(tmpdir(), "variants-"));
  vi.stubEnv("DEEPNETS_RUNS", runs);
  const p = { ...small(), variant: "held-out", overrides: { variant: "held-out" } };
  const model = mlp({ inputs: 4, hidden: [12, 8], outputs: 3, weights: { stddev: 0.3 }, seed: 1 });
  const { folder, record } = await train(model, holdOut(corners(), 40), p);
  expect(loadRecord(join(folder, "record.json"))).toEqual(JSON.parse(JSON.stringify(record)));
  expect(folder).toMatch(/full-s1-[0-9a-f]{8}$/);
  expect(record).toMatchObject({ validationSize: 40, trainCurveSize: 260, config: { variant: "held-out" } });
  expect(record.validationLoss).toHaveLength(record.iterations.length);
  expect(record.validationAccuracy!.at(-1)).toBeGreaterThan(0.8);
  for (const spoiled of [
    { ...record, validationLoss: record.validationLoss!.slice(1) },
    { ...record, validationSize: undefined },
    { ...record, validationAccuracy: record.validationAccuracy!.map((value) => value / 3) },
  ])
    expect(contradiction(spoiled as typeof record)).toContain("validation");
  expect(recordText(record)).toContain('"validationAccuracy"');
  rmSync(runs, { recursive: true, force: true });
});
