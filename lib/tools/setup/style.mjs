// What a machine can check in the sources: types, lint, format, the arrows between rooms. npm test does so beside its
// first tests; alone: node lib/tools/setup/style.mjs
import { spawn } from "node:child_process";
import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { unformattedCells } from "./cell-format.mjs";
import { libraryReady } from "./library.mjs";
import { at, root } from "./paths.mjs";

const node = (script) => [process.execPath, at("node_modules", script)];
const biome = node("@biomejs/biome/bin/biome");
const ruff = [at(".venv/bin/ruff")];
// tsc remembers its last run, so that it reads again only what has changed.
const types = (project, memory) => [
  ...node("typescript/bin/tsc"),
  ...["-p", at(project), "--noEmit", "--incremental", "--tsBuildInfoFile", at(".engine", memory)],
];

/** The longest first: the others then run beside it. */
const checks = {
  "types of the tests": () => outputOf(types("test", "test.tsbuildinfo")),
  // What set-up compiled as it stands has passed the compiler.
  "types of the library": () => (libraryReady() ? "" : outputOf(types(".", "lib.tsbuildinfo"))),
  "arrows between rooms": () =>
    outputOf([
      ...node("dependency-cruiser/bin/dependency-cruise.mjs"),
      ...["--config", at(".dependency-cruiser.cjs"), "lib/src", "lib/tools"],
    ]),
  "lint and format": () => outputOf([...biome, "check", "--error-on-warnings", "--colors=off", "."]),
  "code cells": async () => {
    const wrong = await unformattedCells((args) => outputOf([...biome, ...args]));
    return wrong.join("\n");
  },
  "Python lint": () => outputOf([...ruff, "check", "--quiet", "--output-format", "concise", "."]),
  "Python format": () => outputOf([...ruff, "format", "--check", "--quiet", "."]),
};

/**
 * Checks the style of all sources.
 *
 * @param say Receives one line per check when it ends.
 * @returns What failed, as text for the reader; empty when nothing did.
 */
export async function checkStyle(say = console.log) {
  const waiting = Object.entries(checks);
  const failures = [];
  const work = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      const [name, check] = next;
      const start = performance.now();
      const failure = await check();
      say(`${failure === "" ? "ok" : "FAILED"}  ${name} (${((performance.now() - start) / 1000).toFixed(1)} s)`);
      if (failure !== "") failures.push(`${name}:\n${failure}`);
    }
  };
  await Promise.all(Array.from({ length: Math.min(4, availableParallelism()) }, work));
  return failures.join("\n\n");
}

/** What a program printed when it failed; empty when it did not. */
function outputOf([command, ...args]) {
  return new Promise((done) => {
    const child = spawn(command, args, { cwd: root, stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (data) => (output += data));
    child.on("error", (error) => done(`${command} could not be started (${error.message}): run npm run doctor.`));
    child.on("close", (code) => done(code === 0 ? "" : output.trim() || `exit code ${code}`));
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const failures = await checkStyle();
  if (failures !== "") console.error(`\n${failures}`);
  process.exitCode = failures === "" ? 0 : 1;
}
