import { join } from "node:path";
import { projectFolder } from "../../src/runs/places";

export { runsFolder } from "../../src/runs/places";

/** The project's folder. */
export const root = projectFolder();

export const notebooksFolder = () => process.env.DEEPNETS_NOTEBOOKS ?? join(root, "notebooks");

/** The README whose table of results `handin -- --keep` writes. */
export const readmeFile = () => process.env.DEEPNETS_README ?? join(root, "README.md");

export const handinFolder = () => process.env.DEEPNETS_HANDIN ?? join(root, "handin");

/** The launcher's log of executed cells: what a notebook run by hand in JupyterLab is checked against. */
export const cellLog = () => process.env.DEEPNETS_CELLS ?? join(root, ".engine/cells.jsonl");
