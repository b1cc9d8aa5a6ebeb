import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";

const lab = join(__dirname, "../..");
const preload = join(lab, "lib/tools/kernel/preload.cjs");

/**
 * Three steps of a small CNN in a process of its own (the engine reads its switches once, when it starts): losses, then
 * evaluation.
 */
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
  const output = execFileSync(process.execPath, ["--require", preload, "-e", script], {
    cwd: lab,
    env: { ...process.env, TF_CPP_MIN_LOG_LEVEL: "2", ...environment },
    stdio: ["ignore", "pipe", "ignore"],
  });
  return JSON.parse(output.toString()) as number[];
}

test("an engine without oneDNN, or that leaves AVX-512 alone, is slower but computes the same", {
  timeout: 120_000,
}, () => {
  const usual = steps({});
  const slower: Record<string, string>[] = [{ TF_ENABLE_ONEDNN_OPTS: "0" }, { ONEDNN_MAX_CPU_ISA: "AVX2" }];
  for (const environment of slower) {
    steps(environment).forEach((loss, i) =>
      expect(Math.abs(loss - usual[i]) / usual[i], JSON.stringify(environment)).toBeLessThan(1e-4),
    );
  }
});

test("bfloat16 without instructions for it is slower but near float32 as well", { timeout: 120_000 }, () => {
  const usual = steps({});
  const without: Record<string, string>[] = [{}, { TF_ENABLE_ONEDNN_OPTS: "0" }, { ONEDNN_MAX_CPU_ISA: "AVX512_CORE" }];
  for (const environment of without) {
    steps(environment, "bfloat16").forEach((loss, i) =>
      expect(Math.abs(loss - usual[i]) / usual[i], JSON.stringify(environment)).toBeLessThan(0.02),
    );
  }
});

test("one thread or two: close, and bit for bit the same with the same threads", { timeout: 120_000 }, () => {
  const threads = (intra: number, inter: number) =>
    steps({ TF_NUM_INTRAOP_THREADS: String(intra), TF_NUM_INTEROP_THREADS: String(inter) });
  const [one, two, again] = [threads(1, 1), threads(2, 2), threads(2, 2)];
  expect(again).toEqual(two);
  one.forEach((loss, i) => expect(Math.abs(loss - two[i]) / loss).toBeLessThan(1e-4));
});

/** Runs a script in a process of its own, which gets a signal each millisecond from its first word on: what it says. */
async function run(script: string, { nodeOptions = [], storm }: { nodeOptions?: string[]; storm?: NodeJS.Signals }) {
  const child = spawn(process.execPath, [...nodeOptions, "--require", preload, "-e", script], {
    cwd: lab,
    env: { ...process.env, TF_NUM_INTRAOP_THREADS: "1", TF_NUM_INTEROP_THREADS: "1" },
    stdio: ["ignore", "pipe", "ignore"],
  });
  let output = "";
  let sending: NodeJS.Timeout | undefined;
  child.stdout.on("data", (data: Buffer) => {
    output += data.toString();
    if (storm) sending ??= setInterval(() => child.kill(storm), 1);
  });
  const end = await new Promise((resolve) => child.once("close", (code, signal) => resolve({ code, signal })));
  clearInterval(sending);
  expect(end).toEqual({ code: 0, signal: null });
  return output.trim().split("\n");
}

// Without lib/tools/setup/signals.cc these two end by SIGABRT or SIGSEGV within seconds: oneDNN's product keeps its
// stack on the heap.
test("a process that gets signals all the time, as from a child that ends or from Stop, computes on", {
  timeout: 120_000,
}, async () => {
  const script = `
    let taken = 0;
    process.on("SIGWINCH", () => taken++);
    const { models, assess } = require(${JSON.stringify(join(lab, "lib/dist/src"))});
    const split = { inputs: new Float32Array(784 * 5000).fill(0.5), labels: new Uint8Array(5000), size: 5000 };
    console.log("ready");
    assess(models.mlp({ hidden: [1500, 1500, 1500], weights: { stddev: 0.01 }, seed: 1 }), split).then(({ size }) => console.log(JSON.stringify({ size, taken })));`;
  const [, said] = await run(script, { storm: "SIGWINCH" });
  const { size, taken } = JSON.parse(said) as { size: number; taken: number };
  expect(size).toBe(5000);
  expect(taken).toBeGreaterThan(20);
});

test("a process under Node's profiler computes on, and leaves a profile", { timeout: 120_000 }, async () => {
  const folder = mkdtempSync(join(tmpdir(), "deepnets-profile-"));
  const script = `
    const { createStep, models } = require(${JSON.stringify(join(lab, "lib/dist/src"))});
    const step = createStep(models.lstm(), { shape: [30, 1], batchSize: 50, seed: 3, optimizer: { name: "sgd", learningRate: 0.1 } });
    const batch = { inputs: new Float32Array(50 * 30), labels: new Uint8Array(50), size: 50 };
    for (let i = 0; i < 20; i++) step.step(batch, i);
    console.log("trained");`;
  expect(await run(script, { nodeOptions: ["--cpu-prof", `--cpu-prof-dir=${folder}`] })).toEqual(["trained"]);
  const [profile] = readdirSync(folder);
  expect(JSON.parse(readFileSync(join(folder, profile), "utf8")).samples.length).toBeGreaterThan(500);
});

test.runIf(process.platform === "linux")("a child of a process with the engine takes signals as ever", () => {
  const script =
    'require("@tensorflow/tfjs-node"); console.log(require("node:child_process").execFileSync("grep", ["SigBlk", ' +
    '"/proc/self/status"]).toString());';
  const output = execFileSync(process.execPath, ["--require", preload, "-e", script], {
    cwd: lab,
    stdio: ["ignore", "pipe", "ignore"],
  });
  expect(output.toString()).toMatch(/SigBlk:\s+0{16}\s/);
});
