import * as tf from "@tensorflow/tfjs-node";
import { itemAt } from "../../base/item-at";
import type { Activation, Layer, Network } from "../../live/layers";
import type { Moments } from "../../live/pack";

type Fields = Readonly<Record<string, unknown>>;

const valuesOf = (layer: tf.layers.Layer): Float32Array[] =>
  layer.getWeights().map((tensor) => tensor.dataSync() as Float32Array);

const activations: readonly string[] = ["linear", "relu", "softmax", "sigmoid", "tanh"];

/** Layers that leave a flat example as it is in inference mode. */
const silent: readonly string[] = ["InputLayer", "Reshape", "Flatten", "Dropout"];

/**
 * Turns a model of this library into a network that runs on a page.
 *
 * @param model A chain of dense layers, convolutions (same padding, stride 1), max-pooling, one LSTM layer, dropout and
 *   activations.
 * @throws When it holds a layer that pages cannot run; the message names the layer.
 */
export function networkOf(model: tf.LayersModel): Network {
  return { layers: model.layers.flatMap((layer) => layerOf(layer) ?? []) };
}

function layerOf(layer: tf.layers.Layer): Layer | undefined {
  const name = layer.getClassName();
  if (silent.includes(name)) return undefined;
  const config = layer.getConfig() as Fields;
  const activation = config.activation as Activation;
  const shape = (layer.inputSpec?.[0]?.shape ?? (layer.input as tf.SymbolicTensor).shape).slice(1) as number[];
  const input = (layer.input as tf.SymbolicTensor).shape.slice(1) as number[];
  const refuse = (why: string) =>
    new Error(
      `Expected layers that a page can run but found ${name} "${layer.name}"${why}: use those of H6.1 and H6.2.`,
    );
  if (name !== "MaxPooling2D" && !activations.includes(activation)) throw refuse("");
  const same = (key: string, wanted: unknown) => JSON.stringify(config[key]) === JSON.stringify(wanted);
  const [kernel, second, third] = valuesOf(layer);
  switch (name) {
    case "Dense":
      return {
        kind: "dense",
        inputs: itemAt(input, -1),
        outputs: config.units as number,
        activation,
        kernel: kernel!,
        bias: second ?? new Float32Array(config.units as number),
      };
    case "Conv2D": {
      const maps = config.filters as number;
      const size = itemAt(config.kernelSize as number[], 0);
      const known = same("kernelSize", [size, size]) && same("strides", [1, 1]) && same("padding", "same");
      if (!known || !same("dilationRate", [1, 1])) throw refuse(" with strides or without zero-padding");
      return {
        kind: "convolution",
        image: shape as unknown as readonly [number, number, number],
        maps,
        size,
        activation,
        kernel: kernel!,
        bias: second ?? new Float32Array(maps),
      };
    }
    case "MaxPooling2D": {
      const size = itemAt(config.poolSize as number[], 0);
      if (!same("poolSize", [size, size]) || !same("strides", [size, size]) || !same("padding", "valid"))
        throw refuse(" whose windows overlap");
      return { kind: "pooling", image: input as unknown as readonly [number, number, number], size };
    }
    case "LSTM": {
      const plain = !config.returnSequences && !config.goBackwards && activation === "tanh";
      if (!plain || config.recurrentActivation !== "sigmoid")
        throw refuse(" that returns all steps, runs backwards or has other gates than sigmoid and tanh");
      const units = config.units as number;
      const [steps, features] = input as [number, number];
      return { kind: "lstm", steps, features, units, kernel: kernel!, recurrent: second!, bias: third! };
    }
    case "Activation":
      if (activation === "linear") return undefined;
      return { kind: "activation", activation };
    default:
      throw refuse("");
  }
}

/**
 * Mean and mean square of the inputs of each layer, over examples: `pack` weighs rounding errors by them.
 *
 * @param model The model of which `networkOf` made the network.
 * @param examples `[n, ...]`; a few thousand will do.
 */
export function momentsOf(model: tf.LayersModel, examples: tf.Tensor): (Moments | undefined)[] {
  const layers = model.layers.filter((layer) => layerOf(layer) !== undefined);
  const weighed = layers.filter((layer) => /^(?:Dense|Conv2D)$/.test(layer.getClassName()));
  if (weighed.length === 0) return layers.map(() => undefined);
  const found: Moments[] = [];
  tf.tidy(() => {
    const inputs = tf.model({
      inputs: model.inputs,
      outputs: weighed.map((layer) => layer.input as tf.SymbolicTensor),
    });
    for (const values of [inputs.predict(examples, { batchSize: 1000 })].flat()) {
      const rows = values.reshape([-1, itemAt(values.shape, -1)]);
      found.push({
        mean: rows.mean(0).dataSync() as Float32Array,
        meanSquare: rows.square().mean(0).dataSync() as Float32Array,
      });
    }
  });
  return layers.map((layer) => {
    const at = weighed.indexOf(layer);
    return at < 0 ? undefined : found[at];
  });
}
