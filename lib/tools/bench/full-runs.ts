import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { trainedParts } from "../../src/parts";
import { runsFolder } from "../../src/runs/places";
import type { RunRecord } from "../../src/runs/record";

/** Time and memory of a part of the sheet at full length, from its record. */
export interface FullRun {
  readonly part: string;
  readonly iterations: number;
  /** Minutes. */
  readonly training: number;
  readonly evaluation: number;
  readonly peakMemoryMB: number;
  readonly threads: string;
}

/** The recorded full runs of seed 1; parts without one are left out. */
export function fullRuns(): FullRun[] {
  return trainedParts.flatMap(({ id: part }) => {
    const file = join(runsFolder(), part, "full-s1", "record.json");
    if (!existsSync(file)) return [];
    const { config, minutes, peakMemoryMB, threads } = JSON.parse(readFileSync(file, "utf8")) as RunRecord;
    const { training, evaluation } = minutes;
    return [
      {
        part,
        iterations: config.iterations,
        training,
        evaluation,
        peakMemoryMB,
        threads: `${threads.intra}, ${threads.inter}`,
      },
    ];
  });
}
