import * as tf from "@tensorflow/tfjs-node";
import { itemAt } from "../base/item-at";
import { sizeOf } from "../base/shape";
import type { Split } from "../data/dataset";
import { network } from "../graph/network";
import type { FinalEvaluation } from "./evaluation";
import { EventLoopYield } from "./yield-to-event-loop";

/** What `assess` finds: an evaluation, and the answer to each example. */
export interface Assessment extends FinalEvaluation {
  /** Predicted class of each example, and the probability that the model gives it. */
  readonly predictions: { readonly label: readonly number[]; readonly probability: readonly number[] };
}

// A chunk blocks for less than 100 ms. Its size never changes, since the last digits of a product may depend on it.
const chunk = 250;

/**
 * Loss, accuracy, recall per class and confusion matrix of a model on a whole split, in inference mode, with ordinary
 * tfjs ops.
 *
 * @param model A model whose last layer is a softmax or sigmoid activation.
 * @param split The examples and their labels.
 * @returns The evaluation with the prediction for each example, in the split's order. A class without examples has
 *   recall 0 and is left out of the balanced accuracy.
 * @throws When the examples do not fit the model.
 * @example
 * const { accuracy, recall } = await assess(models.linear(), mnist.test);
 * accuracy; // 0.098: an untrained model says "0" to everything
 */
export async function assess(model: tf.LayersModel, split: Split): Promise<Assessment> {
  const shape = (itemAt(model.inputs, 0).shape as (number | null)[]).slice(1) as number[];
  const row = sizeOf(shape);
  if (split.size === 0 || split.inputs.length !== split.size * row || split.labels.length !== split.size) {
    throw new Error(
      `Expected ${split.size} examples of [${shape.join(", ")}] with a label each but found ` +
        `${split.inputs.length} values and ${split.labels.length} labels: pass a split that fits the model.`,
    );
  }
  const net = network(model, { shape });
  const { outputs } = net;
  const classes = outputs === 1 ? 2 : outputs;
  const label = new Array<number>(split.size);
  const probability = new Array<number>(split.size);
  const confusion = Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
  const eventLoop = new EventLoopYield();
  let lossSum = 0;
  for (let from = 0; from < split.size; from += chunk) {
    const size = Math.min(chunk, split.size - from);
    const x = split.inputs.subarray(from * row, (from + size) * row);
    // Without the last layer, whose activation the loss takes together with the logarithm: accurate where a probability
    // rounds to 0 or 1.
    const h = tf.tidy(() => net.logits(tf.tensor(x, [size, ...shape]), { training: false }).dataSync() as Float32Array);
    for (let i = 0; i < size; i++) {
      const truth = itemAt(split.labels, from + i);
      if (truth >= classes)
        throw new Error(
          `Expected labels below ${classes} but found ${truth} (example ${from + i}): correct the label, or give ` +
            "the model more outputs.",
        );
      const answer =
        outputs === 1 ? binary(itemAt(h, i), truth) : categorical(h.subarray(i * outputs, (i + 1) * outputs), truth);
      label[from + i] = answer.label;
      probability[from + i] = answer.probability;
      lossSum += answer.loss;
      const counts = itemAt(confusion, truth);
      counts[answer.label] = itemAt(counts, answer.label) + 1;
    }
    await eventLoop.ifDue();
  }
  const rows = confusion.map((counts, k) => ({
    hits: itemAt(counts, k),
    size: counts.reduce((sum, count) => sum + count, 0),
  }));
  const present = rows.filter(({ size }) => size > 0).map(({ hits, size }) => hits / size);
  const correct = rows.reduce((sum, { hits }) => sum + hits, 0);
  return {
    loss: lossSum / split.size,
    accuracy: correct / split.size,
    size: split.size,
    recall: rows.map(({ hits, size }) => (size === 0 ? 0 : hits / size)),
    balancedAccuracy: present.reduce((sum, value) => sum + value, 0) / present.length,
    confusion,
    predictions: { label, probability },
  };
}

function binary(h: number, truth: number): { label: number; probability: number; loss: number } {
  const label = h > 0 ? 1 : 0;
  // log(1 + e^-|h|) is accurate for any h.
  const far = Math.log1p(Math.exp(-Math.abs(h)));
  return { label, probability: 1 / (1 + Math.exp(-Math.abs(h))), loss: label === truth ? far : far + Math.abs(h) };
}

function categorical(h: Float32Array, truth: number): { label: number; probability: number; loss: number } {
  let label = 0;
  let most = itemAt(h, 0);
  for (const [k, value] of h.entries())
    if (value > most) {
      label = k;
      most = value;
    }
  let sum = 0;
  for (const value of h) sum += Math.exp(value - most);
  return { label, probability: 1 / sum, loss: Math.log(sum) + most - itemAt(h, truth) };
}
