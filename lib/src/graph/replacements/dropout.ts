import type { LayerCall } from "../network";
import { dropoutMask } from "../dropout-mask";
import type { Replacement } from "./replacement";

/**
 * tfjs draws dropout in JavaScript and, when seeded, the same mask for ever; this one is drawn in the engine from
 * (seed, layer, iteration).
 */
export const dropout: Replacement = ({ layers, training, seed, iteration }) => {
  const calls = new Map<number, LayerCall>();
  if (!training || iteration === undefined) return calls;
  layers.forEach((layer, position) => {
    const rate = layer.getConfig().rate as number;
    if (layer.getClassName() !== "Dropout" || !(rate > 0)) return;
    calls.set(position, (x) => x.mul(dropoutMask(x.shape, { rate, seed, layer: position, iteration })));
  });
  return calls;
};
