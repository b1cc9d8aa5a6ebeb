import { join } from "node:path";
import { fromEnvironment } from "../../src/base/environment";
import { projectFolder } from "../../src/base/paths";

export { runsFolder } from "../../src/runs/places";

/** The project's folder. */
export const root = projectFolder();

/** The folder of the notebooks: `notebooks/`, or what `DEEPNETS_NOTEBOOKS` names. */
export const notebooksFolder = () => fromEnvironment("DEEPNETS_NOTEBOOKS") ?? join(root, "notebooks");

/** The README whose table of results `handin -- --keep` writes. */
export const readmeFile = () => fromEnvironment("DEEPNETS_README") ?? join(root, "README.md");

/** The folder of the hand-in: `handin/`, or what `DEEPNETS_HANDIN` names. */
export const handinFolder = () => fromEnvironment("DEEPNETS_HANDIN") ?? join(root, "handin");

/** The kernel's log of executed cells: a notebook that was run by hand in JupyterLab is checked against it. */
export const cellLog = () => fromEnvironment("DEEPNETS_CELLS") ?? join(root, ".engine/cells.jsonl");
