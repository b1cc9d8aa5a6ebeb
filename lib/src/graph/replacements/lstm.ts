import type { LayerCall } from "../network";
import { lstm as run } from "../ops/lstm";
import type { Replacement } from "./replacement";

/** LSTM layers in the textbook's form (sigmoid gates, tanh, no dropout, no masks): one product per time step. */
export const lstm: Replacement = ({ layers }) => {
  const calls = new Map<number, LayerCall>();
  layers.forEach((layer, position) => {
    if (layer.getClassName() !== "LSTM") return;
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
    if (!plain) return;
    calls.set(position, (x) => {
      const [kernel, recurrent, bias] = layer.weights.map((weight) => weight.read());
      return run(x, { kernel, recurrent, bias }, { sequences: config.returnSequences === true });
    });
  });
  return calls;
};
