import { appendFileSync, mkdirSync, readdirSync, renameSync, rmSync } from "node:fs";
import { basename, join } from "node:path";
import { explained } from "../base/errors.cjs";
import { itemAt } from "../base/item-at";

/** One point of the scalars that TensorBoard draws. */
export interface Point {
  readonly iteration: number;
  /** Seconds since 1970. */
  readonly time: number;
  readonly scalars: Readonly<Record<string, number>>;
}

/**
 * Writes scalars for TensorBoard into an event file: protobuf messages (tensorflow.Event) in TFRecord frames. A new
 * file replaces those in the folder, so that a run that goes on leaves no point twice; tfjs-node's own writer appends
 * to what is there and keeps its file open for ever.
 *
 * @throws UserError In each method, when the disk is full or the folder cannot be written.
 */
export class EventFile {
  #file: string;

  constructor(folder: string, points: readonly Point[] = []) {
    try {
      mkdirSync(folder, { recursive: true });
      removeOthers(folder);
    } catch (error) {
      throw explained(error, folder);
    }
    // TensorFlow puts the machine's name into the file's name; this file may be committed, so it has none.
    this.#file = join(folder, `events.out.tfevents.${Math.floor(Date.now() / 1000)}.deepnets.${process.pid}`);
    const now = points[0]?.time ?? Date.now() / 1000;
    this.#append(frame(Buffer.concat([double(1, now), bytes(3, Buffer.from("brain.Event:2"))])));
    for (const point of points) this.write(point);
  }

  write({ iteration, time, scalars }: Point): void {
    const values = Object.entries(scalars).map(([tag, value]) =>
      bytes(1, Buffer.concat([bytes(1, Buffer.from(tag)), float(2, value)])),
    );
    this.#append(frame(Buffer.concat([double(1, time), varintField(2, iteration), bytes(5, Buffer.concat(values))])));
  }

  /** Moves the file into another folder and removes the event files there. */
  moveTo(folder: string): void {
    const file = join(folder, basename(this.#file));
    try {
      if (file !== this.#file) {
        mkdirSync(folder, { recursive: true });
        renameSync(this.#file, file);
        this.#file = file;
      }
      removeOthers(folder, basename(file));
    } catch (error) {
      throw explained(error, file);
    }
  }

  #append(data: Buffer): void {
    try {
      appendFileSync(this.#file, data);
    } catch (error) {
      throw explained(error, this.#file);
    }
  }
}

function removeOthers(folder: string, own?: string): void {
  for (const name of readdirSync(folder))
    if (name.startsWith("events.out.tfevents.") && name !== own) rmSync(join(folder, name));
}

function frame(data: Buffer): Buffer {
  const length = Buffer.alloc(8);
  length.writeUInt32LE(data.length);
  return Buffer.concat([length, checksum(length), data, checksum(data)]);
}

// Field numbers and wire types of tensorflow.Event and tensorflow.Summary.
const tagged = (field: number, wireType: number, value: Buffer) => Buffer.concat([varint(field * 8 + wireType), value]);
const varintField = (field: number, value: number) => tagged(field, 0, varint(value));
const bytes = (field: number, value: Buffer) => tagged(field, 2, Buffer.concat([varint(value.length), value]));

function double(field: number, value: number): Buffer {
  const buffer = Buffer.alloc(8);
  buffer.writeDoubleLE(value);
  return tagged(field, 1, buffer);
}

function float(field: number, value: number): Buffer {
  const buffer = Buffer.alloc(4);
  buffer.writeFloatLE(value);
  return tagged(field, 5, buffer);
}

function varint(value: number): Buffer {
  const result: number[] = [];
  let rest = value;
  for (; rest > 127; rest = Math.floor(rest / 128)) result.push((rest % 128) + 128);
  return Buffer.from([...result, rest]);
}

const table = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
  return crc;
});

/** TFRecord's masked CRC-32C. */
function checksum(data: Buffer): Buffer {
  let crc = 0xffffffff;
  for (const byte of data) crc = itemAt(table, (crc ^ byte) & 0xff) ^ (crc >>> 8);
  crc = (crc ^ 0xffffffff) >>> 0;
  const masked = (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
  const buffer = Buffer.alloc(4);
  buffer.writeUInt32LE(masked);
  return buffer;
}
