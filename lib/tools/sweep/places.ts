import { join } from "node:path";
import { projectFolder } from "../../src/base/paths";

/** Where a sweep finds and leaves files, and what it runs; tests use other places. */
export interface SweepPlaces {
  /** The run records: `data/runs`, or what `DEEPNETS_RUNS` names. */
  readonly runs: string;
  readonly notebooks: string;
  /** The command that runs one notebook; source and target are appended. */
  readonly execute: readonly string[];
  /** The Python with Snakemake. */
  readonly python: () => Promise<string>;
}

/** The project's folder. */
export const root = projectFolder();

/** The files of this tool that are not TypeScript. */
export const tool = (name: string) => join(root, "lib/tools/sweep", name);
