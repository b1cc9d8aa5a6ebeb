import { expect, test } from "vitest";
import { parseIdx } from "../../lib/src/data/idx";

const images = Uint8Array.of(0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 3, 1, 2, 3, 4, 5, 255);
const expected = { name: "images", shape: [2, 1, 3] };

test("reads shape and values", () => {
  const { shape, values } = parseIdx(images, expected);
  expect(shape).toEqual([2, 1, 3]);
  expect([...values]).toEqual([1, 2, 3, 4, 5, 255]);
});

test("reads from the middle of a buffer, as Node's small files are", () => {
  const buffer = new Uint8Array(images.length + 7);
  buffer.set(images, 7);
  expect([...parseIdx(buffer.subarray(7), expected).values]).toEqual([1, 2, 3, 4, 5, 255]);
});

const changed = (index: number, value: number) => Uint8Array.from(images, (byte, i) => (i === index ? value : byte));

test.each([
  ["labels in place of images", changed(3, 1), "Expected images to start with magic 2051 but found 2049"],
  ["another element type", changed(2, 13), "Expected images to start with magic 2051 but found 3331"],
  ["other sizes", changed(7, 3), "Expected images to be of size 2 x 1 x 3 but its header says 3 x 1 x 3"],
  ["a cut file", images.subarray(0, 20), "Expected images to be 22 bytes long but found 20"],
  ["bytes too many", Uint8Array.of(...images, 0), "Expected images to be 22 bytes long but found 23"],
  ["half a header", images.subarray(0, 9), "Expected images to hold a header of 16 bytes but found 9"],
  ["an empty file", new Uint8Array(), "Expected images to hold a header of 16 bytes but found 0"],
])("refuses %s, with the way out", (_, bytes, message) => {
  expect(() => parseIdx(bytes, expected)).toThrow(message);
  expect(() => parseIdx(bytes, expected)).toThrow("check that it is the file that is meant");
  expect(() => parseIdx(bytes, { ...expected, wayOut: "fetch it again" })).toThrow(/: fetch it again\.$/);
});
