import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { createStep } from "../../lib/src/graph/step";
import type { Batch } from "../../lib/src/graph/types";
import { build, type Name, options } from "./networks";

interface Summary {
  readonly norm: number;
  readonly sum: number;
  readonly at: readonly number[];
  readonly values: readonly number[];
}
type Reference = Record<string, { readonly loss: number; readonly gradients: readonly Summary[] }>;

// Loss and gradients as PyTorch computes them in double precision: fixtures/make_gradients.py.
const reference = JSON.parse(readFileSync(join(__dirname, "fixtures", "gradients.json"), "utf8")) as Reference;
const widths: Record<string, number> = { linear: 0, mlp: 20, cnn: 3, lstm: 8 };

function* stream(seed: number): Generator<number, never> {
  for (let state = seed; ; ) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    yield state / 2 ** 32 - 0.5;
  }
}

const sizes = (shape: readonly number[]) => shape.reduce((product, n) => product * n, 1);

describe.each(["linear", "mlp", "cnn", "lstm"])("loss and gradients of the %s network", (name) => {
  test.each(["graph", "eager"] as const)("are PyTorch's, in mode %s", (mode) => {
    const model = build(name as Name, widths[name]);
    // With beta1 = 0 Adam's first moment is the gradient.
    const step = createStep(
      model,
      options(name as Name, { mode, batchSize: 6, optimizer: { name: "adam", learningRate: 1e-3, beta1: 0 } }),
    );
    const source = stream(Object.keys(widths).indexOf(name) + 1);
    const draw = (size: number, map: (x: number) => number) =>
      Float32Array.from({ length: size }, () => map(source.next().value));
    const state = step.read();
    const count = state.tensors.length / 3;
    const tensors = state.tensors.map((tensor, i) =>
      i < count ? { ...tensor, values: draw(sizes(tensor.shape), (x) => x * (2 / tensor.shape[0] ** 0.5)) } : tensor,
    );
    step.write({ iteration: 0, tensors });
    const batch: Batch = {
      inputs: name === "lstm" ? draw(180, (x) => x) : draw(6 * 784, (x) => x + 0.5),
      labels: Uint8Array.from({ length: 6 }, (_, i) => (name === "lstm" ? i % 2 : i)),
      size: 6,
    };
    const { loss, gradients } = reference[name];
    expect(Math.abs(step.step(batch, 0) - loss) / loss).toBeLessThan(1e-6);
    const moments = step.read().tensors.slice(count, 2 * count);
    gradients.forEach(({ norm, sum, at, values }, i) => {
      const found = moments[i].values;
      expect(Math.abs(Math.hypot(...found) - norm) / norm, moments[i].name).toBeLessThan(1e-5);
      expect(Math.abs(found.reduce((total, x) => total + x, 0) - sum) / norm, moments[i].name).toBeLessThan(1e-4);
      at.forEach((index, k) =>
        expect(Math.abs(found[index] - values[k]) / norm, `${moments[i].name} ${index}`).toBeLessThan(1e-5),
      );
    });
    step.dispose();
    model.dispose();
  });
});
