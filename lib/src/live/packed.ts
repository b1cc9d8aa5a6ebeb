import { type Layer, type Network, tensorNames } from "./layers";

/** A network as a page carries it: its layers, and their weights in few bits each, compressed. */
export interface PackedNetwork {
  /** The layers without their tensors. */
  readonly layers: readonly object[];
  /** One entry per tensor, in the layers' order. */
  readonly tensors: readonly PackedTensor[];
  /** The tensors' bytes one after the other, deflated, in base64. */
  readonly bytes: string;
}

/**
 * A tensor within the bytes. With 32 bits its values are float32. With fewer, the scales of all rows come first, one
 * float32 each, then one byte per value: an integer that is multiplied by its row's scale.
 */
export interface PackedTensor {
  readonly bits: number;
  /** Number of values. */
  readonly size: number;
  /** Values that share a scale. */
  readonly row: number;
}

/** Whether this browser can unpack networks. */
export const canUnpack = (): boolean => typeof DecompressionStream === "function";

/**
 * Unpacks a network in the reader's browser.
 *
 * @throws Error When the bytes are damaged, or are not as many as the tensors need.
 */
export async function unpack({ layers, tensors, bytes }: PackedNetwork): Promise<Network> {
  const data = await inflate(fromBase64(bytes));
  const wanted = tensors.reduce((sum, tensor) => sum + packedSize(tensor), 0);
  if (data.length !== wanted)
    throw new Error(`Expected ${wanted} bytes of weights but found ${data.length}: export the page again.`);
  let at = 0;
  const values = tensors.map((tensor) => {
    const from = at;
    at += packedSize(tensor);
    return readTensor(data.subarray(from, at), tensor);
  });
  const remaining = values.values();
  return {
    layers: layers.map((layer) => {
      const names = tensorNames[(layer as Layer).kind];
      return {
        ...layer,
        ...Object.fromEntries(names.map((name) => [name, remaining.next().value])),
      } as unknown as Layer;
    }),
  };
}

/** Bytes of a tensor before they are compressed. */
export const packedSize = ({ bits, size, row }: PackedTensor): number =>
  bits === 32 ? 4 * size : 4 * Math.ceil(size / row) + size;

function readTensor(data: Uint8Array, { bits, size, row }: PackedTensor): Float32Array {
  // Copied: its floats may start at any byte.
  const { buffer } = data.slice();
  if (bits === 32) return new Float32Array(buffer);
  const rows = Math.ceil(size / row);
  const scales = new Float32Array(buffer, 0, rows);
  const codes = new Int8Array(buffer, 4 * rows);
  const values = new Float32Array(size);
  for (let r = 0, i = 0; r < rows; r++) {
    const scale = scales[r]!;
    for (const end = Math.min(size, i + row); i < end; i++) values[i] = codes[i]! * scale;
  }
  return values;
}

function fromBase64(text: string): Uint8Array {
  const binary = atob(text);
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < bytes.length; i++) bytes[i] = binary.charCodeAt(i);
  return bytes;
}

async function inflate(bytes: Uint8Array): Promise<Uint8Array> {
  const stream = new Blob([bytes as Uint8Array & { readonly buffer: ArrayBuffer }])
    .stream()
    .pipeThrough(new DecompressionStream("deflate-raw"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}
