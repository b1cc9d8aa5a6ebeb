// How many examples measurements look at: a quick run is a rehearsal, and measuring would take longer than its training.

import { fromEnvironment } from "../base/environment";
import type { Split } from "../data";
import type { RunRecord } from "./record";

type Profile = Pick<RunRecord, "profile">;

/** The first `count` examples of a split, or all where it has fewer. The arrays are views of the split's own. */
export function firstExamples({ inputs, labels, size }: Split, count: number): Split {
  const most = Math.min(count, size);
  return { inputs: inputs.subarray(0, (most * inputs.length) / size), labels: labels.subarray(0, most), size: most };
}

/** Most measurements of a quick run look at so many examples. */
const quickExamples = 1000;

/** What a measurement looks at: in a quick run the first 1,000 examples, else all. */
export const fewerWhenQuick = (split: Split): Split =>
  fromEnvironment("DEEPNETS_PROFILE") === "quick" ? firstExamples(split, quickExamples) : split;

/** How many examples of each split, the first ones, a curve of a run is measured on; a smaller split, as a whole. */
export const curveExamples = ({ profile }: Profile): number => (profile === "quick" ? quickExamples : 10_000);

/** How many training examples, the first ones, the end of a run is measured on; undefined: all. */
export const finalExamples = ({ profile }: Profile): number | undefined => (profile === "quick" ? 5000 : undefined);

/** How many examples of each split, the first ones, a trial is measured on; `wanted` is what its cell says, if it does. */
export const trialExamples = (run: Profile, wanted = curveExamples(run)): number =>
  run.profile === "quick" ? Math.min(wanted, 500) : wanted;
