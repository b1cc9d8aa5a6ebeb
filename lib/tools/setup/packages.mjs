// Node packages, by npm's own lock file.

import { existsSync, writeFileSync } from "node:fs";
import { npmEnvironment, npmProgram } from "./environment.mjs";
import { differences, listFiles } from "./manifest.mjs";
import { at, readJson, sha256File } from "./paths.mjs";
import { run } from "./run.mjs";

/**
 * True when npm's record of what it installed (written at the very end of an install) agrees with package-lock.json.
 */
export function packagesReady() {
  const installed = readJson(at("node_modules/.package-lock.json"))?.packages;
  const locked = readJson(at("package-lock.json"))?.packages;
  if (!installed || !locked) return false;
  return (
    Object.entries(locked).every(([path, entry]) => {
      if (!path.startsWith("node_modules/")) return true;
      const has = installed[path];
      // npm leaves out what is optional or made for another platform; a linked workspace has no version.
      if (!has) return entry.optional === true || entry.peer === true;
      return has.version === entry.version;
    }) && existsSync(at("node_modules/deepnets"))
  );
}

/** Installs the Node packages as package-lock.json has them. */
export async function installPackages() {
  await run("Installing the Node packages", ...npm("ci", "--no-progress"));
}

const listFile = at(".engine/packages.json");
const folder = at("node_modules");
// npm's own notes, caches, and the two links into the engine are no package's files.
const skip = (name) => /^\.|(^|\/)node_modules\/\.|(^|\/)\.(cache|vite|vitest)(\/|$)/.test(name);
const lockHash = () => sha256File(at("package-lock.json"));

/** Whether there is a list of the installed packages' files. */
export const packagesListed = () => {
  const list = readJson(listFile);
  return list?.lock === lockHash() && list.files !== undefined;
};

/** Notes which files the packages brought, for the doctor. */
export const listPackages = () =>
  writeFileSync(listFile, `${JSON.stringify({ lock: lockHash(), files: listFiles(folder, { skip }) })}\n`);

/** Which files of the Node packages are missing or damaged. */
export const packageDamage = () => (packagesListed() ? differences(folder, readJson(listFile).files) : []);

// Options that a user's own .npmrc or environment may set for other projects: with one of them npm installs nothing,
// not everything, elsewhere, or in another layout of folders. So each is set back.
const plain = [
  ...["dev", "optional", "peer"].map((kind) => `--include=${kind}`),
  ...["dry-run", "global", "package-lock-only"].map((name) => `--no-${name}`),
  "--install-strategy=hoisted",
];

/** The arguments with which `run` calls npm: the one that runs us (its path is in the environment), else PATH's. */
export function npm(...args) {
  const cli = npmProgram();
  const options = { env: npmEnvironment() };
  return cli && /npm-cli\.js$/.test(cli)
    ? [process.execPath, [cli, ...args, ...plain], options]
    : ["npm", [...args, ...plain], options];
}
