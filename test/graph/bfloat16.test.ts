import * as tf from "@tensorflow/tfjs-node";
import { expect, test } from "vitest";
import { graphStep } from "../../lib/src/graph/graph-step";
import { createStep } from "../../lib/src/graph/step";
import { batch, build, distance, type Name, options } from "./networks";

const widths: Record<string, number> = { mlp: 64, dropout: 64, cnn: 8, lstm: 16 };

test.each(["mlp", "dropout", "cnn", "lstm"] as Name[])(
  "bfloat16 in the %s network: gradients near those of float32",
  (name) => {
    const adam = { name: "adam", learningRate: 0.003, beta1: 0 } as const;
    const models = [0, 1].map(() => build(name, widths[name]));
    const full = graphStep(models[0], options(name, { optimizer: adam }));
    const half = graphStep(models[1], options(name, { optimizer: adam, precision: "bfloat16" }));
    // Products take and give bfloat16, so they sit between casts.
    const casts = (step: typeof full) => step.graph.summary("step").operations.Cast ?? 0;
    expect(casts(half)).toBeGreaterThan(casts(full) + 3);
    for (let i = 0; i < 10; i++) full.step(batch(name, i), i);
    half.write(full.read());
    const losses = [full, half].map((step) => step.step(batch(name, 10), 10));
    expect(Math.abs(losses[0] - losses[1]) / losses[0]).toBeLessThan(0.01);
    const [a, b] = [full.read(), half.read()];
    a.tensors.forEach((tensor, i) => {
      if (!tensor.name.endsWith("/m")) return;
      // beta1 = 0: the moment is the gradient. bfloat16 has 8 bits of mantissa: it differs, but not by much.
      const found = distance(tensor.values, b.tensors[i].values, 1e-2);
      expect(found, tensor.name).toBeLessThan(name === "lstm" ? 0.05 : 0.1);
    });
    // Weights and slots are float32: more than 8 bits of them are in use.
    const weight = half.read().tensors[0].values;
    expect(weight.some((value) => (new Uint32Array(Float32Array.of(value).buffer)[0] & 0xffff) !== 0)).toBe(true);
    [full, half, ...models].forEach((thing) => thing.dispose());
  },
);

test.each(["mlp", "cnn"] as Name[])("bfloat16 in the %s network: learns what float32 learns", (name) => {
  const adam = { name: "adam", learningRate: 0.003 } as const;
  const correct = (["float32", "bfloat16"] as const).map((precision) => {
    const model = build(name, widths[name]);
    // The sheet's initial weights are made for wide layers; in narrow ones they would let hardly anything through.
    for (const weight of model.weights.filter(({ name }) => name.endsWith("kernel")))
      tf.tidy(() => void weight.write(weight.read().mul(8)));
    const step = createStep(model, options(name, { optimizer: adam, precision }));
    for (let i = 0; i < 150; i++) step.step(batch(name, i), i);
    const found = step.evaluate(batch(name, 999, 500)).correct;
    [step, model].forEach((thing) => thing.dispose());
    return found;
  });
  expect(correct[0]).toBeGreaterThan(450);
  expect(Math.abs(correct[0] - correct[1])).toBeLessThan(10);
});

test("bfloat16 repeats bit for bit", () => {
  const run = () => {
    const model = build("cnn", 4);
    const step = createStep(model, options("cnn", { precision: "bfloat16" }));
    for (let i = 0; i < 4; i++) step.step(batch("cnn", i), i);
    const state = step.read();
    [step, model].forEach((thing) => thing.dispose());
    return state;
  };
  expect(run()).toEqual(run());
});

test("the eager mode has no bfloat16 and says so", () => {
  const model = build("linear");
  expect(() => createStep(model, options("linear", { mode: "eager", precision: "bfloat16" }))).toThrow(
    'Expected precision "float32" in mode "eager"',
  );
  model.dispose();
});
