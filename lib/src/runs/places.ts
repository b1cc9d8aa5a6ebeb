import { join } from "node:path";
import { fromEnvironment } from "../base/environment";
import { projectFolder } from "../base/paths";
import { sha256 } from "../base/sha256";
import type { Parameters } from "../training/parameters";

/** Where run records lie: `data/runs`, or what `DEEPNETS_RUNS` names. */
export const runsFolder = (): string => fromEnvironment("DEEPNETS_RUNS") ?? join(projectFolder(), "data/runs");

/**
 * The name of a run's folder below its part: profile, seed and, where `DEEPNETS_SET` changed something, 8 hex digits
 * of a hash of what it set. An override counts even if it repeats the cell's own value.
 *
 * @param run Profile, seed and overrides, as `parameters` returns them.
 * @example
 * runName({ profile: "full", seed: 1, overrides: {} }); // "full-s1"
 * runName({ profile: "quick", seed: 2, overrides: { batchSize: 50 } }); // "quick-s2-5f3a7c21", say
 */
export function runName({ profile, seed, overrides }: Pick<Parameters, "profile" | "seed" | "overrides">): string {
  const entries = Object.entries(overrides).sort(([a], [b]) => (a < b ? -1 : 1));
  const hash = sha256(JSON.stringify(entries)).slice(0, 8);
  return `${profile}-s${seed}${entries.length > 0 ? `-${hash}` : ""}`;
}

/** The folder of a run. */
export const runFolder = (run: Pick<Parameters, "part" | "profile" | "seed" | "overrides">): string =>
  join(runsFolder(), run.part, runName(run));

/** What a sweep knows of a run, in a folder of records: `state.json`, `log.txt`, the executed notebook. */
export const sweepJobFolder = (runs: string, { part, run }: { readonly part: string; readonly run: string }): string =>
  join(runs, "sweeps", "jobs", part, run);
