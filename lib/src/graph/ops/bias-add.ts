import type * as tf from "@tensorflow/tfjs-node";
import { defineKernel, single } from "../kernels";

const kernel = defineKernel("BiasAdd", {
  inputs: ["x", "bias"],
  outputs: [false],
  forward: ([x, bias]) => [single("BiasAdd", [x, bias])],
  backward: (dy) => [() => dy.clone(), () => single("BiasAddGrad", [dy])],
});

/** Adds `bias` [c] to the last axis of `x` [..., c]. */
export function biasAdd(x: tf.Tensor, bias: tf.Tensor): tf.Tensor {
  return kernel([x, bias]);
}
