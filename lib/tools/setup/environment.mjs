// All that set-up reads of `process.env`. Once the library is compiled, lib/src/base/environment.ts does so, whose
// table documents our own variables. What a user has set for other programs must not change ours: every command cleans
// its environment here first, and the programs that it starts inherit what is left.

import { accessSync, constants, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter } from "node:path";
import { UserError } from "../../src/base/errors.cjs";

// PYTHONPATH and its like lead to other modules or another standard library; pip's PIP_USER and PIP_TARGET install
// elsewhere, PIP_REQUIRE_VIRTUALENV refuses; Jupyter's name other settings, kernels or tokens. Where packages come from
// (indexes, proxies, certificates, caches) stays the user's.
const foreignPip = (
  "USER TARGET PREFIX ROOT SRC EDITABLE REQUIRE_VIRTUALENV REQUIRE_HASHES REQUIREMENT CONSTRAINT NO_DEPS NO_BINARY " +
  "ONLY_BINARY PYTHON PLATFORM PYTHON_VERSION ABI IMPLEMENTATION DRY_RUN REPORT QUIET VERBOSE LOG IGNORE_INSTALLED " +
  "UPGRADE FORCE_REINSTALL PRE BREAK_SYSTEM_PACKAGES"
).replaceAll(" ", "|");
const foreignUv = (
  "PYTHON.* SYSTEM_PYTHON TARGET PREFIX PROJECT.* CONSTRAINT OVERRIDE EXCLUDE_NEWER RESOLUTION PRERELEASE " +
  "NO_BINARY.* NO_BUILD.* NO_DEPS OFFLINE REQUIRE_HASHES NO_VERIFY_HASHES CONFIG_FILE"
).replaceAll(" ", "|");
const foreign = new RegExp(
  `^(PYTHON.*|__PYVENV_LAUNCHER__|PIP_(${foreignPip})|UV_(${foreignUv})|JUPYTER.*|IPYTHON.*)$`,
  "i",
);
// These win over a pip.conf; no module of the user's own folder counts; text is UTF-8 whatever the terminal says.
const ours = {
  PIP_USER: "0",
  PIP_REQUIRE_VIRTUALENV: "0",
  PYTHONNOUSERSITE: "1",
  PYTHONUTF8: "1",
  JUPYTER_PREFER_ENV_PATH: "1",
};
// Node's variables name other modules, or make it write to stderr. Of its options only those about memory and about the
// way to the registries stay; the others load code, change how modules are found, open a port or print into what we
// read.
const foreignNode = /^(NODE_PATH|NODE_DEBUG|NODE_DEBUG_NATIVE|NODE_OPTIONS)$/;
const keptOptions =
  /^--(max[-_].*[-_]size|.*-ca|tls-.*|openssl-.*|dns-.*|(no-)?network-.*|max-http-header-size|use-env-proxy)(=|$)/;
// JupyterLab's theme and shortcuts may stay a user's own: lab/settings.ts reads where they are.
const kept = /^JUPYTER(_CONFIG_DIR|LAB_SETTINGS_DIR)$/;

/**
 * The environment of all our processes: a copy of `env` without what would change Node, Python, pip or Jupyter.
 */
export function cleanEnvironment(env) {
  const rest = Object.entries(env).filter(
    ([name]) => (!foreign.test(name) || kept.test(name)) && !foreignNode.test(name),
  );
  const options = cleanOptions(env.NODE_OPTIONS ?? "");
  return { ...Object.fromEntries(rest), ...(options ? { NODE_OPTIONS: options } : {}), ...ours };
}

/** The part of NODE_OPTIONS that may stay: options with their values, which may be the next word, also in quotes. */
function cleanOptions(text) {
  const words = text.match(/(?:"(?:\\.|[^"\\])*"|[^\s"])+/g) ?? [];
  let keep = false;
  return words
    .filter((word) => {
      if (word.startsWith("-")) keep = keptOptions.test(word);
      return keep;
    })
    .join(" ");
}

/** Replaces the environment of this process by what `cleanEnvironment` leaves of it. */
export function useCleanEnvironment() {
  const clean = cleanEnvironment(process.env);
  for (const name of Object.keys(process.env)) if (!(name in clean)) delete process.env[name];
  Object.assign(process.env, clean);
}

/**
 * Refuses a temporary folder that cannot be written, before a program that needs it fails without naming it.
 *
 * @throws UserError Naming the folder and the variable.
 */
export function requireTemporaryFolder(folder = tmpdir()) {
  try {
    if (!statSync(folder).isDirectory()) throw new Error("is no folder");
    accessSync(folder, constants.W_OK | constants.X_OK);
  } catch (error) {
    const named = ["TMPDIR", "TMP", "TEMP"].find((name) => process.env[name]);
    const why = error.code === "ENOENT" ? "does not exist" : error.code ? "cannot be written" : error.message;
    throw new UserError(
      `Expected ${named ?? "the temporary folder"} to name a folder for temporary files but ${folder} ${why}: ` +
        `${named ? `correct ${named} or unset it` : "set TMPDIR to one that can be written"}.`,
    );
  }
}

/** Our own variables that set-up needs before anything is compiled. */
export const setUpVariables = ["DEEPNETS_BROWSER", "DEEPNETS_PYTHON"];

/** The program that a variable names, or undefined where it names none. */
export const namedProgram = (name) => process.env[name] || undefined;

/** The folders that the system looks for programs in. */
export const programFolders = () => (process.env.PATH ?? "").split(delimiter);

/** This process' environment for a program that we start, with `more` added. */
export const inherited = (more = {}) => ({ ...process.env, ...more });

/** Does `work`; programs that start meanwhile put their temporary files into a folder of ours. */
export async function withTemporaryFolder(folder, work) {
  const { TMPDIR } = process.env;
  process.env.TMPDIR = folder;
  try {
    return await work();
  } finally {
    if (TMPDIR === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = TMPDIR;
  }
}

/** The name of the script that npm started us for; undefined without npm. */
export const npmScript = () => process.env.npm_lifecycle_event;
/** The path of the npm that started us; undefined without npm. */
export const npmProgram = () => process.env.npm_execpath;

/** Our environment for npm, without options that choose one workspace: it is to see the whole project. */
export const npmEnvironment = () =>
  Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^npm_config_workspaces?$/i.test(name)));

/** The value, as text, that npm keeps of an option that was given without `--`: `npm run doctor --repair`. */
export const npmOption = (name) => process.env[`npm_config_${name}`];
