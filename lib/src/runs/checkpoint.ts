import { createHash } from "node:crypto";
import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { explained, UserError } from "../base/errors.cjs";
import { writePieces } from "../base/files";
import { sizeOf } from "../base/shape";
import type { StepState } from "../graph/types";
import type { FitState } from "../training/fit";
import type { RunRecord } from "./record";
import { wrongCheckpoint } from "./record-schema";

/** What must be the same for a run to go on: a change in any of these would silently change its numbers. */
export interface Identity {
  readonly config: RunRecord["config"];
  readonly threads: RunRecord["threads"];
  /** Hash of the layers and their initial weights. */
  readonly model: string;
  readonly data: string;
  readonly code: string;
}

/** A run under way, as stored on disk. */
export interface Checkpoint {
  readonly identity: Identity;
  readonly fit: FitState;
  readonly step: StepState;
}

/** Which checkpoint is wanted. */
export interface CheckpointQuery {
  readonly part: string;
  readonly identity: Identity;
}

const magic = Buffer.from("deepnets checkpoint 1\n");

/** Where an unfinished run keeps its checkpoint, and its event files while those of a finished run are still there. */
export const checkpointFolder = (folder: string): string => join(folder, "checkpoint");

/**
 * Where the event files of a run are. While a run is trained again, its new files stand beside those of the finished
 * run.
 */
export function eventFolder(folder: string, { status }: Pick<RunRecord, "status">): string {
  const beside = checkpointFolder(folder);
  return status !== "finished" && existsSync(join(beside, "train")) ? beside : folder;
}

const file = (folder: string) => join(checkpointFolder(folder), "checkpoint.bin");

/** Replaces the checkpoint. Even if this process is killed, either the old or the new one is complete. */
export async function writeCheckpoint(folder: string, { identity, fit, step }: Checkpoint): Promise<void> {
  const tensors = step.tensors.map(({ name, shape }) => ({ name, shape }));
  const header = Buffer.from(JSON.stringify({ identity, fit, iteration: step.iteration, tensors }));
  const length = Buffer.alloc(4);
  length.writeUInt32LE(header.length);
  const hash = createHash("sha256");
  function* pieces(): Generator<Uint8Array> {
    for (const piece of [
      magic,
      length,
      header,
      ...step.tensors.map(({ values }) => Buffer.from(values.buffer, values.byteOffset, values.byteLength)),
    ]) {
      hash.update(piece);
      yield piece;
    }
    yield hash.digest();
  }
  await writePieces(file(folder), pieces());
}

/**
 * The checkpoint of a run, if there is one.
 *
 * @throws UserError When it is damaged, belongs to another config, model, data, code or number of threads, or
 *   contradicts itself: the message names what is wrong.
 */
export function readCheckpoint(folder: string, { part, identity }: CheckpointQuery): Checkpoint | undefined {
  if (!existsSync(file(folder))) return undefined;
  const wayOut = `npm run reset -- ${part} throws it away, or set DEEPNETS_FRESH=1 to start this run anew`;
  const damaged = (found: string) =>
    new UserError(`Expected the checkpoint of ${part} to be whole but found ${found} (${file(folder)}): ${wayOut}.`);
  const data = readBytes(file(folder));
  const body = data.subarray(0, data.length - 32);
  const whole =
    data.length > magic.length + 36 &&
    body.subarray(0, magic.length).equals(magic) &&
    createHash("sha256").update(body).digest().equals(data.subarray(-32));
  if (!whole) throw damaged(`${data.length} bytes that are cut short or damaged`);
  const start = magic.length + 4 + body.readUInt32LE(magic.length);
  const header = parseHeader(body.subarray(magic.length + 4, start));
  const wrong = typeof header === "string" ? header : impossible(header, identity.config.iterations);
  if (typeof header === "string" || wrong !== undefined) throw damaged(wrong!);
  const other = differences(header.identity, identity);
  if (other.length > 0) {
    throw new UserError(
      `Expected the checkpoint of ${part} (iteration ${header.fit.iteration}) to be of this run but found ` +
        `${other.join(", ")} (${file(folder)}): ${wayOut}.`,
    );
  }
  const values = body.subarray(start);
  const size = header.tensors.reduce((total, { shape }) => total + 4 * sizeOf(shape), 0);
  if (size !== values.length) throw damaged(`${values.length} bytes of weights in place of ${size}`);
  let position = 0;
  const tensors = header.tensors.map(({ name, shape }) => {
    const tensor = new Float32Array(sizeOf(shape));
    Buffer.from(tensor.buffer).set(values.subarray(position, (position += tensor.byteLength)));
    return { name, shape, values: tensor };
  });
  const bad = tensors.find((tensor) => !tensor.values.every(Number.isFinite));
  if (bad) throw damaged(`values of ${bad.name} that are no numbers`);
  return { identity, fit: header.fit, step: { iteration: header.iteration, tensors } };
}

interface Header {
  readonly identity: Identity;
  readonly fit: FitState;
  readonly iteration: number;
  readonly tensors: readonly { readonly name: string; readonly shape: readonly number[] }[];
}

/** The header, or what is wrong with it. */
function parseHeader(bytes: Uint8Array): Header | string {
  try {
    const header = JSON.parse(Buffer.from(bytes).toString()) as Header;
    return wrongCheckpoint(header) ?? header;
  } catch {
    return "a header that is no JSON";
  }
}

/** Why a checkpoint cannot belong to a run of so many iterations. */
function impossible({ fit: { iteration, curves }, iteration: steps }: Header, total: number): string | undefined {
  if (iteration > total) return `iteration ${iteration} of a run that ends at ${total}`;
  if (steps !== iteration) return `iteration ${iteration} with an optimizer after ${steps} steps`;
  const lengths = Object.values(curves).map(({ length }) => length);
  if (lengths.some((length) => length !== lengths[0])) return `curves of lengths ${lengths.join(", ")}`;
  const rising = curves.iterations.every((x, i) => x > (curves.iterations[i - 1] ?? -1));
  if (!rising || (curves.iterations.at(-1) ?? 0) > iteration)
    return `curves at iterations that do not lead to ${iteration}`;
  return undefined;
}

function readBytes(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    throw explained(error, path, "read");
  }
}

/** Removes a run's checkpoint, and what a stopped process left of one. */
export const removeCheckpoint = (folder: string): void =>
  rmSync(checkpointFolder(folder), { recursive: true, force: true });

/** True where an unfinished run can go on. */
export const hasCheckpoint = (folder: string): boolean => existsSync(file(folder));

function differences(there: Identity, here: Identity): string[] {
  const flat = (value: object, prefix = ""): [string, unknown][] =>
    Object.entries(value).flatMap(([name, inner]) =>
      typeof inner === "object" && inner !== null
        ? flat(inner as object, `${prefix}${name}.`)
        : [[prefix + name, inner] as [string, unknown]],
    );
  const [a, b] = [new Map(flat(there)), new Map(flat(here))];
  const hashes: Record<string, string> = {
    model: "another model or other initial weights",
    data: "other data",
    code: "another version of the code",
  };
  return [...new Set([...a.keys(), ...b.keys()])]
    .filter((name) => a.get(name) !== b.get(name))
    .map((name) => hashes[name] ?? `${name} ${a.get(name)} instead of ${b.get(name)}`);
}
