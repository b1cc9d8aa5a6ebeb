import type * as tf from "@tensorflow/tfjs-node";
import { itemAt } from "../base/item-at";
import { sizeOf } from "../base/shape";
import { type Edge, edge, type GraphNode, specOf } from "./nodes";
import type { GraphVariable, Recording } from "./recording";
import type { TraceOptions } from "./trace-types";

// What a traced graph consists of beside the recorded nodes: variables, what changes them, and what is fetched.

/** Values that a graph is fed with, or gives back. */
export type Values = Float32Array | Int32Array;

/** The change of one variable, by position. */
export interface Update {
  readonly position: number;
  readonly node: GraphNode;
}

/**
 * The variables that the functions of a graph share. Those that `trained` names are trained; without it, those that
 * tfjs calls trainable.
 *
 * @throws When one is not of float32.
 */
export function graphVariables({ variables, trained }: TraceOptions): GraphVariable[] {
  const named = Array.isArray(variables)
    ? (variables as readonly tf.Variable[]).map((variable): [string, tf.Variable] => [variable.name, variable])
    : Object.entries(variables as Readonly<Record<string, tf.Variable>>);
  return named.map(([name, variable]) => {
    if (variable.dtype !== "float32")
      throw new Error(
        `Expected variables of float32 but found ${variable.dtype} ("${name}"): make it with dtype "float32".`,
      );
    return {
      name,
      variable,
      trained: trained?.includes(name) ?? variable.trainable,
      handle: handleNode(name, variable.shape),
    };
  });
}

/** The node that stands for a variable within the graph. */
export function handleNode(name: string, shape: readonly number[]): GraphNode {
  return {
    name: `variable/${name.replace(/[^A-Za-z0-9_./-]/g, "_")}`,
    op: "VarHandleOp",
    inputs: [],
    controls: [],
    attributes: {
      dtype: { kind: "type", value: "float32" },
      shape: { kind: "shape", value: shape },
      shared_name: { kind: "string", value: name },
    },
    outputs: [{ shape: [], dtype: "resource" }],
  };
}

/** The node that gives a variable a new value. */
export function assignNode(name: string, handle: GraphNode, value: Edge): GraphNode {
  return {
    name,
    op: "AssignVariableOp",
    inputs: [edge(handle), value],
    controls: [],
    attributes: { dtype: { kind: "type", value: "float32" } },
    outputs: [],
  };
}

/** The nodes for what a recorded function itself assigned to variables. */
export function assignments(name: string, recording: Recording, variables: readonly GraphVariable[]): Update[] {
  return [...recording.assigned].map(([position, value]) => ({
    position,
    node: assignNode(`${name}/assign_${position}`, itemAt(variables, position).handle, value),
  }));
}

// A variable is updated in place only while nobody holds its old value, so whoever reads it goes first.
/** Puts whatever reads a variable before the update of it. */
export function settleReads(recording: Recording, updates: readonly Update[]): void {
  const aliases = new Set(["Identity", "Reshape", "ExpandDims", "Squeeze"]);
  const users = (source: GraphNode): GraphNode[] =>
    recording.nodes
      .filter((node) => node.inputs.some((input) => input.node === source))
      .flatMap((node) => (aliases.has(node.op) ? [node, ...users(node)] : [node]));
  for (const { position, node } of updates) node.controls.push(...new Set(users(itemAt(recording.reads, position))));
}

/** The node that is fetched for a result: it runs after all updates. */
export function resultNode(name: string, source: Edge, updates: readonly Update[]): GraphNode {
  const spec = specOf(source);
  return {
    name,
    op: "Identity",
    inputs: [source],
    controls: updates.map(({ node }) => node),
    attributes: { T: { kind: "type", value: spec.dtype } },
    outputs: [spec],
  };
}

/**
 * The values for an input of a graph.
 *
 * @throws When they are missing, or of another type or number than the input's.
 */
export function inputValues(scope: string, node: GraphNode, inputs: Readonly<Record<string, Values>>): Values {
  const name = node.name.slice(scope.length + 1);
  const { shape, dtype } = itemAt(node.outputs, 0);
  const values = inputs[name];
  if (values === undefined || values.length !== sizeOf(shape) || values instanceof Int32Array !== (dtype === "int32")) {
    const found =
      values === undefined
        ? "nothing"
        : `${values instanceof Int32Array ? "int32" : "float32"} with ${values.length} values`;
    throw new Error(
      `Expected ${dtype} [${shape.join(", ")}] but found ${found} (input "${name}"): a graph keeps the shapes ` +
        "that it was traced with.",
    );
  }
  return values;
}
