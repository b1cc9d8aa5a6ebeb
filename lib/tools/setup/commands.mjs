// The `npm run` commands: set-up first, then the command, in a process of its own.

import { spawn } from "node:child_process";
import { UserError } from "../../src/base/errors.cjs";
import { doctor } from "./doctor.mjs";
import { inherited, npmScript, requireTemporaryFolder, useCleanEnvironment } from "./environment.mjs";
import { engineNoise } from "./noise.mjs";
import { watchOutput } from "./output.cjs";
import { watchParent } from "./parent.mjs";
import { at, root } from "./paths.mjs";
import { requireNode } from "./requirements.mjs";
import { endPrograms } from "./run.mjs";
import { sbom } from "./sbom.mjs";
import { setUp } from "./setup.mjs";
import { test } from "./test.mjs";

const commands = {
  handin: "handin/handin.js",
  check: "handin/check.js",
  export: "export/export.js",
  lab: "lab/lab.js",
  sweep: "sweep/sweep.js",
  bench: "bench/bench.js",
  reset: "reset/reset.js",
};

const tests = ["test", "test:long"];

/** The help texts of set-up's own commands; the compiled ones bring theirs (start.cjs). */
const uses = {
  doctor: `npm run doctor -- [OPTIONS]
  --repair  install again what is missing or damaged`,
  test: `npm test -- [WORD ...] [OPTIONS]
  WORD          run only the test files whose path holds it; types and style are not checked then
  --no-browser  succeed without the tests that need a browser`,
  "test:long": `npm run test:long -- [WORD ...]
  WORD  run only the long tests whose path holds it`,
};

async function main([name, ...argv]) {
  if (name in uses && argv.some((word) => word === "--help" || word === "-h")) {
    console.log(uses[name]);
    return 0;
  }
  if (name === "doctor") return doctor(argv);
  if (name === "sbom") return sbom(argv);
  if (name === "setup") return setUp().then(() => 0);
  if (!(name in commands) && !tests.includes(name))
    throw new UserError(
      `Expected one of ${["doctor", "setup", "sbom", ...Object.keys(commands), ...tests].join(", ")} but found ` +
        `${name}: name one of these.`,
    );
  await setUp();
  if (tests.includes(name)) return test(argv, { long: name === "test:long" });
  return start(at("lib/dist/tools", commands[name]), name, argv);
}

// How to end what is running now.
let stop = (signal) => {
  endPrograms();
  process.exit(signal === "SIGINT" ? 130 : 1);
};
// Seconds that a command has to write its checkpoint and to end what it started.
const grace = 30;

/** Runs a compiled command; its stderr passes through without the lines that the engine writes at every start. */
function start(file, name, argv) {
  return new Promise((done) => {
    const args = [
      "--require",
      at("lib/tools/kernel/preload.cjs"),
      at("lib/tools/setup/start.cjs"),
      file,
      name,
      ...argv,
    ];
    // The level is read when the process starts: without it, each traced graph writes lines of progress to stderr.
    const env = { TF_CPP_MIN_LOG_LEVEL: "2", ...inherited() };
    const child = spawn(process.execPath, args, { cwd: root, env, stdio: ["inherit", "inherit", "pipe", "ipc"] });
    child.stderr.pipe(engineNoise()).pipe(process.stderr);
    // Ctrl-C reaches the whole group: the command ends in its own way, and we wait for it.
    stop = (signal) => signal === "SIGINT" || child.kill(signal);
    // "exit" may come long before "close": what the command started can hold its stderr open.
    child.on("exit", (code, signal) => {
      const end = () => done(code ?? (signal === "SIGINT" ? 130 : 1));
      child.on("close", end);
      setTimeout(end, 2000).unref();
    });
  });
}

/** Ends the command when the program that started it is gone: first in order, after a while at once. */
function orphaned() {
  setTimeout(() => {
    stop("SIGKILL");
    process.exit(1);
  }, grace * 1000).unref();
  stop("SIGTERM");
}

/**
 * Runs one command to its end; resolves to its exit code.
 *
 * @throws UserError When set-up fails, the command is unknown, or its output was lost.
 */
export async function run(argv) {
  useCleanEnvironment();
  requireNode();
  requireTemporaryFolder();
  if (npmScript()) watchParent(orphaned);
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => stop(signal));
  const lostOutput = watchOutput();
  const code = await main(argv);
  const lost = await lostOutput();
  if (lost) throw new UserError(lost);
  return code;
}
