import { edge, scalarNode } from "../nodes";
import { fusedUpdate, type OptimizerKind } from "./optimizer";

/**
 * RMSProp (Hinton 2012): each weight's gradient is divided by a running root mean square of itself.
 * `square = decay * square + (1 - decay) * gradient^2`, `velocity = momentum * velocity + learningRate * gradient /
 * sqrt(square + epsilon)`, `w -= velocity`. Epsilon stands below the root, as in TensorFlow and in Goodfellow's book;
 * PyTorch adds it to the root, so that its 1e-8 is 1e-16 here.
 */
export interface RmsPropSettings {
  readonly name: "rmsprop";
  readonly learningRate: number;
  /** How much of the mean square stays, in [0, 1). Default 0.9. */
  readonly decay?: number;
  /** How much of the velocity stays, in [0, 1). Default 0. */
  readonly momentum?: number;
  /** Default 1e-7. */
  readonly epsilon?: number;
}

/** RMSProp, with its settings, its eager rule and its fused operation (ResourceApplyRMSProp). */
export const rmsprop: OptimizerKind<RmsPropSettings> = {
  settings: {
    learningRate: { takes: "positive" },
    decay: { takes: "fraction", default: 0.9 },
    momentum: { takes: "fraction", default: 0 },
    epsilon: { takes: "positive", default: 1e-7 },
  },
  make(settings) {
    const { learningRate, momentum, epsilon } = settings;
    // As the engine holds it, so that 1 - decay agrees with it.
    const decay = Math.fround(settings.decay);
    return {
      slots: ["square", "velocity"],
      scalars: [],
      values: () => [],
      move(variable, { gradient, slots }) {
        const [square, velocity] = slots;
        square!.assign(square!.mul(decay).add(gradient.square().mul(1 - decay)));
        const direction = gradient.mul(learningRate).div(square!.add(epsilon).sqrt());
        velocity!.assign(velocity!.mul(momentum).add(direction));
        variable.assign(variable.sub(velocity!));
      },
      node(name, { handle, slots, gradient }) {
        const constants = { rate: learningRate, decay, momentum, epsilon };
        const scalars = Object.entries(constants).map(([constant, value]) => scalarNode(`${name}/${constant}`, value));
        return fusedUpdate(name, {
          op: "ResourceApplyRMSProp",
          inputs: [...[handle, ...slots, ...scalars].map((node) => edge(node)), gradient],
        });
      },
    };
  },
};
