import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { sizeOf } from "../base/shape";
import type { StepState } from "../graph/types";
import type { FitState } from "../training/fit";
import { writePieces } from "../base/files";
import type { RunRecord } from "./record";

/** What must be the same where a run goes on; everything else could change its numbers unseen. */
export interface Identity {
  readonly config: RunRecord["config"];
  readonly threads: RunRecord["threads"];
  /** Hash of the layers and their initial weights. */
  readonly model: string;
  readonly data: string;
  readonly code: string;
}

/** A run under way as it lies on disk. */
export interface Checkpoint {
  readonly identity: Identity;
  readonly fit: FitState;
  readonly step: StepState;
}

const magic = Buffer.from("deepnets checkpoint 1\n");
const file = (folder: string) => join(folder, "checkpoint", "checkpoint.bin");

/** Writes a checkpoint in place of the one before; whenever we are stopped, one of the two is whole. */
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
 * @throws When it is damaged or belongs to another config, model, data, code or number of threads: the message names
 *   what differs.
 */
export function readCheckpoint(
  folder: string,
  { part, identity }: { readonly part: string; readonly identity: Identity },
): Checkpoint | undefined {
  if (!existsSync(file(folder))) return undefined;
  const wayOut = `npm run reset -- ${part} throws it away, or set DEEPNETS_FRESH=1 to start this run anew`;
  const data = readFileSync(file(folder));
  const body = data.subarray(0, data.length - 32);
  const whole =
    data.length > magic.length + 36 &&
    body.subarray(0, magic.length).equals(magic) &&
    createHash("sha256").update(body).digest().equals(data.subarray(-32));
  if (!whole)
    throw new Error(
      `Expected the checkpoint of ${part} to be whole but found ${data.length} bytes that are cut short or damaged (${file(folder)}): ${wayOut}.`,
    );
  const headerLength = body.readUInt32LE(magic.length);
  let position = magic.length + 4 + headerLength;
  const header = JSON.parse(body.subarray(magic.length + 4, position).toString()) as {
    identity: Identity;
    fit: FitState;
    iteration: number;
    tensors: StepState["tensors"];
  };
  const other = differences(header.identity, identity);
  if (other.length > 0) {
    throw new Error(
      `Expected the checkpoint of ${part} (iteration ${header.fit.iteration}) to be of this run but found ${other.join(", ")} (${file(folder)}): ${wayOut}.`,
    );
  }
  const tensors = header.tensors.map(({ name, shape }) => {
    const size = sizeOf(shape);
    const values = new Float32Array(size);
    Buffer.from(values.buffer).set(body.subarray(position, (position += 4 * size)));
    return { name, shape, values };
  });
  return { identity, fit: header.fit, step: { iteration: header.iteration, tensors } };
}

/** Removes a run's checkpoint, and what a stopped process left of one. */
export const removeCheckpoint = (folder: string): void =>
  rmSync(join(folder, "checkpoint"), { recursive: true, force: true });

/** True where an unfinished run can go on. */
export const hasCheckpoint = (folder: string): boolean =>
  existsSync(join(folder, "checkpoint")) && readdirSync(join(folder, "checkpoint")).includes("checkpoint.bin");

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
