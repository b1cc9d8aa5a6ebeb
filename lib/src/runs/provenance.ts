import { availableParallelism, cpus, totalmem } from "node:os";
import * as tf from "@tensorflow/tfjs-node";
import { engineThreads, oneDnnSwitch } from "../base/environment";
import { sha256 } from "../base/sha256";
import { engineVersion } from "../graph/engine";
import { ownCodeDigest } from "./code-digest";
import type { RunRecord } from "./record";

// oneDNN decides the last digits, as the engine's version does. Commands and the kernel switch it on, unless the
// variable is set already.
const oneDnn = (): string => oneDnnSwitch() ?? "as the engine decides";

/** Threads of the engine within one operation and between operations: read by the engine once, when it starts. */
export function threads(): RunRecord["threads"] {
  const all = availableParallelism();
  const { intra = all, inter = all } = engineThreads();
  return { intra, inter };
}

/** The machine that a run trains on; memory in GiB. */
export const machine = (): RunRecord["machine"] => ({
  cpu: cpus()[0]?.model.trim() ?? "unknown",
  cores: availableParallelism(),
  memoryGiB: Math.round(totalmem() / 2 ** 30),
  platform: `${process.platform} ${process.arch}`,
});

/** The versions that may change the numbers of a run. */
export const versionsOfRun = (): Record<string, string> => ({
  node: process.versions.node,
  tfjs: tf.version["tfjs-core"],
  "tfjs-node": tf.version["tfjs-node"],
  tensorflow: engineVersion(),
});

/** The largest resident memory of this process so far, in MiB. */
export const peakMemoryMB = (): number => Math.round(process.resourceUsage().maxRSS / 1024);

let code: string | undefined;

/** SHA-256 over what decides a run's numbers: the code without its wording, the engine and the engine's setting. */
export function codeHash(): string {
  code ??= sha256(
    `tensorflow ${engineVersion()}, oneDNN ${oneDnn()}, tfjs ${tf.version["tfjs-core"]}\n${ownCodeDigest()}`,
  );
  return code;
}
