import { readFileSync } from "node:fs";
import { fromEnvironment, servedNotebook, type Threads } from "../../src/base/environment";

/**
 * The thread setting of the notebook that this kernel serves, if it has one. `DEEPNETS_THREADS="intra,inter"` wins;
 * otherwise the notebook's metadata (`"deepnets": {"threads": {"intra": 1, "inter": 2}}`) decides, where the server
 * says which notebook it is.
 *
 * @throws Error When `DEEPNETS_THREADS` is not two whole numbers.
 */
export function threadSetting(env?: NodeJS.ProcessEnv): Threads | undefined {
  const given = fromEnvironment("DEEPNETS_THREADS", env);
  if (given) return given;
  const notebook = servedNotebook(env);
  return notebook ? fromNotebook(notebook) : undefined;
}

function fromNotebook(file: string): Threads | undefined {
  try {
    const { intra, inter } = JSON.parse(readFileSync(file, "utf8")).metadata.deepnets.threads;
    return Number.isInteger(intra) && Number.isInteger(inter) ? { intra, inter } : undefined;
  } catch {
    return undefined; // no notebook behind this kernel, or one without a setting
  }
}
