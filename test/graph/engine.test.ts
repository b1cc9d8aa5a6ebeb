import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { expect, test } from "vitest";

const lab = join(__dirname, "../..");

/** Three steps of a small CNN in a process of its own (the engine reads its switches once, when it starts): losses, then evaluation. */
function steps(environment: Record<string, string>, precision = "float32"): number[] {
  const script = `
    const tf = require("@tensorflow/tfjs-node");
    const { createStep } = require(${JSON.stringify(join(lab, "lib/dist/src/graph/step.js"))});
    const normal = (seed) => tf.initializers.truncatedNormal({ stddev: 0.1, seed });
    const model = tf.sequential({ layers: [
      tf.layers.reshape({ targetShape: [12, 12, 1], inputShape: [144] }),
      tf.layers.conv2d({ filters: 4, kernelSize: 5, padding: "same", activation: "relu", kernelInitializer: normal(1) }),
      tf.layers.maxPooling2d({ poolSize: 2 }),
      tf.layers.flatten(), tf.layers.dropout({ rate: 0.5 }),
      tf.layers.dense({ units: 10, kernelInitializer: normal(2) }), tf.layers.activation({ activation: "softmax" })] });
    const step = createStep(model, { shape: [144], batchSize: 20, seed: 3, precision: "${precision}", optimizer: { name: "adam", learningRate: 0.001 } });
    const batch = { inputs: Float32Array.from({ length: 20 * 144 }, (_, i) => Math.sin(i * i)), labels: Uint8Array.from({ length: 20 }, (_, i) => i % 10), size: 20 };
    const losses = [0, 1, 2].map((i) => step.step(batch, i));
    console.log(JSON.stringify([...losses, step.evaluate(batch).lossSum]));`;
  const preload = join(lab, "lib/tools/kernel/preload.cjs");
  const output = execFileSync(process.execPath, ["--require", preload, "-e", script], { cwd: lab, env: { ...process.env, TF_CPP_MIN_LOG_LEVEL: "2", ...environment }, stdio: ["ignore", "pipe", "ignore"] });
  return JSON.parse(output.toString()) as number[];
}

test("an engine without oneDNN, or that leaves AVX-512 alone, is slower but computes the same", { timeout: 120_000 }, () => {
  const usual = steps({});
  for (const environment of [{ TF_ENABLE_ONEDNN_OPTS: "0" }, { ONEDNN_MAX_CPU_ISA: "AVX2" }]) {
    steps(environment).forEach((loss, i) => expect(Math.abs(loss - usual[i]) / usual[i], JSON.stringify(environment)).toBeLessThan(1e-4));
  }
});

test("bfloat16 without instructions for it is slower but near float32 as well", { timeout: 120_000 }, () => {
  const usual = steps({});
  for (const environment of [{}, { TF_ENABLE_ONEDNN_OPTS: "0" }, { ONEDNN_MAX_CPU_ISA: "AVX512_CORE" }]) {
    steps(environment, "bfloat16").forEach((loss, i) => expect(Math.abs(loss - usual[i]) / usual[i], JSON.stringify(environment)).toBeLessThan(0.02));
  }
});

test("one thread or two: close, and bit for bit the same with the same threads", { timeout: 120_000 }, () => {
  const threads = (intra: number, inter: number) => steps({ TF_NUM_INTRAOP_THREADS: String(intra), TF_NUM_INTEROP_THREADS: String(inter) });
  const [one, two, again] = [threads(1, 1), threads(2, 2), threads(2, 2)];
  expect(again).toEqual(two);
  one.forEach((loss, i) => expect(Math.abs(loss - two[i]) / loss).toBeLessThan(1e-4));
});
