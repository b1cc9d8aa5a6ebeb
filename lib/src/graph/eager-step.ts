import * as tf from "@tensorflow/tfjs-node";
import { itemAt } from "../base/item-at";
import { checkBatch } from "./batch";
import { evaluationSize } from "./evaluation-size";
import { lossAndGradients, withPenalties } from "./layer-watch";
import { type LayerCalls, type Network, network } from "./network";
import { noiseCalls } from "./noise";
import { makeOptimizer, type Optimizer } from "./optimizers";
import { convolutionCalls } from "./replacements/convolution";
import { checkState } from "./state";
import type { Batch, StepOptions, StepState, TrainingStep } from "./types";

/**
 * A training step of plain tfjs ops, run one by one: the reference that the traced graph is tested against.
 * It is tested against PyTorch's gradients.
 */
export function eagerStep(model: tf.LayersModel, options: StepOptions): TrainingStep {
  return new EagerStep(network(model, options), options);
}

class EagerStep implements TrainingStep {
  readonly evaluationSize: number;
  readonly #network: Network;
  readonly #options: StepOptions;
  readonly #optimizer: Optimizer;
  readonly #slots: readonly { readonly name: string; readonly variable: tf.Variable }[];
  #iteration = 0;
  #disposed = false;

  constructor(net: Network, options: StepOptions) {
    this.#network = net;
    this.#options = options;
    this.evaluationSize = evaluationSize(net.layers);
    const trained = net.weights.filter((weight) => weight.trainable);
    this.#optimizer = makeOptimizer(options.optimizer);
    this.#slots = this.#optimizer.slots.flatMap((slot) =>
      trained.map(({ name, variable }) => ({
        name: `${name}/${slot}`,
        variable: tf.tidy(() => tf.variable(tf.zerosLike(variable), false)),
      })),
    );
  }

  step(batch: Batch, iteration: number): number {
    this.#assertAlive();
    const { shape, batchSize } = this.#options;
    checkBatch(batch, { network: this.#network, shape, rows: batchSize });
    if (iteration !== this.#iteration) {
      throw new Error(
        `Expected iteration ${this.#iteration} but found ${iteration}: steps follow each other; write a state to ` +
          "go elsewhere.",
      );
    }
    const loss = tf.tidy(() => {
      const trained = this.#trained();
      const { value, grads } = lossAndGradients(
        () => withPenalties(() => this.#meanLoss(batch, iteration)).loss,
        trained,
      );
      const values = this.#optimizer.values(iteration + 1);
      this.#network.weights
        .filter((weight) => weight.trainable)
        .forEach(({ variable, constraint }, i) => {
          const gradient = grads[variable.name];
          // A weight that the loss does not depend on stays.
          if (gradient == null) return;
          const slots = this.#optimizer.slots.map((_, k) => itemAt(this.#slots, k * trained.length + i).variable);
          this.#optimizer.move(variable, { gradient, slots, values });
          if (constraint) variable.assign(constraint.apply(variable));
        });
      return itemAt(value.dataSync(), 0);
    });
    this.#iteration++;
    return loss;
  }

  evaluate(batch: Batch): { lossSum: number; correct: number } {
    this.#assertAlive();
    checkBatch(batch, { network: this.#network, shape: this.#options.shape });
    return tf.tidy(() => {
      const inputs = tf.tensor(batch.inputs, [batch.size, ...this.#options.shape]);
      const logits = this.#network.logits(inputs, { training: false });
      const correct = tf.equal(this.#predictions(logits), tf.tensor1d(Int32Array.from(batch.labels), "int32"));
      const losses = this.#losses(logits, batch.labels).dataSync() as Float32Array;
      return { lossSum: losses.reduce((sum, loss) => sum + loss, 0), correct: itemAt(correct.sum().dataSync(), 0) };
    });
  }

  penalty(): number {
    this.#assertAlive();
    return tf.tidy(() => this.#network.penalties.reduce((sum, penalty) => sum + penalty().dataSync()[0]!, 0));
  }

  sync(): void {
    this.#assertAlive(); // The steps work on the model's own variables.
  }

  read(): StepState {
    this.#assertAlive();
    return {
      iteration: this.#iteration,
      tensors: this.#state().map(({ name, variable }) => ({
        name,
        shape: variable.shape,
        values: variable.dataSync() as Float32Array,
      })),
    };
  }

  write(state: StepState): void {
    this.#assertAlive();
    checkState(
      state,
      this.#state().map(({ name, variable }) => ({ name, shape: variable.shape })),
    );
    tf.tidy(() => {
      this.#state().forEach(({ variable }, i) =>
        variable.assign(tf.tensor(itemAt(state.tensors, i).values.slice(), variable.shape)),
      );
    });
    this.#iteration = state.iteration;
  }

  dispose(): void {
    if (this.#disposed) return;
    for (const { variable } of this.#slots) variable.dispose();
    this.#disposed = true;
  }

  #state() {
    return [...this.#network.weights, ...this.#slots];
  }

  #trained(): tf.Variable[] {
    return this.#network.weights.filter((weight) => weight.trainable).map((weight) => weight.variable);
  }

  #meanLoss(batch: Batch, iteration: number): tf.Scalar {
    const inputs = tf.tensor(batch.inputs, [batch.size, ...this.#options.shape]);
    const logits = this.#network.logits(inputs, { training: true, calls: this.#trainingCalls(iteration) });
    return tf.mean(this.#losses(logits, batch.labels));
  }

  #losses(logits: tf.Tensor, labels: Uint8Array): tf.Tensor1D {
    const { head, outputs } = this.#network;
    const none = tf.Reduction.NONE;
    if (head === "sigmoid") {
      const targets = tf.tensor2d(Float32Array.from(labels), [labels.length, 1]);
      return tf.losses.sigmoidCrossEntropy(targets, logits, undefined, undefined, none).reshape([labels.length]);
    }
    const targets = tf.oneHot(tf.tensor1d(Int32Array.from(labels), "int32"), outputs);
    return tf.losses.softmaxCrossEntropy(targets, logits, undefined, undefined, none).reshape([labels.length]);
  }

  #predictions(logits: tf.Tensor): tf.Tensor1D {
    return this.#network.head === "sigmoid" ? logits.greater(0).cast("int32").reshape([-1]) : logits.argMax(1);
  }

  /**
   * Noise that repeats, and max-pooling at the place where the traced step has it, so that both send each gradient the
   * same way.
   */
  #trainingCalls(iteration: number): LayerCalls {
    const { layers, groups } = this.#network;
    const noise = noiseCalls(layers, { seed: this.#options.seed, iteration: tf.scalar(iteration, "int32") });
    const pooled = groups.flatMap((group) => [...convolutionCalls(group, { biasAdd: tf.add, relu: tf.relu })]);
    return new Map([...noise, ...pooled]);
  }

  #assertAlive(): void {
    if (this.#disposed)
      throw new Error("Expected a live training step but it was disposed of: make another with createStep.");
  }
}
