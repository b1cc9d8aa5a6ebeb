import { edge, scalarNode } from "../nodes";
import { fusedUpdate, type OptimizerKind } from "./optimizer";

/** Plain gradient descent: `w -= learningRate * gradient`. */
export interface SgdSettings {
  readonly name: "sgd";
  readonly learningRate: number;
}

/** Gradient descent, with its settings, its eager rule and its fused operation (ResourceApplyGradientDescent). */
export const sgd: OptimizerKind<SgdSettings> = {
  settings: { learningRate: { takes: "positive" } },
  make: ({ learningRate }) => ({
    slots: [],
    scalars: [],
    values: () => [],
    move(variable, { gradient }) {
      variable.assign(variable.sub(gradient.mul(learningRate)));
    },
    node(name, { handle, gradient }) {
      const rate = scalarNode(`${name}/rate`, learningRate);
      return fusedUpdate(name, { op: "ResourceApplyGradientDescent", inputs: [edge(handle), edge(rate), gradient] });
    },
  }),
};
