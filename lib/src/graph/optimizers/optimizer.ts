import type * as tf from "@tensorflow/tfjs-node";
import type { Edge, GraphNode } from "../nodes";

/** One setting of an optimizer: what it takes, and what it is when a cell leaves it out. */
export interface Setting {
  /** "positive": above 0. "fraction": in [0, 1). "switch": true or false. */
  readonly takes: "positive" | "fraction" | "switch";
  /** Without a default the setting must be given. */
  readonly default?: number | boolean;
}

/** An optimizer ready to run: the same rule twice, op by op and as one fused operation of the graph. */
export interface Optimizer {
  /** Names of the slots that each trained variable needs; all start at zero. */
  readonly slots: readonly string[];
  /** Names of the scalars that change from step to step; the others are part of the rule. */
  readonly scalars: readonly string[];
  /** The values of `scalars` in step t, from 1. */
  values(t: number): readonly number[];
  /** Moves one variable along its gradient with ordinary tfjs ops, and its slots on. Runs within a tf.tidy. */
  move(variable: tf.Variable, target: EagerTarget): void;
  /** The operation of the graph that does the same. */
  node(name: string, target: GraphTarget): GraphNode;
}

/** What `move` moves along. */
export interface EagerTarget {
  readonly gradient: tf.Tensor;
  /** In the order of the optimizer's `slots`. */
  readonly slots: readonly tf.Variable[];
  /** In the order of the optimizer's `scalars`. */
  readonly values: readonly number[];
}

/** What `node` connects. */
export interface GraphTarget {
  readonly handle: GraphNode;
  readonly gradient: Edge;
  /** Handles, in the order of the optimizer's `slots`. */
  readonly slots: readonly GraphNode[];
  /** Inputs of the graph, in the order of the optimizer's `scalars`. */
  readonly scalars: readonly GraphNode[];
}

/** A kind of optimizer: its settings beside the name, and how it is made of them. */
export interface OptimizerKind<S> {
  /** Each setting beside `name`, in the order in which a record shows them. */
  readonly settings: Readonly<Record<Exclude<keyof S, "name">, Setting>>;
  /** Takes complete and checked settings. */
  make(settings: Required<S>): Optimizer;
}

/** A fused update: the operation's inputs, and its attributes beside `T`. */
export function fusedUpdate(
  name: string,
  update: { readonly op: string; readonly inputs: Edge[]; readonly attributes?: GraphNode["attributes"] },
): GraphNode {
  const { op, inputs, attributes } = update;
  return {
    name: `${name}/update`,
    op,
    inputs,
    controls: [],
    attributes: { T: { kind: "type", value: "float32" }, ...attributes },
    outputs: [],
  };
}
