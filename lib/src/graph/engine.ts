import * as tf from "@tensorflow/tfjs-node";

/** One attribute of a TensorFlow operation, as the binding takes it. */
export interface Attribute {
  readonly name: string;
  readonly type: number;
  readonly value: unknown;
}

/** What the binding reports for each output of an operation. */
export interface OutputInfo {
  readonly id: number;
  readonly shape: number[];
  readonly dtype: number;
}

/** The functions and constants of tfjs-node's native addon that this room uses. */
export interface Binding {
  readonly TF_FLOAT: number;
  readonly TF_INT32: number;
  readonly TF_BOOL: number;
  readonly TF_RESOURCE: number;
  readonly TF_ATTR_TYPE: number;
  readonly TF_ATTR_BOOL: number;
  readonly TF_ATTR_INT: number;
  readonly TF_ATTR_STRING: number;
  readonly [constant: `TF_${string}`]: number;
  createTensor(shape: readonly number[], dtype: number, values: tf.backend_util.BackendValues): number;
  deleteTensor(id: number): void;
  tensorDataSync(id: number): tf.backend_util.TypedArray;
  executeOp(name: string, attributes: readonly Attribute[], inputs: readonly number[], outputs: number): OutputInfo[];
  loadSavedModel(folder: string, tags: string): number;
  deleteSavedModel(id: number): void;
  runSavedModel(id: number, inputs: readonly number[], inputNames: string, outputNames: string): OutputInfo[];
}

/** tfjs-node's backend, as far as this room uses it. */
export interface NodeBackend {
  binding: Binding;
  getInputTensorIds(tensors: readonly tf.TensorInfo[]): number[];
  executeSingleOutput(name: string, attributes: readonly Attribute[], inputs: readonly tf.TensorInfo[]): tf.Tensor;
  executeMultipleOutputs(
    name: string,
    attributes: readonly Attribute[],
    inputs: readonly tf.TensorInfo[],
    outputs: number,
  ): tf.Tensor[];
}

/** tfjs-node's backend. */
export function backend(): NodeBackend {
  const found = tf.findBackend("tensorflow") as unknown as NodeBackend | null;
  if (found === null || tf.getBackend() !== "tensorflow") {
    throw new Error(
      `Expected tfjs to run on the backend "tensorflow" but found "${tf.getBackend()}": call ` +
        `tf.setBackend("tensorflow").`,
    );
  }
  return found;
}

/** Version of the engine (libtensorflow): "2.21.0". */
export const engineVersion = (): string =>
  String((backend().binding as unknown as { readonly TF_Version?: string }).TF_Version ?? "unknown");

/** Attributes of operations, named after their kind: `attribute.type("T", "float32")`. */
export const attribute = {
  type(name: string, dtype: "float32" | "int32" | "bool"): Attribute {
    const { binding } = backend();
    const value = dtype === "float32" ? binding.TF_FLOAT : dtype === "int32" ? binding.TF_INT32 : binding.TF_BOOL;
    return { name, type: binding.TF_ATTR_TYPE, value };
  },
  bool: (name: string, value: boolean): Attribute => ({ name, type: backend().binding.TF_ATTR_BOOL, value }),
  int: (name: string, value: number | readonly number[]): Attribute => ({
    name,
    type: backend().binding.TF_ATTR_INT,
    value,
  }),
  string: (name: string, value: string): Attribute => ({ name, type: backend().binding.TF_ATTR_STRING, value }),
};
