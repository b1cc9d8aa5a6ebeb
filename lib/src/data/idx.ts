import { sizeOf } from "../base/shape";

/** What an IDX file holds: unsigned bytes with their sizes along each axis. */
export interface Idx {
  /** `[60000, 28, 28]` for MNIST's training images. */
  readonly shape: readonly number[];
  readonly values: Uint8Array;
}

/**
 * Reads an IDX file of unsigned bytes (format: Y. LeCun, "The MNIST database"): two zero bytes, the type 8, the number
 * of axes, the size of each axis as a big-endian 32-bit integer, then the values.
 *
 * @param bytes The whole file.
 * @param options `name` of the file for messages; `shape`, the expected sizes; `wayOut`, what to do about a wrong file.
 * @throws When the magic number, a size or the length is not as expected.
 * @example
 * const labels = parseIdx(Uint8Array.of(0, 0, 8, 1, 0, 0, 0, 2, 7, 9), { name: "two labels", shape: [2] });
 * labels.values; // Uint8Array [7, 9]
 */
export function parseIdx(
  bytes: Uint8Array,
  {
    name,
    shape,
    wayOut = "check that it is the file that is meant, whole and unpacked",
  }: { readonly name: string; readonly shape: readonly number[]; readonly wayOut?: string },
): Idx {
  const header = 4 + 4 * shape.length;
  if (bytes.length < header)
    throw new Error(`Expected ${name} to hold a header of ${header} bytes but found ${bytes.length} bytes: ${wayOut}.`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const magic = view.getUint32(0);
  const expected = 0x0800 + shape.length;
  if (magic !== expected)
    throw new Error(`Expected ${name} to start with magic ${expected} but found ${magic}: ${wayOut}.`);
  const sizes = shape.map((_, axis) => view.getUint32(4 + 4 * axis));
  if (sizes.some((size, axis) => size !== shape[axis])) {
    throw new Error(
      `Expected ${name} to be of size ${shape.join(" x ")} but its header says ${sizes.join(" x ")}: ${wayOut}.`,
    );
  }
  const length = header + sizeOf(sizes);
  if (bytes.length !== length)
    throw new Error(`Expected ${name} to be ${length} bytes long but found ${bytes.length}: ${wayOut}.`);
  return { shape: sizes, values: bytes.subarray(header) };
}
