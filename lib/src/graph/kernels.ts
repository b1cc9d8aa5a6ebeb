import * as tf from "@tensorflow/tfjs-node";
import { attribute, backend } from "./engine";

// Differentiable operations under names of our own ("deepnets..."): tfjs's kernels of the same purpose stay as they are
// for everybody.

interface Definition {
  readonly forward: (inputs: readonly tf.Tensor[], attributes: { readonly [name: string]: unknown }) => tf.Tensor[];
  /** Gradients of the inputs, each computed only when asked for. `saved` are the inputs, then the outputs. */
  readonly backward: (
    dy: tf.Tensor,
    saved: readonly tf.Tensor[],
    attributes: { readonly [name: string]: unknown },
  ) => readonly (() => tf.Tensor)[];
  readonly inputs: readonly string[];
  /** Which outputs the gradient needs. */
  readonly outputs: readonly boolean[];
}

export type Kernel = (inputs: readonly tf.Tensor[], attributes?: { readonly [name: string]: unknown }) => tf.Tensor[];

export function defineKernel(name: string, { forward, backward, inputs, outputs }: Definition): Kernel {
  const kernelName = `deepnets${name}`;
  if (tf.getKernel(kernelName, "tensorflow") === undefined) {
    const ordered = (named: tf.NamedTensorInfoMap) => inputs.map((input) => named[input] as tf.Tensor);
    tf.registerKernel({
      kernelName,
      backendName: "tensorflow",
      kernelFunc: ({ inputs: given, attrs }) => forward(ordered(given), attrs ?? {}),
    });
    tf.registerGradient({
      kernelName,
      inputsToSave: [...inputs],
      outputsToSave: [...outputs],
      gradFunc: (dy, saved, attributes) => {
        const gradients = backward(Array.isArray(dy) ? dy[0] : dy, saved, attributes);
        return Object.fromEntries(inputs.slice(0, gradients.length).map((input, i) => [input, gradients[i]]));
      },
    });
  }
  return (given, attributes = {}) => {
    const named = Object.fromEntries(inputs.map((input, i) => [input, given[i]]));
    const result = tf.engine().runKernel(kernelName, named, attributes as tf.NamedAttrMap) as unknown as
      | tf.Tensor
      | tf.Tensor[];
    return Array.isArray(result) ? result : [result];
  };
}

export const T = () => attribute.type("T", "float32");
export const single = (
  op: string,
  inputs: readonly tf.Tensor[],
  more: readonly ReturnType<typeof T>[] = [],
): tf.Tensor => backend().executeSingleOutput(op, [T(), ...more], inputs);

/**
 * The product of two matrices as TensorFlow's MatMul, which the session may fuse with what follows; tf.matMul is
 * another operation, BatchMatMulV2.
 */
export const multiply = (
  a: tf.Tensor,
  b: tf.Tensor,
  transpose: { readonly a?: boolean; readonly b?: boolean } = {},
): tf.Tensor =>
  single(
    "MatMul",
    [a, b],
    [attribute.bool("transpose_a", transpose.a ?? false), attribute.bool("transpose_b", transpose.b ?? false)],
  );
