import * as tf from "@tensorflow/tfjs-node";
import { itemAt } from "../base/item-at";
import { sizeOf } from "../base/shape";
import { compareTraces } from "./compare-traces";
import { backend } from "./engine";
import { constraintsOf, lossAndGradients, watchLayers, withPenalties } from "./layer-watch";
import { refuseLayer, refuseWithoutGradient } from "./layers";
import { type Edge, edge, type GraphNode } from "./nodes";
import { refuseNoise } from "./noise";
import { Recorder } from "./recorder";
import type { GraphVariable, Recording } from "./recording";
import type { InputSpec, TracedFunction } from "./trace-types";

/** Records a function twice with other inputs; throws where the two recordings differ. */
export function traceFunction(name: string, traced: TracedFunction, variables: readonly GraphVariable[]): Recording {
  if ((traced.minimize === undefined) === (traced.compute === undefined)) {
    throw new Error(
      `Expected "minimize" or "compute" but found ${traced.minimize ? "both" : "neither"} (traced function ` +
        `"${name}"): give exactly one of them.`,
    );
  }
  const first = recordOnce(name, { traced, variables, salt: 0 });
  const second = recordOnce(name, { traced, variables, salt: 1 });
  compareTraces(first.nodes, second.nodes);
  return first;
}

function recordOnce(
  scope: string,
  options: { traced: TracedFunction; variables: readonly GraphVariable[]; salt: number },
): Recording {
  const { traced, variables, salt } = options;
  const names = Object.keys(traced.inputs);
  const specs = Object.values(traced.inputs).map(inputSpec);
  const placeholders = specs.map((spec, i) => placeholder(`${scope}/${names[i]}`, spec));
  const reads = variables.map(({ variable, handle }, i) => readNode(`${scope}/read_${i}`, handle, variable.shape));
  let recording: Recording;
  tf.tidy(() => {
    const inputs = specs.map((spec) => example(spec, salt));
    const known = new Map<number, Edge>();
    backend()
      .getInputTensorIds(inputs)
      .forEach((id, i) => known.set(id, edge(itemAt(placeholders, i))));
    backend()
      .getInputTensorIds(variables.map(({ variable }) => variable))
      .forEach((id, i) => known.set(id, edge(itemAt(reads, i))));
    const recorder = new Recorder({ edges: known, scope });
    const kept = variables.map(({ variable }) => variable.clone());
    const before = variables.map(({ variable }) => variable.dataId);
    try {
      recording = recorder.record(() => {
        const { results, gradients, applied } = runFunction(traced, { names, inputs, variables });
        const edges = new Map(Object.entries(results).map(([name, tensor]) => [name, recorder.edgeOf(tensor)]));
        const gradientEdges = new Map(gradients.map(([i, tensor]) => [i, recorder.edgeOf(tensor)]));
        const assigned = new Map<number, Edge>();
        variables.forEach(({ variable }, i) => {
          if (variable.dataId !== before[i]) assigned.set(i, recorder.edgeOf(variable));
        });
        const constrained = new Map<number, { read: GraphNode; value: Edge }>();
        const constraints = constraintsOf(applied);
        variables.forEach(({ variable, handle }, i) => {
          const constraint = gradientEdges.has(i) ? constraints.get(variable) : undefined;
          if (constraint === undefined) return;
          const read = readNode(`${scope}/moved_${i}`, handle, variable.shape);
          const moved = tf.fill(variable.shape, 0.5);
          recorder.know(moved, edge(read));
          constrained.set(i, { read, value: recorder.edgeOf(constraint.apply(moved)) });
        });
        return {
          nodes: recorder.nodes,
          placeholders,
          reads,
          results: edges,
          gradients: gradientEdges,
          assigned,
          constrained,
        };
      });
    } finally {
      variables.forEach(({ variable }, i) => {
        if (variable.dataId !== before[i]) variable.assign(itemAt(kept, i));
      });
    }
  });
  return recording!;
}

function runFunction(
  traced: TracedFunction,
  {
    names,
    inputs,
    variables,
  }: { names: readonly string[]; inputs: readonly tf.Tensor[]; variables: readonly GraphVariable[] },
): {
  results: Readonly<Record<string, tf.Tensor>>;
  gradients: [number, tf.Tensor][];
  applied: readonly tf.layers.Layer[];
} {
  const byName = Object.fromEntries(names.map((name, i) => [name, inputs[i]!]));
  const check = (layer: tf.layers.Layer, options: { readonly training?: unknown }): void => {
    refuseLayer(layer);
    if (traced.minimize !== undefined) refuseWithoutGradient(layer);
    refuseNoise(layer, options);
  };
  const { minimize, compute } = traced;
  if (minimize === undefined)
    return { results: watchLayers(() => compute!(byName), check).result, gradients: [], applied: [] };
  const trained = variables.filter((variable) => variable.trained).map(({ variable }) => variable);
  let applied: readonly tf.layers.Layer[] = [];
  const { value, grads } = lossAndGradients(() => {
    const found = withPenalties(() => {
      const loss = minimize(byName);
      if (loss.rank !== 0)
        throw new Error(
          `Expected the loss to be a scalar but found shape [${loss.shape.join(", ")}]: take its mean or sum.`,
        );
      return loss as tf.Scalar;
    }, check);
    applied = found.applied;
    return found.loss;
  }, trained);
  const gradients = variables.flatMap(({ variable, trained: moved }, i): [number, tf.Tensor][] => {
    const gradient = moved ? grads[variable.name] : undefined;
    return gradient == null ? [] : [[i, gradient]];
  });
  return { results: { loss: value }, gradients, applied };
}

function inputSpec(spec: InputSpec): { shape: readonly number[]; dtype: "float32" | "int32" } {
  return "shape" in spec ? spec : { shape: spec, dtype: "float32" };
}

// Values to trace with: their only use is that the second time they are others. Small whole numbers pass as class
// indices, too.
function example({ shape, dtype }: { shape: readonly number[]; dtype: "float32" | "int32" }, salt: number): tf.Tensor {
  const values = new Float32Array(sizeOf(shape));
  for (let i = 0; i < values.length; i++) {
    values[i] =
      dtype === "int32" ? (i + salt) % 2 : ((Math.imul(i + 1, 40503) + Math.imul(salt + 1, 30011)) & 1023) / 1023;
  }
  return tf.tensor(dtype === "int32" ? Int32Array.from(values) : values, [...shape], dtype);
}

/** The node of an input of a traced function. */
export function placeholder(
  name: string,
  { shape, dtype }: { shape: readonly number[]; dtype: "float32" | "int32" },
): GraphNode {
  return {
    name,
    op: "Placeholder",
    inputs: [],
    controls: [],
    attributes: { dtype: { kind: "type", value: dtype }, shape: { kind: "shape", value: shape } },
    outputs: [{ shape, dtype }],
  };
}

/** The node that reads a variable. */
export function readNode(name: string, handle: GraphNode, shape: readonly number[]): GraphNode {
  return {
    name,
    op: "ReadVariableOp",
    inputs: [edge(handle)],
    controls: [],
    attributes: { dtype: { kind: "type", value: "float32" } },
    outputs: [{ shape, dtype: "float32" }],
  };
}
