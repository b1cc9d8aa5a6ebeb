// What the machine itself must have. Each check throws one sentence with the way out.

import { execFileSync } from "node:child_process";
import { statfsSync } from "node:fs";
import { UserError } from "../../src/base/errors.cjs";
import { namedProgram } from "./environment.mjs";
import { root } from "./paths.mjs";

/** The major versions of Node that are supported. */
export const nodeVersions = [20, 22, 24, 26];

/**
 * Refuses another version of Node.
 *
 * @throws UserError Naming it.
 */
export function requireNode(version = process.versions.node) {
  if (!nodeVersions.includes(Number(version.split(".")[0])))
    throw new UserError(
      `Expected Node ${nodeVersions.slice(0, -1).join(", ")} or ${nodeVersions.at(-1)} but found ${version}: ` +
        "install one of them (nodejs.org, nvm, or your package manager) and run the command again.",
    );
}

/**
 * A Python from 3.11 on that can make environments: `{ path, version }`.
 *
 * @throws UserError If there is none.
 */
export function findPython() {
  const named = namedProgram("DEEPNETS_PYTHON");
  const names = named ? [named] : ["python3", "python3.14", "python3.13", "python3.12", "python3.11", "python"];
  const found = [];
  for (const name of names) {
    const answer = ask(name, [
      "-c",
      "import sys, importlib.util as u; print('.'.join(map(str, sys.version_info[:3])), bool(u.find_spec('venv') " +
        "and u.find_spec('ensurepip')))",
    ]);
    if (!answer) continue;
    const [version, venv] = answer.trim().split(" ");
    const [major, minor] = version.split(".").map(Number);
    found.push(`${name} ${version}`);
    if (major !== 3 || minor < 11) continue;
    if (venv !== "True")
      throw new UserError(
        `${name} (${version}) cannot make virtual environments: install the venv module (Debian, Ubuntu: sudo ` +
          "apt install python3-venv) and run the command again.",
      );
    return { path: name, version };
  }
  if (named)
    throw new UserError(
      `Expected DEEPNETS_PYTHON to name a Python from 3.11 on but found ${found[0] ?? `no Python at ${named}`}: ` +
        "correct it or unset it.",
    );
  throw new UserError(
    `Expected Python 3.11 or newer but found ${found.join(", ") || "none"}: install it (Debian, Ubuntu: sudo apt ` +
      "install python3 python3-venv; or python.org), or name one in DEEPNETS_PYTHON.",
  );
}

/**
 * A C++ compiler for tfjs-node's addon: `{ path, version }`.
 *
 * @throws UserError If there is none.
 */
export function findCompiler() {
  const compiler = namedProgram("CXX");
  const names = compiler ? [compiler] : ["c++", "g++", "clang++"];
  for (const name of names) {
    const answer = ask(name, ["--version"]);
    if (answer) return { path: name, version: answer.split("\n")[0] };
  }
  throw new UserError(
    `Expected a C++ compiler but found none of ${names.join(", ")}: install one (Debian, Ubuntu: sudo apt ` +
      "install g++; Fedora: sudo dnf install gcc-c++; macOS: xcode-select --install) and run the command again.",
  );
}

function ask(program, args) {
  try {
    return execFileSync(program, args, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"], timeout: 20_000 });
  } catch {
    return undefined;
  }
}

/** Free disk space in the project's folder, in bytes. */
export function freeSpace() {
  const { bavail, bsize } = statfsSync(root);
  return bavail * bsize;
}

/**
 * Refuses a disk with less free space than `gib` GiB.
 *
 * @throws UserError Naming what needs it.
 */
export function requireSpace(gib, what) {
  const free = freeSpace() / 2 ** 30;
  if (free < gib)
    throw new UserError(
      `Expected ${gib.toFixed(1)} GiB of free disk space for ${what} but found ${free.toFixed(1)} GiB in ` +
        `${root}: free some and run the command again.`,
    );
}
