import type * as tf from "@tensorflow/tfjs-node";
import { attribute } from "../engine";
import { defineKernel, single } from "../kernels";

const multiply = (a: tf.Tensor, b: tf.Tensor, transpose: { a?: boolean; b?: boolean } = {}) =>
  single("MatMul", [a, b], [attribute.bool("transpose_a", transpose.a ?? false), attribute.bool("transpose_b", transpose.b ?? false)]);

const kernel = defineKernel("Product", {
  inputs: ["a", "b"],
  outputs: [false],
  forward: ([a, b]) => [multiply(a, b)],
  backward: (dy, [a, b]) => [() => multiply(dy, b, { b: true }), () => multiply(a, dy, { a: true })],
});

/** The matrix product of `a` [n, k] and `b` [k, m] as TensorFlow's plain MatMul, which the session may fuse with what follows. */
export function product(a: tf.Tensor, b: tf.Tensor): tf.Tensor {
  return kernel([a, b])[0];
}
