import { existsSync, readFileSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import * as tf from "@tensorflow/tfjs-node";
import { explained, UserError } from "../base/errors.cjs";
import { writeWhole } from "../base/files";
import { placeWithin } from "../base/paths";
import { sha256 } from "../base/sha256";
import { describe } from "../models/describe";
import type { RunRecord } from "./record";

/** Where a finished run keeps its network: `model.json` and `weights.bin`, as stock tfjs reads them. */
const modelFolder = (folder: string): string => join(folder, "model");

/** Whether the folder of a run holds a network. */
export const hasModel = (folder: string): boolean => existsSync(join(modelFolder(folder), "model.json"));

/** What `model.json` says about the run, besides what tfjs writes there. */
interface Origin {
  /** `trainedHash` of the record. */
  readonly record: string;
  /** SHA-256 of `weights.bin`. */
  readonly weights: string;
}

/** SHA-256 of a record without the measurements that notebooks add later. */
const trainedHash = (record: RunRecord): string => sha256(JSON.stringify({ ...record, extra: {} }));

/**
 * Writes a trained network beside its record and replaces an earlier one: complete, or not at all.
 *
 * @throws UserError When it cannot be written.
 */
export async function writeModel(folder: string, model: tf.LayersModel, record: RunRecord): Promise<void> {
  const part = join(folder, "model.part");
  const { modelTopology, weightSpecs, weightData } = await artifactsOf(model);
  const weights = Buffer.from(weightData);
  const origin: Origin = { record: trainedHash(record), weights: sha256(weights) };
  const json = {
    format: "layers-model",
    generatedBy: `TensorFlow.js tfjs-layers v${tf.version["tfjs-layers"]}`,
    convertedBy: null,
    modelTopology,
    weightsManifest: [{ paths: ["weights.bin"], weights: weightSpecs }],
    userDefinedMetadata: { deepnets: origin },
  };
  try {
    rmSync(part, { recursive: true, force: true });
    writeWhole(join(part, "weights.bin"), weights);
    writeWhole(join(part, "model.json"), JSON.stringify(json));
    rmSync(modelFolder(folder), { recursive: true, force: true });
    renameSync(part, modelFolder(folder));
  } catch (error) {
    rmSync(part, { recursive: true, force: true });
    throw explained(error, modelFolder(folder));
  }
}

/**
 * The network of a finished run after its last iteration.
 *
 * @returns An uncompiled model. Dispose of it when done.
 * @throws UserError When it is missing, damaged, of another run, or of another architecture.
 */
export async function loadModel(folder: string, record: RunRecord): Promise<tf.LayersModel> {
  const place = modelFolder(folder);
  const who = `the network of ${record.part} (${record.profile}, seed ${record.seed})`;
  const wayOut = `run ${record.part} again, which keeps it`;
  const wrong = (found: string) =>
    new UserError(`Expected ${who} but found ${found} (${placeWithin(place)}): ${wayOut}.`);
  if (!hasModel(folder)) throw wrong("none");
  const weights = read(join(place, "weights.bin")) ?? new Uint8Array(0);
  const json = parse(read(join(place, "model.json")));
  const origin = json?.userDefinedMetadata?.deepnets;
  if (!json?.modelTopology || !json.weightsManifest || typeof origin?.weights !== "string")
    throw wrong("a model.json that is cut short, or that is not ours");
  if (origin.record !== trainedHash(record)) throw wrong("the network of another run");
  if (origin.weights !== sha256(weights))
    throw wrong(`${weights.length} bytes of weights that are cut short or damaged`);
  const model = await tf.loadLayersModel(
    tf.io.fromMemory({
      modelTopology: json.modelTopology,
      weightSpecs: json.weightsManifest.flatMap((group) => group.weights),
      weightData: new Uint8Array(weights).buffer,
    }),
  );
  const shapes = (
    layers: readonly { readonly type: string; readonly outputShape: unknown; readonly parameters: number }[],
  ) => JSON.stringify(layers.map(({ type, outputShape, parameters }) => ({ type, outputShape, parameters })));
  if (shapes(describe(model).layers) === shapes(record.model.layers)) return model;
  model.dispose();
  throw wrong("one of another architecture than its record says");
}

// tfjs-node exports `io` only as a value, not as a namespace of types.
type Artifacts = Parameters<Parameters<typeof tf.io.withSaveHandler>[0]>[0];
type WeightSpecs = NonNullable<Artifacts["weightSpecs"]>;

interface ModelJson {
  readonly modelTopology: Artifacts["modelTopology"];
  readonly weightsManifest: readonly { readonly weights: WeightSpecs }[];
  readonly userDefinedMetadata: { readonly deepnets?: Origin };
}

async function artifactsOf(model: tf.LayersModel): Promise<{
  readonly modelTopology: Artifacts["modelTopology"];
  readonly weightSpecs: WeightSpecs;
  readonly weightData: ArrayBuffer;
}> {
  let kept: Artifacts | undefined;
  await model.save(
    tf.io.withSaveHandler(async (artifacts) => {
      kept = artifacts;
      return { modelArtifactsInfo: { dateSaved: new Date(), modelTopologyType: "JSON" } };
    }),
  );
  const { modelTopology, weightSpecs = [], weightData = new ArrayBuffer(0) } = kept ?? {};
  return { modelTopology, weightSpecs, weightData: tf.io.CompositeArrayBuffer.join(weightData) };
}

function read(file: string): Uint8Array | undefined {
  try {
    return readFileSync(file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw explained(error, file, "read");
  }
}

function parse(bytes: Uint8Array | undefined): Partial<ModelJson> | undefined {
  try {
    return JSON.parse(Buffer.from(bytes ?? []).toString()) as Partial<ModelJson>;
  } catch {
    return undefined;
  }
}
