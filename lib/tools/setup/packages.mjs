// Node packages, by npm's own lock file.
import { existsSync } from "node:fs";
import { at, readJson } from "./paths.mjs";
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

export async function installPackages() {
  await run("Installing the Node packages", ...npm("ci", "--include=dev", "--no-progress"));
}

/** The npm that runs us (its path is in the environment), else the one on PATH. */
export function npm(...args) {
  const cli = process.env.npm_execpath;
  return cli && /npm-cli\.js$/.test(cli) ? [process.execPath, [cli, ...args]] : ["npm", args];
}
