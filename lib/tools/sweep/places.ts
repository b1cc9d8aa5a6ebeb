import { existsSync } from "node:fs";
import { dirname, join, resolve } from "node:path";

/** Where a sweep finds and leaves things; tests put others in. */
export interface Places {
  /** The run records: `data/runs`, or what `DEEPNETS_RUNS` names. */
  readonly runs: string;
  readonly notebooks: string;
  /** The command that runs one notebook; source and target are appended. */
  readonly execute: readonly string[];
  /** The Python with Snakemake. */
  readonly python: () => Promise<string>;
}

/** The project's top folder, from the compiled and from the written files alike. */
export const root = findRoot(__dirname);

/** The files of this tool that are not TypeScript. */
export const tool = (name: string) => join(root, "lib/tools/sweep", name);

export const runsFolder = () => resolve(process.env["DEEPNETS_RUNS"] || join(root, "data/runs"));

function findRoot(folder: string): string {
  if (existsSync(join(folder, "lib/tools/sweep/Snakefile"))) return folder;
  if (dirname(folder) === folder) throw new Error(`Expected lib/tools/sweep/Snakefile above ${__dirname} but found none: is the project's folder whole?`);
  return findRoot(dirname(folder));
}
