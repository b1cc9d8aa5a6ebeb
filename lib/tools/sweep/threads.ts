import { findPart } from "../../src/parts";

/**
 * How many of the machine's cores one job takes, and what `DEEPNETS_THREADS` says to it (absent: the notebook's own
 * setting).
 */
export interface JobThreads {
  readonly cores: number;
  readonly split?: string;
}

/**
 * @param begun threads of the unfinished run that this job goes on with: another number would be refused, since it
 *   changes the last digits
 * @param jobs how many jobs the whole sweep has: few of them leave cores to each
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
