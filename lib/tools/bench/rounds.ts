import { setTimeout as sleep } from "node:timers/promises";
import { Contestant, type Readiness } from "./contestant";
import type { Setting } from "./settings";
import { type Quartiles, quartiles } from "./statistics";

/** A setting's result, or why there is none. */
export type Outcome = Pick<Setting, "name" | "family" | "precision" | "how"> &
  (
    | { readonly ready: Readiness; readonly rounds: readonly number[]; readonly ms: Quartiles }
    | { readonly missing: string }
  );

/**
 * Measures settings against each other: each in a process of its own, and in each round one after the other, so that
 * a machine that is slow for a while is slow for all of them.
 */
export async function measureRounds(
  settings: readonly Setting[],
  options: { readonly rounds: number; readonly steps: number; readonly say: (text: string) => void },
): Promise<Outcome[]> {
  const { rounds, steps, say } = options;
  const entries: { setting: Setting; contestant: Contestant; ready?: Readiness; missing?: string; times: number[] }[] =
    [];
  try {
    for (const setting of settings) {
      say(`starting ${setting.name}`);
      const contestant = new Contestant(setting);
      const entry: (typeof entries)[number] = { setting, contestant, times: [] };
      entries.push(entry);
      try {
        entry.ready = await contestant.ready();
      } catch (error) {
        entry.missing = (error as Error).message;
      }
    }
    for (let round = 0; round < rounds; round++) {
      say(`round ${round + 1} of ${rounds}`);
      for (const entry of entries) {
        if (entry.ready === undefined) continue;
        await sleep(50); // Thread pools spin for a moment after their last step, which must not slow the next setting.
        entry.times.push(await entry.contestant.measure(steps));
      }
    }
  } finally {
    for (const { contestant } of entries) contestant.stop();
  }
  return entries.map(({ setting: { name, family, precision, how }, ready, missing, times }) => {
    const setting = { name, family, precision, how };
    return ready === undefined
      ? { ...setting, missing: missing ?? "did not start" }
      : { ...setting, ready, rounds: times, ms: quartiles(times) };
  });
}
