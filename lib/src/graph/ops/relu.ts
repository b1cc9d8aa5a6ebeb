import type * as tf from "@tensorflow/tfjs-node";
import { itemAt } from "../../base/item-at";
import { defineKernel, single } from "../kernels";

const kernel = defineKernel("Relu", {
  inputs: ["x"],
  outputs: [true],
  forward: ([x]) => [single("Relu", [x])],
  backward: (dy, _, kept) => [() => single("ReluGrad", [dy, itemAt(kept, 0)])],
});

/** `max(x, 0)`, with a gradient of one operation where tfjs's takes four. */
export function relu(x: tf.Tensor): tf.Tensor {
  return kernel([x]);
}
