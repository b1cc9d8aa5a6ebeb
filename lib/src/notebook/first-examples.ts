import { fromEnvironment } from "../base/environment";
import type { Split } from "../data";

/** The first `count` examples of a split, or all where it has fewer. The arrays are views of the split's own. */
export function firstExamples({ inputs, labels, size }: Split, count: number): Split {
  const most = Math.min(count, size);
  return { inputs: inputs.subarray(0, (most * inputs.length) / size), labels: labels.subarray(0, most), size: most };
}

/** What a measurement looks at: in a quick run the first `count` examples, else all. */
export const fewerWhenQuick = (split: Split, count: number): Split =>
  fromEnvironment("DEEPNETS_PROFILE") === "quick" ? firstExamples(split, count) : split;
