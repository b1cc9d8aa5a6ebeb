// Every `npm run` command starts here: set-up first, then the command, in a process of its own.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { doctor } from "./doctor.mjs";
import { engineNoise } from "./noise.mjs";
import { at, root, SetupError } from "./paths.mjs";
import { requireNode } from "./requirements.mjs";
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

async function main([name, ...argv]) {
  if (name === "doctor") return doctor();
  if (name === "sbom") return sbom(argv);
  if (name === "setup") return setUp().then(() => 0);
  if (!(name in commands) && !tests.includes(name))
    throw new SetupError(
      `Expected one of ${["doctor", "setup", "sbom", ...Object.keys(commands), ...tests].join(", ")} but found ${name}.`,
    );
  await setUp();
  if (tests.includes(name)) return test(argv, { long: name === "test:long" });
  return start(at("lib/dist/tools", commands[name]), name, argv);
}

/** Runs a compiled command; its stderr passes through, less the lines that the engine writes at every start. */
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
    const env = { TF_CPP_MIN_LOG_LEVEL: "2", ...process.env };
    const child = spawn(process.execPath, args, { cwd: root, env, stdio: ["inherit", "inherit", "pipe", "ipc"] });
    child.stderr.pipe(engineNoise()).pipe(process.stderr);
    // Ctrl-C reaches the whole group: the command ends in its own way, and we wait for it.
    process.on("SIGINT", () => {});
    for (const signal of ["SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
    child.on("close", (code, signal) => done(code ?? (signal === "SIGINT" ? 130 : 1)));
  });
}

try {
  requireNode();
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof SetupError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
