import { activate } from "./activate";
import { convolution } from "./convolution";
import { dense } from "./dense";
import type { Layer, Network } from "./layers";
import { lstm } from "./lstm";
import { pooling } from "./pooling";

/**
 * What a network answers, as the `predict` of the model that it was made of would.
 *
 * @param network Its layers.
 * @param input One example, flat: an image `[784]`, a series `[steps]`.
 * @returns The last layer's outputs.
 */
export const forward = (network: Network, input: Float32Array): Float32Array =>
  network.layers.reduce((values, layer) => forwardLayer(layer, values), input);

/** The outputs of every layer, the first layer's first. */
export function forwardAll(network: Network, input: Float32Array): Float32Array[] {
  let values = input;
  return network.layers.map((layer) => (values = forwardLayer(layer, values)));
}

/** The output of one layer. The input does not change. */
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
