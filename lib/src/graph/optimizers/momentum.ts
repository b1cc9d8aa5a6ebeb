import { edge, scalarNode } from "../nodes";
import { fusedUpdate, type OptimizerKind } from "./optimizer";

/**
 * Gradient descent with momentum (Polyak 1964): `velocity = momentum * velocity + gradient`, then
 * `w -= learningRate * velocity`. With `nesterov` (Nesterov 1983) the step looks ahead along the new velocity:
 * `w -= learningRate * (gradient + momentum * velocity)`.
 */
export interface MomentumSettings {
  readonly name: "momentum";
  readonly learningRate: number;
  /** How much of the velocity stays, in [0, 1). Default 0.9. */
  readonly momentum?: number;
  /** Default false. */
  readonly nesterov?: boolean;
}

/** Momentum, with its settings, its eager rule and its fused operation (ResourceApplyMomentum). */
export const momentum: OptimizerKind<MomentumSettings> = {
  settings: {
    learningRate: { takes: "positive" },
    momentum: { takes: "fraction", default: 0.9 },
    nesterov: { takes: "switch", default: false },
  },
  make: ({ learningRate, momentum, nesterov }) => ({
    slots: ["velocity"],
    scalars: [],
    values: () => [],
    move(variable, { gradient, slots }) {
      const [velocity] = slots;
      velocity!.assign(velocity!.mul(momentum).add(gradient));
      const direction = nesterov ? gradient.add(velocity!.mul(momentum)) : velocity!;
      variable.assign(variable.sub(direction.mul(learningRate)));
    },
    node(name, { handle, slots, gradient }) {
      const rate = scalarNode(`${name}/rate`, learningRate);
      const kept = scalarNode(`${name}/momentum`, momentum);
      return fusedUpdate(name, {
        op: "ResourceApplyMomentum",
        inputs: [edge(handle), ...slots.map((slot) => edge(slot)), edge(rate), gradient, edge(kept)],
        attributes: { use_nesterov: { kind: "bool", value: nesterov } },
      });
    },
  }),
};
