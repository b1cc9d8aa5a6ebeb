import type * as tf from "@tensorflow/tfjs-node";
import type { OptimizerSettings } from "./optimizers";
import type { Recording } from "./recording";

/** Shape and element type of one input of a traced function: a bare shape means float32. */
export type InputSpec = readonly number[] | { readonly shape: readonly number[]; readonly dtype: "float32" | "int32" };

/** The tensors of a traced function's inputs, by name. */
export type Inputs = Readonly<Record<string, tf.Tensor>>;

/** A function to trace: either a loss to `minimize`, or something to `compute`. */
export interface TracedFunction {
  readonly inputs: Readonly<Record<string, InputSpec>>;
  /**
   * The loss, a scalar: each run takes its gradient and moves the variables by one step of the optimizer. Its result is
   * `loss`.
   */
  readonly minimize?: (inputs: Inputs) => tf.Tensor;
  /** Any tensors, by name: a run returns their values. */
  readonly compute?: (inputs: Inputs) => Readonly<Record<string, tf.Tensor>>;
}

/** A change that is made to the recording of one function before the graph is loaded. */
export type Pass = (recording: Recording) => Recording;

/** What all functions of a traced graph share. */
export interface TraceOptions {
  /** The weights: variables by name, or a list (then under their own names). They live on inside the graph. */
  readonly variables: Readonly<Record<string, tf.Variable>> | readonly tf.Variable[];
  /** Names of the variables that `minimize` moves; without it those whose `trainable` is true. */
  readonly trained?: readonly string[];
  /** Needed when a function has `minimize`. */
  readonly optimizer?: OptimizerSettings;
  /** Changes to each recording, in this order. */
  readonly passes?: readonly Pass[];
}

/** One variable or optimizer slot of a graph, with a copy of its values. */
export interface GraphTensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

/** One operation of a traced graph, for looking at. */
export interface GraphRow {
  readonly name: string;
  readonly op: string;
  /** Names of the nodes that it takes values from. */
  readonly inputs: readonly string[];
  /** Shape of its first result; empty also for an update, which has none. */
  readonly shape: readonly number[];
}
