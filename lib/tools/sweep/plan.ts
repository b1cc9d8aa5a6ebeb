import { createHash, randomUUID } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { findPart } from "../../src/parts";
import { parseOverrides } from "../../src/training/overrides";
import { runName } from "../../src/runs/places";
import type { RunRecord } from "../../src/runs/record";
import { UserError } from "../user-error";
import { root, tool, type Places } from "./places";
import type { Request } from "./request";
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
  readonly cores: number;
  readonly threads: string | null;
  readonly memoryMB: number;
}

/** All that the workflow, its jobs and the gathering know of a sweep: `plan.json`. */
export interface Plan {
  /** Of this start; the same sweep started again has the same `name` and another `id`. */
  readonly id: string;
  readonly name: string;
  readonly profile: "full" | "quick";
  readonly runs: string;
  readonly execute: readonly string[];
  readonly job: string;
  readonly gather: readonly string[];
  readonly jobs: readonly Job[];
}

/** What a run took at most when nobody has measured it yet. */
const usualMemoryMB = 2000;

export function makePlan(
  request: Request,
  { runs, notebooks: folder, execute }: Places,
  cores = availableParallelism(),
): Plan {
  const count = request.parts.length * request.seeds.length * request.settings.length;
  const jobs = request.parts.flatMap((part) => {
    const memoryMB = memoryOf(runs, part, request);
    return request.settings.flatMap((set) =>
      request.seeds.map((seed): Job => {
        const run = runName({ profile: request.profile, seed, overrides: parseOverrides(set) });
        const begun = unfinished(join(runs, part, run));
        const free = request.executorProfile === undefined ? cores : 1;
        const threads = chooseThreads(part, {
          jobs: count,
          cores: free,
          ...(request.jobs === undefined ? {} : { atOnce: request.jobs }),
          ...(begun ? { begun } : {}),
        });
        return {
          part,
          run,
          seed,
          set,
          notebook: join(folder, `${findPart(part)!.notebook}.ipynb`),
          cores: threads.cores,
          threads: threads.split ?? null,
          memoryMB,
        };
      }),
    );
  });
  const hash = createHash("sha256")
    .update(
      jobs
        .map(({ part, run }) => `${part}/${run}`)
        .sort()
        .join("\n"),
    )
    .digest("hex");
  const name = `${request.profile}-${hash.slice(0, 8)}`;
  return {
    id: randomUUID(),
    name,
    profile: request.profile,
    runs,
    execute,
    job: tool("job.py"),
    gather: [process.execPath, join(root, "lib/dist/tools/sweep/gather.js")],
    jobs,
  };
}

export const recordFile = ({ runs }: Pick<Plan, "runs">, { part, run }: Pick<Job, "part" | "run">) =>
  join(runs, part, run, "record.json");

/**
 * The record of a job that is done; undefined when there is none yet. A damaged one is refused, so that none is ever
 * overwritten.
 */
export function readFinished(plan: Pick<Plan, "runs">, job: Job): RunRecord | undefined {
  const file = recordFile(plan, job);
  if (!existsSync(file)) return undefined;
  const damaged = (what: string) =>
    new UserError(
      `Expected the whole record of a finished run but found ${what} (${file}): restore it (git checkout) or remove it, then sweep again.`,
    );
  let record: RunRecord;
  try {
    record = JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    throw damaged(
      error instanceof SyntaxError
        ? `text that is not JSON, ${error.message.replace(/^.*? in JSON/, "broken off or changed")}`
        : String(error),
    );
  }
  if (record?.format !== 1 || record.status !== "finished" || !record.final)
    throw damaged(record?.status ? `a record that says ${record.status}` : "something else");
  const own = runName({ ...record, overrides: record.overrides ?? {} });
  if (record.part !== job.part || own !== job.run) throw damaged(`the record of ${record.part} ${own}`);
  return record;
}

/** Threads of a run that was begun and not ended. */
function unfinished(folder: string): RunRecord["threads"] | undefined {
  if (existsSync(join(folder, "record.json"))) return undefined;
  const live = readJson(join(folder, "live.json")) as RunRecord | undefined;
  return live?.threads && live.status !== "finished" ? live.threads : undefined;
}

/** A fifth more than the largest run of the part so far. */
function memoryOf(runs: string, part: string, { seeds, profile }: Request): number {
  const peaks = seeds.map(
    (seed) =>
      (readJson(join(runs, part, `${profile}-s${seed}`, "record.json")) as RunRecord | undefined)?.peakMemoryMB ?? 0,
  );
  const peak = Math.max(...peaks);
  return peak > 0 ? Math.ceil(peak * 1.2) : usualMemoryMB;
}

export function readJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch {
    return undefined;
  }
}
