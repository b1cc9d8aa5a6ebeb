// One setting of ours in a process of its own: `node worker.js NETWORK FORM`. Says {"ready": ...}, then answers each
// line N on stdin with {"ms": median of N steps}.
import { createInterface } from "node:readline";
import * as tf from "@tensorflow/tfjs-node";
import { itemAt } from "../../src/base/item-at";
import { sizeOf } from "../../src/base/shape";
import { random } from "../../src/data/random";
import { createStep } from "../../src/graph/step";
import type { Batch } from "../../src/graph/types";
import * as models from "../../src/models/factories";
import { type NetworkName, networkSettings } from "./networks";
import { median } from "./statistics";

const adam = { name: "adam", learningRate: 0.001, beta1: 0.9, beta2: 0.999, epsilon: 1e-8 } as const;
const draw = random(1, "bench");

function model(network: NetworkName): tf.Sequential {
  if (network === "cnn") return models.cnn({ seed: 1 });
  if (network === "lstm") return models.lstm({ seed: 1 });
  return models.mlp({ seed: 1, dropout: network === "dropout" ? 0.5 : 0 });
}

function batch(network: NetworkName): Batch {
  const { batchSize, shape, classes } = networkSettings[network];
  const size = batchSize * sizeOf(shape);
  return {
    inputs: Float32Array.from({ length: size }, () => draw.uniform()),
    labels: Uint8Array.from({ length: batchSize }, () => draw.integer(classes)),
    size: batchSize,
  };
}

/** Milliseconds per step, median over `count` steps. */
type Measure = (count: number) => Promise<number> | number;

function ours(network: NetworkName, form: string): Measure {
  const { shape, batchSize } = networkSettings[network];
  const step = createStep(model(network), {
    shape,
    batchSize,
    seed: 1,
    optimizer: adam,
    mode: form === "eager" ? "eager" : "graph",
    precision: form === "graph bfloat16" ? "bfloat16" : "float32",
  });
  const batches = Array.from({ length: 8 }, () => batch(network));
  let iteration = 0;
  return (count) =>
    median(
      Array.from({ length: count }, () => {
        const start = performance.now();
        step.step(itemAt(batches, iteration % batches.length), iteration++);
        return performance.now() - start;
      }),
    );
}

// What a user of tfjs-node writes without this library.
function stock(network: NetworkName): Measure {
  const { shape, batchSize, classes } = networkSettings[network];
  const net = model(network);
  net.compile({
    optimizer: tf.train.adam(adam.learningRate, adam.beta1, adam.beta2, adam.epsilon),
    loss: classes === 2 ? "binaryCrossentropy" : "categoricalCrossentropy",
  });
  return async (count) => {
    const given = Array.from({ length: count }, () => batch(network));
    const x = tf.concat(given.map((one) => tf.tensor(one.inputs, [batchSize, ...shape])));
    const labels = tf.concat(given.map((one) => tf.tensor1d(Int32Array.from(one.labels), "int32")));
    const y = classes === 2 ? labels.cast("float32").expandDims(1) : tf.oneHot(labels, classes);
    const start = performance.now();
    await net.fit(x, y, { batchSize, epochs: 1, shuffle: false, verbose: 0 });
    const elapsed = performance.now() - start;
    tf.dispose([x, y, labels]);
    return elapsed / count;
  };
}

async function run([network = "", form = ""]: string[]): Promise<void> {
  const measure = form.startsWith("stock") ? stock(network as NetworkName) : ours(network as NetworkName, form);
  await measure(10);
  const { intra, inter } = networkSettings[network as NetworkName].threads;
  console.log(
    JSON.stringify({
      ready: { version: tf.version["tfjs-core"], threads: `${intra} within, ${inter} between operations` },
    }),
  );
  for await (const line of createInterface({ input: process.stdin }))
    console.log(JSON.stringify({ ms: await measure(Number(line)) }));
}

void run(process.argv.slice(2));
