import type * as tf from "@tensorflow/tfjs-node";
import type { LayerCall } from "../network";
import { biasAdd } from "../ops/bias-add";
import { product } from "../ops/product";
import { relu } from "../ops/relu";
import type { Replacement } from "./replacement";

/**
 * Dense layers on flat inputs, linear or with ReLU: one product, one bias, one ReLU, each with a gradient of one
 * operation.
 */
export const dense: Replacement = ({ layers, last }) => {
  const calls = new Map<tf.layers.Layer, LayerCall>();
  for (const layer of layers) {
    if (layer.getClassName() !== "Dense") continue;
    const { activation: own, useBias } = layer.getConfig() as { activation: string; useBias: boolean };
    const activation = layer === last ? "linear" : own;
    if (activation !== "linear" && activation !== "relu") continue;
    calls.set(layer, (x, options, original) => {
      if (x.rank !== 2) return original(x, options);
      const [kernel, bias] = layer.weights.map((weight) => weight.read());
      let result = product(x, kernel!);
      if (useBias) result = biasAdd(result, bias!);
      return activation === "relu" ? relu(result) : result;
    });
  }
  return calls;
};
