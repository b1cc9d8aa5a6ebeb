import { existsSync } from "node:fs";
import { dirname, join } from "node:path";

/** The project's folder: above the sources as well as above what they are compiled to. */
export const root = findRoot(__dirname);

function findRoot(folder: string): string {
  return existsSync(join(folder, "package-lock.json")) ? folder : findRoot(dirname(folder));
}

export const notebooksFolder = () => process.env.DEEPNETS_NOTEBOOKS ?? join(root, "notebooks");

/** The README whose table of results `handin -- --keep` writes. */
export const readmeFile = () => process.env.DEEPNETS_README ?? join(root, "README.md");

export const handinFolder = () => process.env.DEEPNETS_HANDIN ?? join(root, "handin");

export const runsFolder = () => process.env.DEEPNETS_RUNS ?? join(root, "data/runs");

/** The launcher's log of executed cells: what a notebook run by hand in JupyterLab is checked against. */
export const cellLog = () => process.env.DEEPNETS_CELLS ?? join(root, ".engine/cells.jsonl");
