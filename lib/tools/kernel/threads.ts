import { readFileSync } from "node:fs";
import { fromEnvironment } from "../../src/base/environment";

/** Threads of the engine: within one operation, and between operations. */
export interface Threads {
  readonly intra: number;
  readonly inter: number;
}

/**
 * The thread setting of the notebook that this kernel serves, if it has one. `DEEPNETS_THREADS="intra,inter"` wins;
 * otherwise the notebook's metadata (`"deepnets": {"threads": {"intra": 1, "inter": 2}}`) decides, where the server
 * says which notebook it is.
 *
 * @throws Error when `DEEPNETS_THREADS` is not two whole numbers
 */
export function threadSetting(env: NodeJS.ProcessEnv = process.env): Threads | undefined {
  const given = fromEnvironment("DEEPNETS_THREADS", env);
  if (given) return given;
  // JPY_SESSION_NAME: the notebook's path, set by jupyter_server.
  return env.JPY_SESSION_NAME ? fromNotebook(env.JPY_SESSION_NAME) : undefined;
}

function fromNotebook(file: string): Threads | undefined {
  try {
    const { intra, inter } = JSON.parse(readFileSync(file, "utf8")).metadata.deepnets.threads;
    return Number.isInteger(intra) && Number.isInteger(inter) ? { intra, inter } : undefined;
  } catch {
    return undefined; // no notebook behind this kernel, or one without a setting
  }
}

/** Hands the setting to the engine, which reads these variables once, when it loads. */
export function applyThreads(threads: Threads | undefined): void {
  if (!threads) return;
  process.env.TF_NUM_INTRAOP_THREADS = String(threads.intra);
  process.env.TF_NUM_INTEROP_THREADS = String(threads.inter);
}
