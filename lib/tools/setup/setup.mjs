// The stages of set-up, in order. Each knows whether it is done, and starts over when it was cut short.
import { existsSync } from "node:fs";
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
import { buildLibrary, libraryReady } from "./library.mjs";
import { alone } from "./lock.mjs";
import { installMnist, mnistReady } from "./mnist.mjs";
import { installPackages, packagesReady } from "./packages.mjs";
import { at, venvPython } from "./paths.mjs";
import {
  installJupyter,
  kernelReady,
  makeVenv,
  pythonReady,
  registerKernel,
  repairScripts,
  scriptsReady,
} from "./python.mjs";
import { findCompiler, findPython, requireNode, requireSpace } from "./requirements.mjs";

// Title, what is done, what to do (it may return a remark); `gib` is what the stage leaves or needs on disk at its peak
// (measured on Linux x64).
const stages = [
  { title: "Node packages", gib: 0.9, ready: packagesReady, make: installPackages },
  {
    title: "Python environment (JupyterLab)",
    gib: 0.7,
    ready: pythonReady,
    make: async () => {
      await makeVenv(findPython().path);
      await installJupyter();
    },
  },
  {
    title: "TensorFlow engine (a 274 MB download)",
    gib: 1.4,
    ready: engineFetched,
    make: fetchEngine,
  },
  {
    title: "TensorFlow addon",
    gib: 0,
    ready: engineReady,
    make: async () => {
      await buildAddon(findCompiler().path);
      linkEngine();
      await verifyEngine();
    },
  },
  { title: "engine link", gib: 0, quiet: true, ready: engineLinked, make: linkEngine },
  { title: "Library", gib: 0.1, ready: libraryReady, make: buildLibrary },
  { title: "MNIST", gib: 0.1, ready: mnistReady, make: installMnist },
  { title: "Python scripts", gib: 0, quiet: true, ready: scriptsReady, make: repairScripts },
  { title: "Jupyter kernel", gib: 0, quiet: true, ready: kernelReady, make: registerKernel },
  {
    title: "Browser",
    gib: 0.3,
    ready: browserReady,
    make: async () =>
      (await provideBrowser())
        ? ""
        : " (none to be had: figures get no static pictures; npm run doctor says what helps)",
  },
];

/** Makes this folder ready; does nothing, in well under a second, when it is. */
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
    for (const stage of stages) {
      if (stage.ready()) continue;
      const from = Date.now();
      if (!stage.quiet) process.stdout.write(`Setting up: ${stage.title} ... `);
      let remark;
      try {
        remark = await stage.make();
      } catch (error) {
        if (!stage.quiet) process.stdout.write("failed\n");
        throw error;
      }
      if (!stage.quiet)
        process.stdout.write(
          `${((Date.now() - from) / 1000).toFixed(0)} s${typeof remark === "string" ? remark : ""}\n`,
        );
    }
    if (missing.some((stage) => !stage.quiet))
      console.log(`Set up in ${((Date.now() - started) / 1000).toFixed(0)} s.\n`);
  });
}

/** For the doctor: each stage with whether it is done. */
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
