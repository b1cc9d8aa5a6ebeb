import * as tf from "@tensorflow/tfjs-node";
import { itemAt } from "../../base/item-at";
import { attribute, backend } from "../engine";
import { defineKernel, T } from "../kernels";

const kernel = defineKernel("SoftmaxCrossEntropy", {
  inputs: ["logits", "labels"],
  outputs: [false, true],
  forward: ([logits, labels]) =>
    backend().executeMultipleOutputs(
      "SparseSoftmaxCrossEntropyWithLogits",
      [T(), attribute.type("Tlabels", "int32")],
      [logits, labels],
      2,
    ),
  backward: (dy, _, kept) => [() => tf.mul(tf.expandDims(dy, 1), itemAt(kept, 0))],
});

/** Cross-entropy of each example, `[n]`, from logits `[n, classes]` and class indices `[n]` (int32). */
export function softmaxCrossEntropy(logits: tf.Tensor, labels: tf.Tensor): tf.Tensor {
  return kernel([logits, labels]);
}
