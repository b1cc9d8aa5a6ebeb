import { itemAt } from "../base/item-at";
/**
 * Element types that a traced graph knows. bfloat16 exists inside graphs only; feeds and fetches are float32, int32 or
 * bool.
 */
export type DType = "float32" | "int32" | "bool" | "bfloat16" | "resource";

/** Shape and element type of one output of a node. */
export interface OutputSpec {
  readonly shape: readonly number[];
  readonly dtype: DType;
}

/** The value of a constant. A typed array shorter than its shape says: all elements have this one value. */
export interface Constant {
  readonly shape: readonly number[];
  readonly dtype: "float32" | "int32" | "bool";
  readonly values: Float32Array | Int32Array | Uint8Array;
}

/** An attribute's value with its kind, as TensorFlow distinguishes them. */
export type AttributeValue =
  | { readonly kind: "type"; readonly value: DType }
  | { readonly kind: "bool"; readonly value: boolean }
  | { readonly kind: "int" | "float"; readonly value: number }
  | { readonly kind: "ints" | "floats" | "shape"; readonly value: readonly number[] }
  | { readonly kind: "string"; readonly value: string }
  | { readonly kind: "tensor"; readonly value: Constant };

/** One output of a node, as another node takes it. */
export interface Edge {
  node: GraphNode;
  output: number;
}

/** One operation of a traced graph. Passes change inputs and controls in place. */
export interface GraphNode {
  name: string;
  op: string;
  inputs: Edge[];
  /** Nodes that must have run before this one although it takes nothing from them. */
  controls: GraphNode[];
  attributes: Record<string, AttributeValue>;
  outputs: OutputSpec[];
  /** Where in the user's code the op was called, for messages; found out only when asked, because that is slow. */
  place?: () => string | undefined;
  /** Name of the tfjs layer that called it, for messages. */
  layer?: string | undefined;
}

/** An output of a node, by default its first. */
export const edge = (node: GraphNode, output = 0): Edge => ({ node, output });

/** Shape and element type of an output. */
export const specOf = ({ node, output }: Edge): OutputSpec => itemAt(node.outputs, output);

/** A node that holds a value. */
export function constantNode(name: string, value: Constant): GraphNode {
  return {
    name,
    op: "Const",
    inputs: [],
    controls: [],
    attributes: { dtype: { kind: "type", value: value.dtype }, value: { kind: "tensor", value: compact(value) } },
    outputs: [{ shape: value.shape, dtype: value.dtype }],
  };
}

/** A node that holds one float32 number, of shape `[]`. */
export function scalarNode(name: string, value: number): GraphNode {
  return constantNode(name, { shape: [], dtype: "float32", values: Float32Array.of(value) });
}

// Zeros and ones that tfjs makes in JavaScript are as large as an activation; a graph stores them as one number.
function compact(constant: Constant): Constant {
  const { values } = constant;
  const uniform = values.length > 1 && values.every((value: number) => Object.is(value, values[0]));
  return { ...constant, values: uniform ? values.slice(0, 1) : values.slice() };
}

/** The nodes that the given ones need, each after its inputs. */
export function reachable(targets: readonly GraphNode[]): GraphNode[] {
  const order: GraphNode[] = [];
  const seen = new Set<GraphNode>();
  const stack = [...targets].reverse().map((node) => ({ node, next: 0 }));
  for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
    if (top.next === 0 && seen.has(top.node)) {
      stack.pop();
      continue;
    }
    seen.add(top.node);
    const needs = [...top.node.inputs.map((input) => input.node), ...top.node.controls];
    let need = needs[top.next];
    while (need !== undefined && seen.has(need)) need = needs[++top.next];
    if (need === undefined) {
      stack.pop();
      order.push(top.node);
    } else {
      top.next++;
      stack.push({ node: need, next: 0 });
    }
  }
  return order;
}
