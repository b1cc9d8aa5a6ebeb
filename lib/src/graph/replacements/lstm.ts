import type * as tf from "@tensorflow/tfjs-node";
import type { LayerCall } from "../network";
import { lstm as run } from "../ops/lstm";
import type { Replacement } from "./replacement";

/** LSTM layers in the textbook's form (sigmoid gates, tanh, no dropout, no masks): one product per time step. */
export const lstm: Replacement = ({ layers }) => {
  const calls = new Map<tf.layers.Layer, LayerCall>();
  for (const layer of layers) {
    if (layer.getClassName() !== "LSTM") continue;
    const config = layer.getConfig() as Record<string, unknown>;
    const plain =
      config.activation === "tanh" &&
      config.recurrentActivation === "sigmoid" &&
      config.useBias !== false &&
      !config.returnState &&
      !config.goBackwards &&
      !config.stateful &&
      !config.dropout &&
      !config.recurrentDropout;
    if (!plain) continue;
    calls.set(layer, (x, options, original) => {
      if (options.mask != null || options.initialState != null) return original(x, options);
      const [kernel, recurrent, bias] = layer.weights.map((weight) => weight.read()) as [
        tf.Tensor,
        tf.Tensor,
        tf.Tensor,
      ];
      return run(x, { kernel, recurrent, bias }, { sequences: config.returnSequences === true });
    });
  }
  return calls;
};
