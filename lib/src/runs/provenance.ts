import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { availableParallelism, cpus, totalmem } from "node:os";
import { join, relative, resolve } from "node:path";
import * as tf from "@tensorflow/tfjs-node";
import { engineVersion } from "../graph/engine";
import type { RunRecord } from "./record";

/**
 * Whether the engine computes by oneDNN: it decides the last digits, as the version does. Commands and the kernel
 * switch it on where nobody says otherwise.
 */
const oneDnn = (): string => process.env.TF_ENABLE_ONEDNN_OPTS ?? "as the engine decides";

/** Threads of the engine within one operation and between operations: read by the engine once, when it starts. */
export function threads(): RunRecord["threads"] {
  const all = availableParallelism();
  return {
    intra: Number(process.env.TF_NUM_INTRAOP_THREADS) || all,
    inter: Number(process.env.TF_NUM_INTEROP_THREADS) || all,
  };
}

export const machine = (): RunRecord["machine"] => ({
  cpu: cpus()[0]?.model.trim() ?? "unknown",
  cores: availableParallelism(),
  memoryGiB: Math.round(totalmem() / 2 ** 30),
  platform: `${process.platform} ${process.arch}`,
});

export const versionsOfRun = (): Record<string, string> => ({
  node: process.versions.node,
  tfjs: tf.version["tfjs-core"],
  "tfjs-node": tf.version["tfjs-node"],
  tensorflow: engineVersion(),
});

export const peakMemoryMB = (): number => Math.round(process.resourceUsage().maxRSS / 1024);

let code: string | undefined;

/**
 * SHA-256 over what decides a run's numbers: the rooms data, models, training and graph as this process runs them, and
 * the engine with its setting.
 */
export function codeHash(): string {
  code ??= hashOfRooms(
    resolve(__dirname, ".."),
    `tensorflow ${engineVersion()}, oneDNN ${oneDnn()}, tfjs ${tf.version["tfjs-core"]}`,
  );
  return code;
}

/** The same for the rooms below a folder, and a version of the engine. */
export function hashOfRooms(source: string, engine: string): string {
  const hash = createHash("sha256").update(`${engine}\n`);
  for (const room of ["data", "graph", "models", "training"]) {
    const files = readdirSync(join(source, room), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && /(?<!\.d)\.(js|ts)$/.test(entry.name))
      .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
      .sort();
    for (const file of files)
      hash.update(`${relative(source, file).replaceAll("\\", "/")}\n`).update(readFileSync(file));
  }
  return hash.digest("hex");
}
