// The stages of set-up. Each knows whether it is done, and starts over when it was cut short.
import { existsSync, mkdirSync, rmSync } from "node:fs";
import { browserReady, provideBrowser } from "./browser.mjs";
import {
  buildAddon,
  engineFetched,
  engineLinked,
  engineReady,
  fetchEngine,
  linkEngine,
  refuseUnsupported,
  verifyEngine,
} from "./engine.mjs";
import { withTemporaryFolder } from "./environment.mjs";
import { buildLibrary, libraryReady } from "./library.mjs";
import { alone } from "./lock.mjs";
import { installMnist, mnistReady } from "./mnist.mjs";
import { installPackages, listPackages, packagesListed, packagesReady } from "./packages.mjs";
import { at, venvPython } from "./paths.mjs";
import {
  installJupyter,
  kernelReady,
  makeVenv,
  pythonReady,
  registerKernel,
  repairScripts,
  scriptsReady,
  venvReady,
} from "./python.mjs";
import { findCompiler, findPython, requireNode, requireSpace } from "./requirements.mjs";
import { endOrphans } from "./run.mjs";

// Of each stage: its title, the stages before it, whether it is done, and how to do it (`make` may return a remark).
// `gib` is what the stage leaves or needs on disk at its peak (measured on Linux x64).
const stages = [
  { title: "Node packages", after: [], gib: 0.9, ready: packagesReady, make: installPackages },
  { title: "Python", after: [], gib: 0, quiet: true, ready: venvReady, make: () => makeVenv(findPython().path) },
  {
    title: "Python environment (JupyterLab)",
    after: ["Python"],
    gib: 0.7,
    ready: pythonReady,
    make: installJupyter,
  },
  {
    title: "TensorFlow engine (a 274 MB download)",
    after: ["Python"],
    gib: 1.4,
    ready: engineFetched,
    make: fetchEngine,
  },
  {
    title: "TensorFlow addon",
    after: ["Node packages", "TensorFlow engine (a 274 MB download)"],
    gib: 0,
    ready: engineReady,
    make: async () => {
      await buildAddon(findCompiler().path);
      linkEngine();
      await verifyEngine();
    },
  },
  {
    title: "list of packages",
    after: ["Node packages"],
    gib: 0,
    quiet: true,
    ready: packagesListed,
    make: listPackages,
  },
  { title: "engine link", after: ["TensorFlow addon"], gib: 0, quiet: true, ready: engineLinked, make: linkEngine },
  { title: "Library", after: ["Node packages"], gib: 0.1, ready: libraryReady, make: buildLibrary },
  { title: "MNIST", after: ["Library"], gib: 0.1, ready: mnistReady, make: installMnist },
  {
    title: "Python scripts",
    after: ["Python environment (JupyterLab)"],
    gib: 0,
    quiet: true,
    ready: scriptsReady,
    make: repairScripts,
  },
  {
    title: "Jupyter kernel",
    after: ["Python environment (JupyterLab)"],
    gib: 0,
    quiet: true,
    ready: kernelReady,
    make: registerKernel,
  },
  {
    title: "Browser",
    after: [],
    gib: 0.3,
    ready: browserReady,
    make: async () =>
      (await provideBrowser())
        ? ""
        : " (none to be had: figures get no static pictures; npm run doctor says what helps)",
  },
];

/**
 * Sets this folder up. Where it is set up already, that takes well under a second.
 *
 * @throws UserError When the machine lacks something, or a stage fails.
 */
export async function setUp() {
  requireNode();
  if (stages.every((stage) => stage.ready())) return;
  await alone(async () => {
    const missing = stages.filter((stage) => !stage.ready());
    // Refuse before the first download, not after it.
    if (missing.some((stage) => stage.ready === engineReady)) {
      refuseUnsupported();
      findCompiler();
    }
    if (missing.some((stage) => stage.ready === pythonReady)) findPython();
    requireSpace(
      missing.reduce((sum, stage) => sum + stage.gib, 0.05),
      "set-up",
    );
    const started = Date.now();
    await withOwnTemporaryFolder(makeAll);
    if (missing.some((stage) => !stage.quiet))
      console.log(`Set up in ${((Date.now() - started) / 1000).toFixed(0)} s.\n`);
  });
}

/**
 * Keeps the temporary files of pip, npm and the compiler in the project's folder, so that the next set-up removes what
 * a killed one leaves, and a small /tmp is no obstacle.
 */
async function withOwnTemporaryFolder(work) {
  const own = at(".engine/tmp");
  await endOrphans(own);
  rmSync(own, { recursive: true, force: true });
  mkdirSync(own, { recursive: true });
  try {
    await withTemporaryFolder(own, work);
  } finally {
    rmSync(own, { recursive: true, force: true });
  }
}

/**
 * Does every stage as soon as those before it are done: downloads, npm, pip and the compilers wait for different
 * things. After a failure no further stage begins; those that run are brought to their end, so that nothing is left
 * half-done.
 */
async function makeAll() {
  const running = new Map();
  let failure;
  const start = (stage) =>
    Promise.all(stage.after.map((title) => running.get(title))).then(async () => {
      // Asked only now: an earlier stage may have undone this one (npm ci empties node_modules).
      if (failure || stage.ready()) return;
      const from = Date.now();
      const say = (text) => stage.quiet || console.log(`Setting up: ${stage.title} ... ${text}`);
      try {
        const remark = await stage.make();
        say(`${((Date.now() - from) / 1000).toFixed(0)} s${typeof remark === "string" ? remark : ""}`);
      } catch (error) {
        if (!failure) say("failed");
        failure ??= error;
      }
    });
  for (const stage of stages) running.set(stage.title, start(stage));
  await Promise.all(running.values());
  if (failure) throw failure;
}

/** Each stage and whether it is done, for the doctor. */
export const stageStates = () =>
  stages.map(({ title, ready }) => ({
    title,
    done: existsSync(venvPython) || ready !== pythonReady ? safely(ready) : false,
  }));

function safely(ready) {
  try {
    return ready();
  } catch {
    return false;
  }
}
