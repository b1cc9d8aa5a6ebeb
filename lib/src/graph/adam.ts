import type { OptimizerSettings } from "../runs/record";

/** Adam's constants, with the textbook's defaults, as float32 holds them. */
export interface AdamConstants {
  readonly learningRate: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
}

/** Adam's constants from settings; throws where a value makes no sense. */
export function adamConstants(settings: OptimizerSettings): AdamConstants {
  const { learningRate, beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8 } = settings;
  for (const [name, beta] of [
    ["beta1", beta1],
    ["beta2", beta2],
  ] as const) {
    if (!(beta >= 0 && beta < 1)) throw new Error(`Expected ${name} in [0, 1) but found ${beta} (optimizer "adam").`);
  }
  if (!(epsilon > 0)) throw new Error(`Expected epsilon above 0 but found ${epsilon} (optimizer "adam").`);
  // The engine computes with float32 betas. Taking the rounded ones here too makes 1 - beta2 and 1 - beta2^t agree;
  // with the decimal 0.999 they would differ by 5e-5 relative in the first step.
  return { learningRate, beta1: Math.fround(beta1), beta2: Math.fround(beta2), epsilon };
}

/**
 * The textbook's bias corrections, folded into two numbers of step t (from 1): with them
 * `w -= rate * m / (sqrt(v) + epsilon)` on the uncorrected moments m and v equals
 * `w -= learningRate * m' / (sqrt(v') + epsilon')`, m' = m / (1 - beta1^t), v' = v / (1 - beta2^t).
 */
export function adamCorrection(
  constants: AdamConstants,
  t: number,
): { readonly rate: number; readonly epsilon: number } {
  const root = Math.sqrt(1 - constants.beta2 ** t);
  return { rate: (constants.learningRate * root) / (1 - constants.beta1 ** t), epsilon: constants.epsilon * root };
}
