import type { OptimizerSettings } from "../runs/record";
import { type AdamConstants, adamConstants, adamCorrection } from "./adam";
import { type Edge, edge, type GraphNode, scalarNode } from "./nodes";

/** The optimizer's part of a traced graph: one fused operation per variable. */
export interface OptimizerNodes {
  /** Names of the slots that each variable needs. */
  readonly slots: readonly string[];
  /** Names of the scalars to feed in each step. */
  readonly feeds: readonly string[];
  /** The values of `feeds` in step t, from 1. */
  values(t: number): number[];
  /** The operation that moves one variable along its gradient. */
  update(target: {
    readonly name: string;
    readonly handle: GraphNode;
    readonly slots: readonly GraphNode[];
    readonly gradient: Edge;
    readonly feeds: readonly GraphNode[];
  }): { readonly node: GraphNode; readonly constants: readonly GraphNode[] };
}

export function optimizerNodes(settings: OptimizerSettings): OptimizerNodes {
  if (settings.name === "adam") return adamNodes(adamConstants(settings));
  if (settings.name === "sgd") return gradientDescentNodes(settings.learningRate);
  throw new Error(`Expected the optimizer "sgd" or "adam" but found "${settings.name}".`);
}

function gradientDescentNodes(learningRate: number): OptimizerNodes {
  return {
    slots: [],
    feeds: [],
    values: () => [],
    update({ name, handle, gradient }) {
      const rate = scalarNode(`${name}/rate`, learningRate);
      return {
        node: apply("ResourceApplyGradientDescent", name, [edge(handle), edge(rate), gradient]),
        constants: [rate],
      };
    },
  };
}

function adamNodes(constants: AdamConstants): OptimizerNodes {
  return {
    slots: ["m", "v"],
    feeds: ["rate", "epsilon"],
    values(t) {
      const { rate, epsilon } = adamCorrection(constants, t);
      return [rate, epsilon];
    },
    update({ name, handle, slots, gradient, feeds }) {
      // The op's own correction takes beta^t in float32 and puts epsilon where the textbook does not have it. With zero
      // powers it leaves the rate alone, and the fed rate and epsilon carry the corrections in double precision.
      const zero = scalarNode(`${name}/power`, 0);
      const beta1 = scalarNode(`${name}/beta1`, constants.beta1);
      const beta2 = scalarNode(`${name}/beta2`, constants.beta2);
      const [rate, epsilon] = feeds;
      const inputs = [handle, slots[0], slots[1], zero, zero, rate, beta1, beta2, epsilon].map((node) => edge(node));
      return { node: apply("ResourceApplyAdam", name, [...inputs, gradient]), constants: [zero, beta1, beta2] };
    },
  };
}

function apply(op: string, name: string, inputs: Edge[]): GraphNode {
  return {
    name: `${name}/update`,
    op,
    inputs,
    controls: [],
    attributes: { T: { kind: "type", value: "float32" } },
    outputs: [],
  };
}
