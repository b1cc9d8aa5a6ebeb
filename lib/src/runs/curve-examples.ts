import type { RunRecord } from "./record";

/**
 * How many examples of each split, the first ones, a curve of a run is measured on; a smaller split, as a whole. A
 * quick run is a rehearsal, and measuring would take longer than its training.
 */
export const curveExamples = ({ profile }: Pick<RunRecord, "profile">): number => (profile === "quick" ? 2000 : 10_000);
