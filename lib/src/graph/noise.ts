import type * as tf from "@tensorflow/tfjs-node";
import { type Draw, dropoutMask, normalNoise } from "./draws";
import { called, configOf, innerLayers, type PlacedLayer } from "./layers";
import type { LayerCall } from "./network";

/** Where the numbers of noise layers come from: a run's seed, and the step, an int32 scalar. */
export interface NoiseSource {
  readonly seed: number;
  readonly iteration: tf.Tensor;
}

interface Cell {
  dropoutFunc?: unknown;
}

/**
 * Noise layers (dropout of all kinds, Gaussian noise, dropout within recurrent layers) as they run in training, drawn
 * in the engine. tfjs draws in JavaScript and, where a layer has a seed, the same numbers for ever; here a number is a
 * function of (seed, layer, step, and how often the layer ran within the step).
 *
 * @param layers All layers of the model: a layer's position in this list is its stream.
 */
export function noiseCalls(layers: readonly PlacedLayer[], source: NoiseSource): Map<tf.layers.Layer, LayerCall> {
  const calls = new Map<tf.layers.Layer, LayerCall>();
  layers.forEach(({ path, layer }, number) => {
    let drawn = 0;
    const own = configOf(layer).seed;
    const stream = () => ({ ...source, layer: number, draw: drawn++, ...(typeof own === "number" && { own }) });
    const noise = noiseOf(layer, stream);
    if (noise !== undefined) calls.set(layer, noise);
    const cells = innerLayers({ path, layer }).flatMap((inner) => cellsOf(inner));
    if (layer.getClassName() !== "RNN" && !("cell" in layer)) return;
    if (cells.some((cell) => dropsWithin(cell)))
      calls.set(layer, (input, options, original) => withCellDropout(cells, stream, () => original(input, options)));
  });
  return calls;
}

/** Throws where a layer would draw in JavaScript, whose numbers a graph would repeat for ever. */
export function refuseNoise(layer: tf.layers.Layer, options: { readonly training?: unknown }): void {
  if (!options.training || Object.hasOwn(layer, "call")) return;
  const never: Stream = () => {
    throw new Error("Expected only the kind of the layer to be read but its noise was drawn (refuseNoise).");
  };
  if (noiseOf(layer, never) !== undefined || dropsWithin(layer))
    throw new Error(
      `Expected layers whose every run is alike but found ${called(layer)} in training: it draws in JavaScript, ` +
        "and a trace would repeat one draw for ever. " +
        "createStep, train and trial draw it in the engine; in a trace of your own take a mask as an input and " +
        "multiply.",
    );
  for (const inner of innerLayers({ path: "", layer })) refuseNoise(inner.layer, options);
}

type Stream = () => Draw;

function noiseOf(layer: tf.layers.Layer, stream: Stream): LayerCall | undefined {
  const { rate, stddev } = configOf(layer) as { readonly rate: number; readonly stddev: number };
  const some = rate > 0 && rate < 1;
  switch (layer.getClassName()) {
    case "Dropout":
    case "SpatialDropout1D":
      if (!some) return undefined;
      return (x) => {
        const shaped = layer as unknown as { getNoiseShape(x: tf.Tensor): number[] | null | undefined };
        return x.mul(dropoutMask(shaped.getNoiseShape(x) ?? x.shape, { ...stream(), rate }));
      };
    case "GaussianNoise":
      return (x) => x.add(normalNoise(x.shape, stream()).mul(stddev));
    case "GaussianDropout":
      if (!some) return undefined;
      return (x) =>
        x.mul(
          normalNoise(x.shape, stream())
            .mul(Math.sqrt(rate / (1 - rate)))
            .add(1),
        );
    case "AlphaDropout":
      if (!some) return undefined;
      return (x) => {
        const shape = (layer as unknown as { noiseShape?: number[] }).noiseShape ?? x.shape;
        const kept = dropoutMask(shape, { ...stream(), rate }).mul(1 - rate);
        // What a SELU saturates to (tfjs has its sign wrong), and the affine map that keeps mean and variance
        // (Klambauer et al. 2017).
        const low = -1.6732632423543772 * 1.0507009873554805;
        const a = ((1 - rate) * (1 + rate * low ** 2)) ** -0.5;
        return x
          .mul(kept)
          .add(kept.sub(1).mul(-low))
          .mul(a)
          .add(-a * low * rate);
      };
    default:
      return undefined;
  }
}

function cellsOf({ path, layer }: PlacedLayer): tf.layers.Layer[] {
  const inner = innerLayers({ path, layer });
  return inner.length === 0 ? [layer] : inner.flatMap((one) => cellsOf(one));
}

function dropsWithin(layer: tf.layers.Layer): boolean {
  const { dropout, recurrentDropout } = configOf(layer);
  return Number(dropout ?? 0) > 0 || Number(recurrentDropout ?? 0) > 0;
}

function withCellDropout(cells: readonly tf.layers.Layer[], stream: Stream, run: () => tf.Tensor | tf.Tensor[]) {
  const changed = cells as unknown as Cell[];
  const before = changed.map((cell) => cell.dropoutFunc);
  try {
    for (const cell of changed) {
      cell.dropoutFunc = (ones: tf.Tensor, rate: number) => ones.mul(dropoutMask(ones.shape, { ...stream(), rate }));
    }
    return run();
  } finally {
    changed.forEach((cell, i) => {
      cell.dropoutFunc = before[i];
    });
  }
}
