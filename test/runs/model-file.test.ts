import {
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import * as tf from "@tensorflow/tfjs-node";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { cnn, linear, lstm, mlp } from "../../lib/src/models/factories";
import { annotate } from "../../lib/src/runs/annotate";
import { loadModel, writeModel } from "../../lib/src/runs/model-file";
import { readModel, readRecord } from "../../lib/src/runs/records";
import { train } from "../../lib/src/runs/train";
import { corners, small } from "../fixtures/training/small";

let runs: string;
const network = () => mlp({ inputs: 4, hidden: [12, 8], outputs: 3, dropout: 0.2, weights: { stddev: 0.3 }, seed: 1 });
const weightsOf = (model: tf.LayersModel) => model.getWeights().map((weight) => [...weight.dataSync()]);
const place = { part: "h6-1b", profile: "full", seed: 1 } as const;

beforeEach(() => {
  runs = mkdtempSync(join(tmpdir(), "model-file-"));
  vi.stubEnv("DEEPNETS_RUNS", runs);
  vi.spyOn(console, "log").mockImplementation(() => {});
});

afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
  rmSync(runs, { recursive: true, force: true });
});

test("a finished run keeps its network, which is read again with the same weights", async () => {
  const model = network();
  const run = await train(model, corners(), small());
  const before = tf.memory().numTensors;
  const again = await readModel(place);
  expect(weightsOf(again)).toEqual(weightsOf(model));
  const x = tf.tensor(corners().test.inputs, [90, 4]);
  const [one, other] = [model, again].map((each) => (each.predict(x) as tf.Tensor).dataSync());
  expect(other).toEqual(one);
  expect(existsSync(join(run.folder, "model.part"))).toBe(false);
  again.dispose();
  x.dispose();
  expect(tf.memory().numTensors).toBe(before + 2);
});

test("stock tfjs opens it, for each of the sheet's networks", async () => {
  await train(network(), corners(), small());
  const record = await readRecord(place);
  for (const model of [linear(), mlp({ hidden: [5, 4], dropout: 0.5 }), cnn({ maps: [2, 3] }), lstm({ units: 3 })]) {
    const folder = join(runs, model.name);
    await writeModel(folder, model, record);
    const stock = await tf.loadLayersModel(pathToFileURL(join(folder, "model", "model.json")).href);
    expect(weightsOf(stock)).toEqual(weightsOf(model));
    expect(stock.layers.map((layer) => layer.getClassName())).toEqual(
      model.layers.map((layer) => layer.getClassName()),
    );
  }
});

test("what a notebook adds to the record later leaves the network valid", async () => {
  const run = await train(network(), corners(), small());
  await annotate(run, "moved", [1, 2, 3]);
  expect((await readModel(place)).countParams()).toBe(191);
});

test("a run that is trained anew replaces the network", async () => {
  await train(network(), corners(), small());
  const model = network();
  await train(model, corners(), small({ iterations: 60 }));
  expect(weightsOf(await readModel(place))).toEqual(weightsOf(model));
});

test("a network that is missing, damaged, foreign or of another architecture is refused in one sentence", async () => {
  const { folder, record } = await train(network(), corners(), small());
  const refusal = async () => String(await loadModel(folder, record).catch((error: Error) => error.message));
  const [json, weights] = ["model.json", "weights.bin"].map((name) => join(folder, "model", name)) as [string, string];
  const kept = mkdtempSync(join(tmpdir(), "kept-"));
  cpSync(join(folder, "model"), kept, { recursive: true });
  const restored = () => cpSync(kept, join(folder, "model"), { recursive: true });

  truncateSync(weights, 400);
  expect(await refusal()).toMatch(
    /^Expected the network of h6-1b \(full, seed 1\) but found 400 bytes of weights that are cut short or damaged \(.*\): run h6-1b again, which keeps it\.$/,
  );
  rmSync(weights);
  expect(await refusal()).toContain("found 0 bytes of weights");
  restored();
  truncateSync(json, 300);
  expect(await refusal()).toContain("found a model.json that is cut short, or that is not ours");
  restored();
  const bytes = readFileSync(weights);
  bytes[17] = (bytes[17] ?? 0) ^ 1;
  writeFileSync(weights, bytes);
  expect(await refusal()).toContain("cut short or damaged");
  restored();
  await writeModel(folder, network(), { ...record, seed: 2 });
  expect(await refusal()).toContain("found the network of another run");
  await writeModel(folder, linear({ inputs: 4, outputs: 3 }), record);
  expect(await refusal()).toContain("found one of another architecture than its record says");
  restored();
  expect(await refusal()).not.toContain("Expected");
  rmSync(join(folder, "model"), { recursive: true });
  expect(await refusal()).toContain("but found none");
  rmSync(kept, { recursive: true });
});

test("a network that cannot be written leaves the one before", async () => {
  const { folder, record } = await train(network(), corners(), small());
  const broken = { save: () => Promise.reject(new Error("no")) } as unknown as tf.LayersModel;
  await expect(writeModel(folder, broken, record)).rejects.toThrow("no");
  expect(readdirSync(join(folder, "model")).sort()).toEqual(["model.json", "weights.bin"]);
  await loadModel(folder, record);
});
