import { join } from "node:path";
import { trainedParts } from "../../src/parts";
import { runsFolder } from "../../src/runs/places";
import { hasRecord, loadRecord } from "../../src/runs/record-file";

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
    const folder = join(runsFolder(), part, "full-s1");
    if (!hasRecord(folder)) return [];
    const { config, minutes, peakMemoryMB, threads } = loadRecord(join(folder, "record.json"));
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
