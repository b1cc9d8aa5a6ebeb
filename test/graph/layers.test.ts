import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import * as tf from "@tensorflow/tfjs-node";
import { describe, expect, test } from "vitest";
import { createStep } from "../../lib/src/graph/step";
import type { Batch, TrainingStep } from "../../lib/src/graph/types";
import { type LayerCase, layerCases } from "./layer-classes";
import { distance, stream } from "./networks";

const [batchSize, steps, learningRate] = [4, 10, 0.1];
const classes = 3;

/** The model of a case: its layers, then flatten, dense and softmax where it does not end itself. */
function build({ shape, build: under, ends, batchShape }: LayerCase): tf.LayersModel {
  const input = batchShape ? tf.input({ batchShape: [batchSize, ...shape] }) : tf.input({ shape: [...shape] });
  let output = under(input);
  if (!ends) {
    if (output.shape.length > 2) output = tf.layers.flatten().apply(output) as tf.SymbolicTensor;
    output = tf.layers.dense({ units: classes }).apply(output) as tf.SymbolicTensor;
    output = tf.layers.activation({ activation: "softmax" }).apply(output) as tf.SymbolicTensor;
  }
  return tf.model({ inputs: input, outputs: output });
}

function batchOf({ shape, whole }: LayerCase, index: number): Batch {
  const draw = stream(31 * index + 7);
  const length = batchSize * shape.reduce((product, size) => product * size, 1);
  const value = whole === undefined ? () => 2 * draw() - 1 : () => Math.floor(draw() * whole);
  const inputs = Float32Array.from({ length }, value);
  return {
    inputs,
    labels: Uint8Array.from({ length: batchSize }, () => Math.floor(draw() * classes)),
    size: batchSize,
  };
}

/** Weights that all three start from: each variable once, in the model's order. */
const variablesOf = (model: tf.LayersModel): tf.Variable[] => [
  ...new Set(model.weights.map((weight) => weight.read() as tf.Variable)),
];
function setWeights(model: tf.LayersModel): void {
  const draw = stream(5);
  for (const variable of variablesOf(model)) {
    // A moving variance is above 0.
    const low = /variance/.test(variable.name) ? 0.5 : -0.4;
    tf.tidy(() =>
      variable.assign(
        tf.tensor(
          Float32Array.from({ length: variable.size }, () => low + 0.8 * draw()),
          variable.shape,
        ),
      ),
    );
  }
}
const valuesOf = (model: tf.LayersModel) =>
  variablesOf(model).map((variable) => variable.dataSync().slice() as Float32Array);

interface Outcome {
  readonly losses: readonly number[];
  readonly weights: readonly Float32Array[];
}

function built(one: LayerCase): tf.LayersModel {
  try {
    return build(one);
  } catch (error) {
    throw new Error(`Expected tfjs to build a model with ${one.layer} but it failed: ${(error as Error).message}`);
  }
}

/** Ten steps in one of our modes; the sentence where the model is refused. */
function ours(one: LayerCase, mode: "graph" | "eager"): Outcome | string {
  let model: tf.LayersModel | undefined;
  let step: TrainingStep | undefined;
  try {
    model = built(one);
    setWeights(model);
    const tensors = tf.memory().numTensors;
    step = createStep(model, { shape: one.shape, batchSize, seed: 3, mode, optimizer: { name: "sgd", learningRate } });
    const losses = Array.from({ length: steps }, (_, i) => step!.step(batchOf(one, i), i));
    step.evaluate(batchOf(one, 0));
    step.sync();
    step.dispose();
    expect(tf.memory().numTensors, `tensors left behind in mode ${mode}`).toBe(tensors);
    return { losses, weights: valuesOf(model) };
  } catch (error) {
    if (/tensors left behind/.test(String(error))) throw error;
    return (error as Error).message;
  } finally {
    step?.dispose();
    model?.dispose();
  }
}

/**
 * The same with tfjs alone: trainOnBatch. What it leaves out, constraints and the penalties of layers within layers, is
 * added here by hand.
 */
async function stock(one: LayerCase): Promise<Outcome | string> {
  let model: tf.LayersModel | undefined;
  try {
    model = build(one);
    setWeights(model);
    const optimizer = tf.train.sgd(learningRate);
    model.compile({ optimizer, loss: "categoricalCrossentropy" });
    const losses: number[] = [];
    for (let i = 0; i < steps; i++) {
      const { inputs, labels } = batchOf(one, i);
      const x = tf.tensor(inputs, [batchSize, ...one.shape]);
      const y = tf.tidy(() => tf.oneHot(tf.tensor1d(Int32Array.from(labels), "int32"), classes).cast("float32"));
      if (one.kind === "extra") losses.push(byHand(model, optimizer, { x, y }));
      else losses.push((await model.trainOnBatch(x, y)) as number);
      tf.dispose([x, y]);
    }
    return { losses, weights: valuesOf(model) };
  } catch (error) {
    return (error as Error).message;
  } finally {
    model?.dispose();
  }
}

interface Inside {
  readonly _losses?: readonly (() => tf.Scalar)[];
  readonly cell?: Inside;
  readonly forwardLayer?: Inside;
  readonly backwardLayer?: Inside;
}
const penalties = (layer?: Inside): (() => tf.Scalar)[] =>
  layer ? [...(layer._losses ?? []), ...[layer.cell, layer.forwardLayer, layer.backwardLayer].flatMap(penalties)] : [];

function byHand(model: tf.LayersModel, optimizer: tf.Optimizer, { x, y }: { x: tf.Tensor; y: tf.Tensor }): number {
  return tf.tidy(() => {
    const loss = optimizer.minimize(() => {
      const cross = tf.metrics.categoricalCrossentropy(y, model.apply(x, { training: true }) as tf.Tensor);
      const all = model.layers.flatMap((layer) => penalties(layer as unknown as Inside));
      return all.reduce<tf.Scalar>((sum, penalty) => tf.add(sum, penalty()), tf.mean(cross) as tf.Scalar);
    }, true);
    for (const weight of model.weights) {
      const { constraint } = weight as unknown as { constraint?: { apply(w: tf.Tensor): tf.Tensor } | null };
      const variable = weight.read() as tf.Variable;
      if (constraint) variable.assign(constraint.apply(variable));
    }
    return loss!.dataSync()[0]!;
  });
}

/** How far two outcomes are apart: losses absolutely, weights by their L2 norms. */
const apart = (a: Outcome, b: Outcome): number =>
  Math.max(
    ...a.losses.map((loss, i) => Math.abs(loss - b.losses[i]!)),
    ...a.weights.map((values, i) => distance(values, b.weights[i]!, 0.1)),
  );

const equal: Record<string, string> = {
  plain: "as tfjs' fit",
  noise: "works; its numbers are drawn by us, from (seed, layer, step)",
  extra: "works; tfjs' fit ignores it",
};
const rows = new Map<LayerCase, string>();

describe.each(layerCases.map((one) => [`${one.layer}, ${one.setting}`, one] as const))("ten steps of %s", (_, one) => {
  test("are equal in both modes and in tfjs to 1e-5, or refused with a sentence", async () => {
    const [graph, eager, plain] = [ours(one, "graph"), ours(one, "eager"), await stock(one)];
    if (typeof graph === "string" || typeof eager === "string") {
      const sentences = [graph, eager].map((refused) => (typeof refused === "string" ? unnumbered(refused) : "runs"));
      for (const sentence of sentences) expect(sentence).toMatch(new RegExp(`Expected .*${one.layer}`));
      rows.set(one, `refused: ${sentences[1]}`);
      return;
    }
    expect(graph.losses.every(Number.isFinite)).toBe(true);
    expect(apart(graph, eager)).toBeLessThan(1e-5);
    if (typeof plain === "string") throw new Error(`tfjs itself fails: ${plain}`);
    if (one.kind === "noise") expect(apart(eager, plain)).toBeGreaterThan(1e-3);
    else expect(apart(eager, plain)).toBeLessThan(1e-5);
    rows.set(one, equal[one.kind ?? "plain"]!);
  });
});

// tfjs counts names up, over all models of the process.
const unnumbered = (text: string) => text.replace(/_?[A-Z][A-Za-z0-9]*?\d+"/g, '"').replaceAll("|", "\\|");

test("every layer class of tfjs-layers has a row", () => {
  const { classNameMap } = tf.serialization.SerializationMap.getMap();
  const classes = Object.entries(classNameMap)
    .filter(([, [found]]) => (found as unknown as { prototype: object }).prototype instanceof tf.layers.Layer)
    .map(([name]) => name)
    .filter((name) => name !== "Model" && name !== "LastStep"); // Model is Functional's other name; LastStep is ours.
  const missing = classes.filter((name) => !layerCases.some((one) => one.layer === name));
  expect(missing).toEqual([]);
});

// To rewrite the table: npx vitest run --config test/vitest.config.mts test/graph/layers.test.ts -u
test("the table in lib/README.md is what was measured", async () => {
  if (rows.size < layerCases.length)
    throw new Error(`Expected a row for each setting but found ${rows.size} of ${layerCases.length}.`);
  const file = resolve(__dirname, "../../lib/README.md");
  const [begin, end] = ["<!-- layers -->", "<!-- /layers -->"];
  const text = readFileSync(file, "utf8");
  const [head, rest] = text.split(begin) as [string, string];
  const table = layerCases.map((one) => `| ${one.layer} | ${one.setting} | ${rows.get(one)} |`);
  const lines = ["| layer | setting | ten steps, in both modes |", "|---|---|---|", ...table];
  await expect(`${head}${begin}\n${lines.join("\n")}\n${end}${rest.split(end)[1]}`).toMatchFileSnapshot(file);
});
