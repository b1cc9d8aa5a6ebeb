import { edge, scalarNode } from "../nodes";
import { fusedUpdate, type OptimizerKind } from "./optimizer";

/**
 * Adam (Kingma and Ba 2015): `w -= learningRate * m' / (sqrt(v') + epsilon)`, where m' and v' are running means of the
 * gradient and of its square, corrected for their start at zero.
 */
export interface AdamSettings {
  readonly name: "adam";
  readonly learningRate: number;
  /** How much of the gradient's mean stays, in [0, 1). Default 0.9. */
  readonly beta1?: number;
  /** How much of the square's mean stays, in [0, 1). Default 0.999. */
  readonly beta2?: number;
  /** Default 1e-8. */
  readonly epsilon?: number;
}

/** Adam, with its settings, its eager rule and its fused operation (ResourceApplyAdam). */
export const adam: OptimizerKind<AdamSettings> = {
  settings: {
    learningRate: { takes: "positive" },
    beta1: { takes: "fraction", default: 0.9 },
    beta2: { takes: "fraction", default: 0.999 },
    epsilon: { takes: "positive", default: 1e-8 },
  },
  make({ learningRate, epsilon, ...decimal }) {
    // The engine computes with float32 betas. Taking the rounded ones here too makes 1 - beta2 and 1 - beta2^t agree;
    // with the decimal 0.999 they would differ by 5e-5 relative in the first step.
    const [beta1, beta2] = [Math.fround(decimal.beta1), Math.fround(decimal.beta2)];
    return {
      slots: ["m", "v"],
      scalars: ["rate", "epsilon"],
      // The textbook's bias corrections, folded into two numbers: with them `w -= rate * m / (sqrt(v) + epsilon)` on
      // the uncorrected moments m and v equals `w -= learningRate * m' / (sqrt(v') + epsilon)`, m' = m / (1 - beta1^t),
      // v' = v / (1 - beta2^t).
      values(t) {
        const root = Math.sqrt(1 - beta2 ** t);
        return [(learningRate * root) / (1 - beta1 ** t), epsilon * root];
      },
      move(variable, { gradient, slots, values }) {
        const [m, v] = slots;
        const [rate, corrected] = values;
        m!.assign(m!.mul(beta1).add(gradient.mul(1 - beta1)));
        v!.assign(v!.mul(beta2).add(gradient.square().mul(1 - beta2)));
        variable.assign(variable.sub(m!.mul(rate!).div(v!.sqrt().add(corrected!))));
      },
      node(name, { handle, slots, gradient, scalars }) {
        // The op's own correction takes beta^t in float32 and puts epsilon where the textbook does not have it. With
        // zero powers it leaves the rate alone, and the fed rate and epsilon carry the corrections in double precision.
        const power = scalarNode(`${name}/power`, 0);
        const kept1 = scalarNode(`${name}/beta1`, beta1);
        const kept2 = scalarNode(`${name}/beta2`, beta2);
        const [rate, corrected] = scalars;
        const inputs = [handle, ...slots, power, power, rate!, kept1, kept2, corrected!].map((node) => edge(node));
        return fusedUpdate(name, { op: "ResourceApplyAdam", inputs: [...inputs, gradient] });
      },
    };
  },
};
