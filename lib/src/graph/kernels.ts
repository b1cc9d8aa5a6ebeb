import * as tf from "@tensorflow/tfjs-node";
import { itemAt } from "../base/item-at";
import { attribute, backend } from "./engine";

// Differentiable operations under names of our own ("deepnets..."): tfjs's kernels of the same purpose stay as they are
// for everybody.

/** One tensor per name. */
type Tensors<Names extends readonly string[]> = { readonly [K in keyof Names]: tf.Tensor };

interface Definition<Names extends readonly string[]> {
  readonly forward: (inputs: Tensors<Names>) => tf.Tensor[];
  /** Gradients of the inputs, each computed only when asked for, from the inputs and the kept outputs. */
  readonly backward: (
    dy: tf.Tensor,
    inputs: Tensors<Names>,
    kept: readonly tf.Tensor[],
  ) => readonly (() => tf.Tensor)[];
  readonly inputs: Names;
  /** Which outputs the gradient needs. */
  readonly outputs: readonly boolean[];
}

/** Makes an operation with a gradient of its own; it returns the first of its outputs. */
export function defineKernel<const Names extends readonly string[]>(
  name: string,
  { forward, backward, inputs, outputs }: Definition<Names>,
): (inputs: Tensors<Names>) => tf.Tensor {
  const kernelName = `deepnets${name}`;
  if (tf.getKernel(kernelName, "tensorflow") === undefined) {
    const ordered = (named: tf.NamedTensorInfoMap) => inputs.map((input) => named[input]) as unknown as Tensors<Names>;
    tf.registerKernel({
      kernelName,
      backendName: "tensorflow",
      kernelFunc: ({ inputs: given }) => forward(ordered(given)),
    });
    tf.registerGradient({
      kernelName,
      inputsToSave: [...inputs],
      outputsToSave: [...outputs],
      gradFunc: (dy, saved) => {
        const given = saved.slice(0, inputs.length) as unknown as Tensors<Names>;
        const gradients = backward(Array.isArray(dy) ? itemAt(dy, 0) : dy, given, saved.slice(inputs.length));
        return Object.fromEntries(gradients.map((gradient, i) => [itemAt(inputs, i), gradient]));
      },
    });
  }
  return (given) => {
    const named = Object.fromEntries(inputs.map((input, i) => [input, itemAt<tf.Tensor>(given, i)]));
    const result = tf.engine().runKernel(kernelName, named, {}) as unknown as tf.Tensor | tf.Tensor[];
    return Array.isArray(result) ? itemAt(result, 0) : result;
  };
}

/** The attribute of an operation's element type, float32. */
export const T = () => attribute.type("T", "float32");

/** Runs one TensorFlow operation on float32 tensors; it returns the operation's one output. */
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
