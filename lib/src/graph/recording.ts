import type * as tf from "@tensorflow/tfjs-node";
import type { Edge, GraphNode } from "./nodes";

/** A variable of the graph that is being made. */
export interface GraphVariable {
  readonly name: string;
  readonly variable: tf.Variable;
  readonly trained: boolean;
  readonly handle: GraphNode;
}

/** One function as nodes. */
export interface Recording {
  readonly nodes: readonly GraphNode[];
  readonly placeholders: readonly GraphNode[];
  /** One read per variable. */
  readonly reads: readonly GraphNode[];
  /** What to fetch, by name. */
  readonly results: ReadonlyMap<string, Edge>;
  /** Gradient of each trained variable that the loss depends on, by position in `variables`. */
  readonly gradients: ReadonlyMap<number, Edge>;
  /** New values of variables that the function itself assigned (moving averages), by position in `variables`. */
  readonly assigned: ReadonlyMap<number, Edge>;
  /** What constraints make of a variable after its update, by position: read anew by `read`, then `value`. */
  readonly constrained: ReadonlyMap<number, { readonly read: GraphNode; readonly value: Edge }>;
}
