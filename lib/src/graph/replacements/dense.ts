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
export const dense: Replacement = ({ layers }) => {
  const calls = new Map<number, LayerCall>();
  layers.forEach((layer, position) => {
    const { activation, useBias } = layer.getConfig() as { activation: string; useBias: boolean };
    if (layer.getClassName() !== "Dense" || (activation !== "linear" && activation !== "relu")) return;
    const original = layer.call.bind(layer);
    calls.set(position, (x) => {
      if (x.rank !== 2) return original(x, {}) as tf.Tensor;
      const [kernel, bias] = layer.weights.map((weight) => weight.read());
      let result = product(x, kernel);
      if (useBias) result = biasAdd(result, bias);
      return activation === "relu" ? relu(result) : result;
    });
  });
  return calls;
};
