/**
 * Threads per job with which two cores get through many jobs fastest, by part: 1 where two jobs side by side with one
 * thread each beat one job after the other with two, which `npm run sweep -- --measure` tells, printing this table for
 * the machine that it runs on. Measured on two cores of an AMD EPYC with AVX2, runs an hour with one thread each over
 * those with two: linear 1.97, MLP 1.19, MLP with dropout
 * 1.27 (quick runs), one layer of LSTM 1.22, CNN 0.95 (full length).
 */
export const threadsPerJob: Readonly<Record<string, 1 | 2>> = {
  "h6-1a": 1,
  "h6-1b": 1,
  "h6-1c": 1,
  "h6-1d": 2,
  "h6-2": 1,
};

/**
 * How many of the machine's cores one job takes, and what `DEEPNETS_THREADS` says to it (absent: the notebook's own
 * setting).
 */
export interface Threads {
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
    readonly atOnce?: number;
    readonly begun?: { readonly intra: number; readonly inter: number };
  },
): Threads {
  if (begun) return { cores: Math.max(begun.intra, begun.inter), split: `${begun.intra},${begun.inter}` };
  const slots = Math.min(atOnce ?? jobs, jobs);
  if (cores >= 2 * slots || (threadsPerJob[part] === 2 && cores >= 2 && atOnce === undefined)) return { cores: 2 };
  return { cores: 1, split: "1,1" };
}
