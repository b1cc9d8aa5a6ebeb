// The Jupyter side: a virtual environment with pinned packages, and the kernel registered inside it.
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { at, kernelName, readJson, root, sha256File, venvPython } from "./paths.mjs";
import { run } from "./run.mjs";

const venv = at(".venv");
const stampFile = join(venv, "deepnets.json");
const requirements = at("requirements.txt");
const stamp = () => ({ requirements: sha256File(requirements), root });

/** Whether the Python environment is there with the pinned packages. */
export function pythonReady() {
  const made = readJson(stampFile);
  return made?.requirements === stamp().requirements && existsSync(venvPython);
}

// Set once this process has made the environment; an empty one that a killed set-up left is made again.
let fresh = false;

/** Whether there is an environment to install into and to download the engine with. */
export const venvReady = () => fresh || pythonReady();

/** Makes an empty Python environment in place of the old one. */
export async function makeVenv(python) {
  rmSync(venv, { recursive: true, force: true });
  await run("Making the Python environment", python, ["-m", "venv", venv]);
  fresh = true;
}

// uv, four times as fast as pip, with the same pins and hashes.
const installer = at("lib/tools/setup/installer.txt");

/** Installs the pinned packages into the Python environment. */
export async function installJupyter() {
  const what = "Installing JupyterLab";
  const pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check"];
  try {
    await run(what, venvPython, [...pip, "--require-hashes", "--requirement", installer]);
    // Copies, so that a file damaged here does not damage the user's cache. Compiled now, not at each first start.
    const options = ["--quiet", "--link-mode", "copy", "--compile-bytecode", "--python", venvPython];
    await run(what, join(venv, "bin/uv"), ["pip", "install", ...options, "--requirement", requirements]);
  } catch {
    // uv does not read pip's settings (a mirror, say). pip does, so its failure is the one to report.
    await run(what, venvPython, [...pip, "--requirement", requirements]);
  }
  writeFileSync(stampFile, `${JSON.stringify(stamp())}\n`);
}

/** Whether the environment's scripts name the folder that the project is in now. */
export const scriptsReady = () => readJson(stampFile)?.root === root;

/** Repairs the environment after the project's folder moved: its scripts name their interpreter by its full path. */
export function repairScripts() {
  const old = join(readJson(stampFile).root, ".venv");
  // A #! line can hold neither blanks nor more than 127 characters: the shell line that pip itself uses then, which
  // Python takes for a text; a quote in the path is written as '"'"', and no name in it is a command.
  const script = /^(#!.*python[^\n]*\n)|^(#!\/bin\/sh\n'''exec' [^\n]*\n' '''\n)/;
  const plain = !/\s/.test(venvPython) && venvPython.length < 120;
  const quoted = `'${venvPython.replaceAll("'", `'"'"'`)}'`;
  const head = plain ? `#!${venvPython}\n` : `#!/bin/sh\n'''exec' ${quoted} "$0" "$@"\n' '''\n`;
  for (const name of readdirSync(join(venv, "bin"))) {
    const file = join(venv, "bin", name);
    if (!lstatSync(file).isFile()) continue;
    const text = readFileSync(file, "utf8");
    const renewed = text.replace(script, () => head).replaceAll(old, () => venv);
    if (renewed !== text) writeFileSync(file, renewed);
  }
  writeFileSync(stampFile, `${JSON.stringify(stamp())}\n`);
}

const kernelFile = join(venv, "share/jupyter/kernels", kernelName, "kernel.json");

/** Full paths throughout: an application started without a shell's PATH finds the kernel as well (tslab#56). */
const kernelSpec = () => ({
  argv: [
    process.execPath,
    "--require",
    at("lib/tools/kernel/preload.cjs"),
    at("lib/dist/tools/kernel/main.js"),
    "{connection_file}",
  ],
  display_name: "TypeScript (deepnets)",
  language: "typescript",
  metadata: { debugger: false },
});

/** Whether the kernel is registered with this Node and these paths. */
export const kernelReady = () => JSON.stringify(readJson(kernelFile)) === JSON.stringify(kernelSpec());

/** Registers the kernel with the Jupyter of the environment. */
export function registerKernel() {
  mkdirSync(join(kernelFile, ".."), { recursive: true });
  const part = `${kernelFile}.${process.pid}`;
  writeFileSync(part, `${JSON.stringify(kernelSpec(), null, 2)}\n`);
  renameSync(part, kernelFile);
}
