import { randomUUID } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { sha256 } from "../../src/base/sha256";
import { findPart } from "../../src/parts";
import { runName } from "../../src/runs/places";
import type { RunRecord } from "../../src/runs/record";
import { hasRecord, loadRecord, readLive } from "../../src/runs/record-file";
import { parseOverrides } from "../../src/training/overrides";
import { root, type SweepPlaces, tool } from "./places";
import type { SweepRequest } from "./request";
import { chooseThreads } from "./threads";

/** One notebook with one seed and one setting. */
export interface Job {
  readonly part: string;
  /** Name of the run's folder: `"full-s1"`, `"quick-s2-1a2b3c4d"`. */
  readonly run: string;
  readonly seed: number;
  /** What `DEEPNETS_SET` says; `""` for the sheet's own settings. */
  readonly set: string;
  readonly notebook: string;
  /** What runs in place of the notebook: variants have no notebook. */
  readonly command: readonly string[] | null;
  readonly cores: number;
  readonly threads: string | null;
  readonly memoryMB: number;
}

/** All that the workflow, its jobs and the gathering know about a sweep: `plan.json`. */
export interface SweepPlan {
  /** Names this start: the same sweep started again has the same `name` and another `id`. */
  readonly id: string;
  readonly name: string;
  readonly profile: "full" | "quick";
  readonly runs: string;
  readonly execute: readonly string[];
  readonly job: string;
  readonly gather: readonly string[];
  /** The command by which a job checks whether a record is whole. */
  readonly check: readonly string[];
  readonly jobs: readonly Job[];
}

const trainVariant = [
  process.execPath,
  "--require",
  join(root, "lib/tools/kernel/preload.cjs"),
  join(root, "lib/dist/tools/sweep/variant.js"),
];

/** The memory of a run that nobody has measured yet, generously. */
const usualMemoryMB = 2000;

/**
 * The plan of a sweep: one job per part, seed and setting.
 *
 * @param cores How many cores of this machine the jobs share.
 * @throws UserError When a record that it looks at is damaged.
 */
export function makePlan(
  request: SweepRequest,
  { runs, notebooks: folder, execute }: SweepPlaces,
  cores = availableParallelism(),
): SweepPlan {
  const count = request.parts.length * request.seeds.length * request.settings.length;
  const jobs = request.parts.flatMap((part) => {
    const memoryMB = memoryOf(runs, part, request);
    return request.settings.flatMap((set) =>
      request.seeds.map((seed): Job => {
        const overrides = parseOverrides(set);
        const run = runName({ profile: request.profile, seed, overrides });
        const begun = unfinished(join(runs, part, run));
        const free = request.executorProfile === undefined ? cores : 1;
        const threads = chooseThreads(part, {
          jobs: count,
          cores: free,
          atOnce: request.jobs,
          begun,
        });
        return {
          part,
          run,
          seed,
          set,
          notebook: join(folder, `${findPart(part)!.notebook}.ipynb`),
          command: overrides.variant === undefined ? null : [...trainVariant, part],
          cores: threads.cores,
          threads: threads.split ?? null,
          memoryMB,
        };
      }),
    );
  });
  const hash = sha256(
    jobs
      .map(({ part, run }) => `${part}/${run}`)
      .sort()
      .join("\n"),
  );
  const name = `${request.profile}-${hash.slice(0, 8)}`;
  return {
    id: randomUUID(),
    name,
    profile: request.profile,
    runs,
    execute,
    job: tool("job.py"),
    gather: [process.execPath, join(root, "lib/dist/tools/sweep/gather.js")],
    check: [process.execPath, join(root, "lib/dist/tools/sweep/check-record.js")],
    jobs,
  };
}

/** The record that a job leaves. */
export const recordFile = ({ runs }: Pick<SweepPlan, "runs">, { part, run }: Pick<Job, "part" | "run">) =>
  join(runs, part, run, "record.json");

/**
 * The record of a job that is done; undefined when there is none yet.
 *
 * @throws UserError When it is damaged, so that it is never overwritten.
 */
export function readFinished(plan: Pick<SweepPlan, "runs">, job: Job): RunRecord | undefined {
  const file = recordFile(plan, job);
  return existsSync(file) ? loadRecord(file) : undefined;
}

/** The threads of a run that has begun and not ended. */
function unfinished(folder: string): RunRecord["threads"] | undefined {
  if (hasRecord(folder)) return undefined;
  const live = readLive(folder);
  return live && live.status !== "finished" ? live.threads : undefined;
}

/** A fifth more than the largest run of the part so far. */
function memoryOf(runs: string, part: string, { seeds, profile }: SweepRequest): number {
  const folders = seeds.map((seed) => join(runs, part, `${profile}-s${seed}`)).filter(hasRecord);
  const peak = Math.max(0, ...folders.map((folder) => loadRecord(join(folder, "record.json")).peakMemoryMB));
  return peak > 0 ? Math.ceil(peak * 1.2) : usualMemoryMB;
}

/** The content of a JSON file; undefined where it is missing or incomplete. */
export function readJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch {
    return undefined;
  }
}
