import { activate } from "./activate";
import { convolution } from "./convolution";
import { dense } from "./dense";
import type { Layer, Network } from "./layers";
import { lstm } from "./lstm";
import { pooling } from "./pooling";

/**
 * A network's output for one example, the same as `predict` of the model that the network was made from.
 *
 * @param network The network.
 * @param input One example, flat: an image `[784]`, a series `[steps]`.
 * @returns The last layer's output, flat: `[10]` for a digit.
 */
export const forward = (network: Network, input: Float32Array): Float32Array =>
  network.layers.reduce((values, layer) => forwardLayer(layer, values), input);

/** The outputs of all layers for one example, in the layers' order, each flat. */
export function forwardAll(network: Network, input: Float32Array): Float32Array[] {
  let values = input;
  return network.layers.map((layer) => (values = forwardLayer(layer, values)));
}

/** The output of one layer for one example, both flat. The input stays unchanged. */
export function forwardLayer(layer: Layer, x: Float32Array): Float32Array {
  switch (layer.kind) {
    case "dense":
      return dense(layer, x);
    case "convolution":
      return convolution(layer, x);
    case "pooling":
      return pooling(layer, x);
    case "lstm":
      return lstm(layer, x);
    case "activation":
      return activate(Float32Array.from(x), layer.activation);
  }
}
