// Runs where a notebook runs: `packed.ts` reads on the page what this writes.
import { constants, deflateRawSync } from "node:zlib";
import { type Layer, type Network, tensorNames } from "./layers";
import { type PackedNetwork, type PackedTensor, packedSize } from "./packed";

/** Statistics of a layer's inputs over typical examples: per input of a dense layer, per channel of a convolution. */
export interface Moments {
  readonly mean: Float32Array;
  readonly meanSquare: Float32Array;
}

/** How a network is packed. */
export interface PackOptions {
  /**
   * Distance between the values that a weight can take, in units of the layer's typical product of weight and input. 0
   * keeps all weights as they are.
   */
  readonly step: number;
  /** By layer. Where a layer's are undefined, its inputs count as 1. */
  readonly moments?: readonly (Moments | undefined)[];
}

/** A packed network, and the network that a page makes of it. */
export interface Packed {
  readonly packed: PackedNetwork;
  readonly network: Network;
  /** After compression. */
  readonly bitsPerWeight: number;
}

/**
 * Packs a network into few bytes. Kernels become integers of at most 8 bits, with one scale per row: the weights that
 * leave one input. The compression that follows gives frequent integers short words. A row whose input is mostly 0
 * matters little, so its scale is coarse (Frantar et al. 2022 weigh errors by the inputs as well). The bias takes back
 * what rounding adds on average (Nagel et al. 2019).
 */
export function pack(network: Network, { step, moments = [] }: PackOptions): Packed {
  const pieces: Uint8Array[] = [];
  const tensors: PackedTensor[] = [];
  const keep = (values: Float32Array) => {
    tensors.push({ bits: 32, size: values.length, row: values.length });
    pieces.push(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
    return values;
  };
  const described: object[] = [];
  const layers = network.layers.map((layer, at) => {
    const names = tensorNames[layer.kind];
    const fields = layer as unknown as Record<string, unknown>;
    described.push(Object.fromEntries(Object.entries(fields).filter(([name]) => !names.includes(name))));
    const read: Record<string, Float32Array> = {};
    for (const name of names) {
      const values = fields[name] as Float32Array;
      if (name === "bias" || step === 0) {
        read[name] = keep(read[name] ?? values);
        continue;
      }
      const row = rowOf(layer);
      const known = name === "kernel" ? moments[at] : undefined;
      const { scales, codes, rounded } = quantise(values, { row, step, meanSquare: known?.meanSquare });
      tensors.push({ bits: 8, size: values.length, row });
      pieces.push(new Uint8Array(scales.buffer), new Uint8Array(codes.buffer));
      read[name] = rounded;
      if (known) read.bias = shifted(fields.bias as Float32Array, { values, rounded, mean: known.mean });
    }
    return { ...layer, ...read } as Layer;
  });
  const raw = Buffer.concat(pieces);
  const size = tensors.reduce((sum, tensor) => sum + packedSize(tensor), 0);
  if (raw.length !== size)
    throw new Error(`Expected ${size} bytes of weights but found ${raw.length}: pack and packedSize disagree.`);
  // Weights do not repeat: only short words for frequent integers save bytes.
  const deflated = deflateRawSync(raw, { level: 9, strategy: constants.Z_HUFFMAN_ONLY, memLevel: 9 });
  const weights = tensors.reduce((sum, tensor) => sum + tensor.size, 0);
  return {
    packed: { layers: described, tensors, bytes: deflated.toString("base64") },
    network: { layers },
    bitsPerWeight: (8 * deflated.length) / Math.max(1, weights),
  };
}

/** How many weights leave one input: they share a scale. */
function rowOf(layer: Layer): number {
  if (layer.kind === "dense") return layer.outputs;
  if (layer.kind === "convolution") return layer.maps;
  if (layer.kind === "lstm") return 4 * layer.units;
  throw new Error(`Expected a layer with weights but found one of kind "${layer.kind}".`);
}

interface QuantiseOptions {
  readonly row: number;
  readonly step: number;
  /** Of the inputs; of a convolution's rows, the input of row i is i modulo the number of channels. */
  readonly meanSquare?: Float32Array | undefined;
}

const largestCode = 127;

/** Values as integers from -127 to 127 times one scale per row, and these products. */
function quantise(
  values: Float32Array,
  { row, step, meanSquare }: QuantiseOptions,
): { readonly scales: Float32Array; readonly codes: Int8Array; readonly rounded: Float32Array } {
  const rows = Math.ceil(values.length / row);
  const part = (r: number) => values.subarray(r * row, (r + 1) * row);
  // An input that is always 0 counts as a very small one: its row needs a finite scale.
  const typical = meanSquare ? meanSquare.reduce((sum, value) => sum + value, 0) / meanSquare.length : 1;
  const size = (r: number) => Math.sqrt((meanSquare?.[r % meanSquare.length] ?? 1) + 1e-3 * typical);
  let sum = 0;
  for (let r = 0; r < rows; r++) sum += size(r) ** 2 * part(r).reduce((squares, value) => squares + value * value, 0);
  const product = Math.sqrt(sum / values.length);
  const scales = new Float32Array(rows);
  const codes = new Int8Array(values.length);
  const rounded = new Float32Array(values.length);
  for (let r = 0; r < rows; r++) {
    const largest = part(r).reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    const scale = Math.fround(Math.max((step * product) / size(r), largest / largestCode));
    scales[r] = scale;
    if (scale > 0)
      part(r).forEach((value, i) => {
        const at = r * row + i;
        codes[at] = Math.max(-largestCode, Math.min(largestCode, Math.round(value / scale)));
        rounded[at] = codes[at]! * scale;
      });
  }
  return { scales, codes, rounded };
}

interface Rounding {
  readonly values: Float32Array;
  readonly rounded: Float32Array;
  readonly mean: Float32Array;
}

/** The bias, minus what rounding adds to each output on average. */
function shifted(bias: Float32Array, { values, rounded, mean }: Rounding): Float32Array {
  const sums = Float64Array.from(bias);
  const row = bias.length;
  for (let i = 0; i < values.length; i++)
    sums[i % row]! -= (rounded[i]! - values[i]!) * mean[Math.floor(i / row) % mean.length]!;
  return Float32Array.from(sums);
}
