import * as tf from "@tensorflow/tfjs-node";
import { defineKernel } from "../kernels";

const kernel = defineKernel("SigmoidCrossEntropy", {
  inputs: ["logits", "targets"],
  outputs: [false],
  // log(1 + exp(-x)) overflows for large negative x; this form never does.
  forward: ([logits, targets]) => [
    tf.add(tf.sub(tf.relu(logits), tf.mul(logits, targets)), tf.log1p(tf.exp(tf.neg(tf.abs(logits))))),
  ],
  backward: (dy, [logits, targets]) => [() => tf.mul(dy, tf.sub(tf.sigmoid(logits), targets))],
});

/** Binary cross-entropy of each example, from logits and targets (0 or 1) of one shape. */
export function sigmoidCrossEntropy(logits: tf.Tensor, targets: tf.Tensor): tf.Tensor {
  return kernel([logits, targets]);
}
