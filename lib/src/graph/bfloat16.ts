import { itemAt } from "../base/item-at";
import { type AttributeValue, type Edge, edge, type GraphNode, specOf } from "./nodes";
import type { Recording } from "./recording";

/** Products and convolutions, where bfloat16 saves time. */
const heavy = new Set(["MatMul", "BatchMatMulV2", "Conv2D", "Conv2DBackpropInput", "Conv2DBackpropFilter"]);
/**
 * Operations that may stay in bfloat16 between two of those: what goes through them came from one and is about to enter
 * another. Sums are not among them: BiasAddGrad adds up in the type of its input, and 256 + 1 is 256 in bfloat16.
 */
const light = new Set(["BiasAdd", "Relu", "ReluGrad", "MaxPool", "MaxPoolGrad", "Reshape"]);

/**
 * Lets products and convolutions of a recorded function compute in bfloat16, and what lies between them. Weights,
 * gradients as the optimizer sees them, its slots and the loss stay float32.
 */
export function bfloat16(recording: Recording): Recording {
  const chosen = new Set<GraphNode>();
  for (const node of recording.nodes) {
    const float = node.inputs.find((input) => specOf(input).dtype === "float32");
    const follows = light.has(node.op) && float !== undefined && chosen.has(float.node);
    if (heavy.has(node.op) || follows) chosen.add(node);
  }
  const casts = new Map<string, GraphNode>();
  const cast = (source: Edge, to: "bfloat16" | "float32"): Edge => {
    const name = `${source.node.name}_${source.output}_as_${to}`;
    const made = casts.get(name) ?? castNode(name, source, to);
    casts.set(name, made);
    return edge(made);
  };
  const rewire = (source: Edge, wanted: "bfloat16" | "float32"): Edge => {
    const { dtype } = specOf(source);
    if (dtype !== "float32" && dtype !== "bfloat16") return source;
    const is = chosen.has(source.node) ? "bfloat16" : "float32";
    return is === wanted ? source : cast(source, wanted);
  };
  // All sources are looked at while they still say float32; only then are the chosen nodes changed.
  const inputs = recording.nodes.map((node) =>
    node.inputs.map((input) => rewire(input, chosen.has(node) ? "bfloat16" : "float32")),
  );
  const ends = (edges: ReadonlyMap<never, Edge>) =>
    new Map([...edges].map(([key, source]) => [key, rewire(source, "float32")]));
  const results = ends(recording.results as ReadonlyMap<never, Edge>);
  const gradients = ends(recording.gradients as ReadonlyMap<never, Edge>);
  const assigned = ends(recording.assigned as ReadonlyMap<never, Edge>);
  recording.nodes.forEach((node, i) => {
    node.inputs = itemAt(inputs, i);
    if (!chosen.has(node)) return;
    node.attributes.T = { kind: "type", value: "bfloat16" };
    node.outputs = node.outputs.map((output) =>
      output.dtype === "float32" ? { ...output, dtype: "bfloat16" } : output,
    );
  });
  return { ...recording, nodes: [...recording.nodes, ...casts.values()], results, gradients, assigned };
}

function castNode(name: string, source: Edge, to: "bfloat16" | "float32"): GraphNode {
  const type = (value: "bfloat16" | "float32"): AttributeValue => ({ kind: "type", value });
  return {
    name,
    op: "Cast",
    inputs: [source],
    controls: [],
    attributes: { SrcT: type(to === "bfloat16" ? "float32" : "bfloat16"), DstT: type(to) },
    outputs: [{ shape: specOf(source).shape, dtype: to }],
  };
}
