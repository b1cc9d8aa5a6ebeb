import { rmSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { UserError } from "../../src/base/errors.cjs";
import { temporaryFolder } from "../../src/base/temporary-folder";
import { findPart } from "../../src/parts";
import { hasRecord, loadRecord } from "../../src/runs/record-file";
import { executeNotebook } from "../notebooks/execute";
import type { SweepPlaces } from "./places";
import type { SweepRequest } from "./request";

/** Seconds that a run took: alone with the notebook's own threads, and beside another run, each with one thread. */
interface Timing {
  readonly part: string;
  readonly alone: number;
  readonly beside: number;
}

/** Runs per hour of two at once with one thread each, divided by those of one after the other with two threads. */
export const gain = ({ alone, beside }: Timing): number => (2 * alone) / beside;

/** The value that `threadsPerJob` should have. */
export const betterThreads = (timing: Timing): 1 | 2 => (gain(timing) > 1 ? 1 : 2);

const heading = "part    one with two threads   two with one thread each   runs per hour";
const line = (timing: Timing) =>
  [
    timing.part.padEnd(8),
    `${timing.alone.toFixed(1)} s`.padStart(20),
    `${timing.beside.toFixed(1)} s`.padStart(27),
    `x ${gain(timing).toFixed(2)}`.padStart(16),
  ].join("");

/**
 * Times short runs of each part both ways, on two cores, and prints the value that `threadsPerJob` should have here.
 *
 * @returns The exit code 0.
 * @throws UserError When there is only one core, or a run fails.
 */
export async function measure({ parts }: Pick<SweepRequest, "parts">, places: SweepPlaces): Promise<number> {
  if (availableParallelism() < 2)
    throw new UserError(
      "Expected at least two cores to compare but found one: a sweep runs one job after the other here.",
    );
  const timings: Timing[] = [];
  console.log(heading);
  for (const part of parts) {
    const [alone] = await times(part, [undefined], places);
    const beside = await times(part, ["1,1", "1,1"], places);
    timings.push({ part, alone: alone!, beside: Math.max(...beside) });
    console.log(line(timings.at(-1)!));
  }
  const table = timings.map((timing) => `${timing.part} ${betterThreads(timing)}`).join(", ");
  console.log(`\nFor threadsPerJob in lib/src/parts.ts: ${table}`);
  return 0;
}

/** Seconds of training and evaluation of quick runs that start together, one per entry of `threads`. */
async function times(
  part: string,
  threads: readonly (string | undefined)[],
  { notebooks: folder, execute }: SweepPlaces,
): Promise<number[]> {
  const runs = temporaryFolder("sweep");
  try {
    return await Promise.all(
      threads.map(async (split, i) => {
        const env = {
          DEEPNETS_RUNS: runs,
          DEEPNETS_PROFILE: "quick",
          DEEPNETS_SEED: String(i + 1),
          DEEPNETS_THREADS: split,
          DEEPNETS_SET: undefined,
        };
        const { status, message } = await executeNotebook(
          join(folder, `${findPart(part)!.notebook}.ipynb`),
          join(runs, `${part}-${i}.ipynb`),
          { runner: execute, env },
        );
        const left = join(runs, part, `quick-s${i + 1}`);
        const record = hasRecord(left) ? loadRecord(join(left, "record.json")) : undefined;
        const why = (message ?? "it left no record").replace(/\.$/, "");
        if (status !== "finished" || !record)
          throw new UserError(
            `Expected a quick run of ${part} to measure but it failed (${why}): try npm run handin -- ${part} --quick.`,
          );
        return 60 * (record.minutes.training + record.minutes.evaluation);
      }),
    );
  } finally {
    rmSync(runs, { recursive: true, force: true });
  }
}
