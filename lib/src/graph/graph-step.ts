import * as tf from "@tensorflow/tfjs-node";
import { entryOf, itemAt } from "../base/item-at";
import { checkBatch } from "./batch";
import { bfloat16 } from "./bfloat16";
import { evaluationSize } from "./evaluation-size";
import { type Network, network } from "./network";
import { noiseCalls } from "./noise";
import { sigmoidCrossEntropy } from "./ops/sigmoid-cross-entropy";
import { softmaxCrossEntropy } from "./ops/softmax-cross-entropy";
import { replacements as all } from "./replacements";
import type { Replacement } from "./replacements/replacement";
import { checkState } from "./state";
import { trace } from "./trace";
import type { TracedGraph } from "./traced-graph";
import type { Batch, StepOptions, StepState, TrainingStep } from "./types";

/**
 * A training step and its evaluation as one graph. `replacements` can be switched off one by one, for tests and for
 * doubts.
 */
export function graphStep(
  model: tf.LayersModel,
  options: StepOptions & { readonly replacements?: readonly Replacement[] },
): TrainingStep & { readonly graph: TracedGraph } {
  return new GraphStep(network(model, options), options);
}

class GraphStep implements TrainingStep {
  readonly evaluationSize: number;
  readonly graph: TracedGraph;
  readonly #network: Network;
  readonly #options: StepOptions;

  constructor(net: Network, options: StepOptions & { readonly replacements?: readonly Replacement[] }) {
    this.#network = net;
    this.#options = options;
    this.evaluationSize = evaluationSize(net.layers);
    const { shape, batchSize, seed, optimizer, precision, replacements = all } = options;
    const fast = net.groups.flatMap((layers) =>
      replacements.flatMap((replacement) => [...replacement({ layers, last: net.last })]),
    );
    const logits = (inputs: tf.Tensor, iteration?: tf.Tensor) => {
      const noise = iteration === undefined ? [] : noiseCalls(net.layers, { seed, iteration });
      return net.logits(inputs, { training: iteration !== undefined, calls: new Map([...noise, ...fast]) });
    };
    const labels = (size: number) => ({ shape: [size], dtype: "int32" }) as const;
    this.graph = trace(
      {
        step: {
          inputs: { x: [batchSize, ...shape], labels: labels(batchSize), iteration: { shape: [], dtype: "int32" } },
          minimize: (inputs) =>
            tf.mean(losses(net, logits(entryOf(inputs, "x"), inputs.iteration), entryOf(inputs, "labels"))),
        },
        evaluate: {
          inputs: { x: [this.evaluationSize, ...shape], labels: labels(this.evaluationSize) },
          compute: (inputs) => {
            const found = logits(entryOf(inputs, "x"));
            return { losses: losses(net, found, entryOf(inputs, "labels")), predictions: predictions(net, found) };
          },
        },
        ...(net.penalties.length > 0 && {
          penalty: {
            inputs: {},
            compute: () => ({
              sum: net.penalties.reduce<tf.Scalar>((sum, penalty) => tf.add(sum, penalty()), tf.scalar(0)),
            }),
          },
        }),
      },
      {
        variables: Object.fromEntries(net.weights.map(({ name, variable }) => [name, variable])),
        trained: net.weights.filter((weight) => weight.trainable).map((weight) => weight.name),
        optimizer,
        passes: precision === "bfloat16" ? [bfloat16] : [],
      },
    );
  }

  step(batch: Batch, iteration: number): number {
    const { shape, batchSize } = this.#options;
    checkBatch(batch, { network: this.#network, shape, rows: batchSize });
    if (iteration !== this.graph.iteration) {
      throw new Error(
        `Expected iteration ${this.graph.iteration} but found ${iteration}: steps follow each other; write a ` +
          "state to go elsewhere.",
      );
    }
    const result = this.graph.run("step", {
      x: batch.inputs,
      labels: Int32Array.from(batch.labels),
      iteration: Int32Array.of(iteration),
    });
    return itemAt(entryOf(result, "loss"), 0);
  }

  evaluate(batch: Batch): { lossSum: number; correct: number } {
    checkBatch(batch, { network: this.#network, shape: this.#options.shape });
    const row = batch.inputs.length / batch.size;
    const size = this.evaluationSize;
    let [lossSum, correct] = [0, 0];
    for (let start = 0; start < batch.size; start += size) {
      // The graph takes whole chunks: a short one is filled up, and what belongs to the filling is not counted.
      const count = Math.min(size, batch.size - start);
      const labels = new Int32Array(size);
      labels.set(batch.labels.subarray(start, start + count));
      let x = batch.inputs.subarray(start * row, (start + count) * row);
      if (count < size) {
        const filled = new Float32Array(size * row);
        filled.set(x);
        x = filled;
      }
      const result = this.graph.run("evaluate", { x, labels });
      const predicted = entryOf(result, "predictions").subarray(0, count);
      for (const loss of entryOf(result, "losses").subarray(0, count)) lossSum += loss;
      for (const [i, label] of predicted.entries()) correct += Number(label === labels[i]);
    }
    return { lossSum, correct };
  }

  penalty(): number {
    if (this.#network.penalties.length === 0) return 0;
    return itemAt(entryOf(this.graph.run("penalty"), "sum"), 0);
  }

  sync(): void {
    this.graph.sync();
  }

  read(): StepState {
    return { iteration: this.graph.iteration, tensors: this.graph.read() };
  }

  write(state: StepState): void {
    checkState(state, this.graph.tensors);
    this.graph.write(state.tensors);
    this.graph.iteration = state.iteration;
  }

  dispose(): void {
    this.graph.dispose();
  }
}

function losses(net: Network, logits: tf.Tensor, labels: tf.Tensor): tf.Tensor {
  if (net.head === "softmax") return softmaxCrossEntropy(logits, labels);
  return tf.reshape(sigmoidCrossEntropy(logits, tf.reshape(tf.cast(labels, "float32"), [-1, 1])), [-1]);
}

function predictions(net: Network, logits: tf.Tensor): tf.Tensor {
  return net.head === "softmax" ? tf.argMax(logits, 1) : tf.reshape(tf.cast(tf.greater(logits, 0), "int32"), [-1]);
}
