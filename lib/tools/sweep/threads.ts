import { findPart } from "../../src/parts";

/**
 * How many of the machine's cores one job takes, and its `DEEPNETS_THREADS` (absent: the notebook's own setting).
 */
export interface JobThreads {
  readonly cores: number;
  readonly split?: string;
}

/**
 * The cores and threads of one job: two where there are enough cores for all jobs at once, or where the part gains by
 * two; else one.
 *
 * @param part The part's id.
 * @param options `jobs`: how many jobs the whole sweep has; `cores`: how many the machine has; `atOnce`: how many jobs
 *   may run at a time; `begun`: the threads of the unfinished run that this job goes on with. Another number would be
 *   refused, since it changes the last digits.
 */
export function chooseThreads(
  part: string,
  {
    jobs,
    cores,
    atOnce,
    begun,
  }: {
    readonly jobs: number;
    readonly cores: number;
    readonly atOnce?: number | undefined;
    readonly begun?: { readonly intra: number; readonly inter: number } | undefined;
  },
): JobThreads {
  if (begun) return { cores: Math.max(begun.intra, begun.inter), split: `${begun.intra},${begun.inter}` };
  const slots = Math.min(atOnce ?? jobs, jobs);
  if (cores >= 2 * slots || (findPart(part)?.sheet?.threadsPerJob === 2 && cores >= 2 && atOnce === undefined))
    return { cores: 2 };
  return { cores: 1, split: "1,1" };
}
