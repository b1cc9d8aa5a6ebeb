import { spawn } from "node:child_process";
import { accessSync, constants, existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { explained } from "../../src/base/errors.cjs";
import { findBrowser } from "./browser.mjs";
import { inherited, npmOption, npmScript } from "./environment.mjs";
import { engineNoise } from "./noise.mjs";
import { at, root } from "./paths.mjs";
import { running } from "./run.mjs";
import { checkStyle } from "./style.mjs";

/**
 * `npm test`: all tests, headless, and beside the first of them types, lint, format and arrows; the tests end where
 * these find something. `npm test -- WORD`: only the test files whose path holds the word. `npm run test:long`: only the
 * tests that take minutes to hours.
 *
 * @returns The exit code: 0 when all passed, and a browser was there or was declared unnecessary.
 */
export async function test(argv, { long = false } = {}) {
  // npm reads a `--no-browser` without `--` as its own option `browser`, switched off.
  const accepted = argv.includes("--no-browser") || (npmScript() === "test" && npmOption("browser") === "");
  const browser = findBrowser();
  const words = argv.filter((word) => word !== "--no-browser");
  requireWritable();
  const tests = vitest(words, {
    ...(browser && { DEEPNETS_BROWSER: browser }),
    ...(long && { DEEPNETS_LONG_TESTS: "1" }),
  });
  const failures = words.length === 0 && !long ? await checkStyle() : "";
  // Nobody should wait for tests of code that the compiler refuses.
  if (failures !== "") {
    tests.kill();
    await tests.ended;
    console.error(`\n${failures}`);
    return 1;
  }
  const code = await tests.ended;
  if (browser || accepted || code !== 0) return code;
  console.error(
    "The tests listed as not run need a Chromium-family browser: install Chromium, Chrome or Edge, name one in " +
      "DEEPNETS_BROWSER, or accept it with npm test -- --no-browser.",
  );
  return 1;
}

/** What compilers and tests remember, and copies of the project, lie in these. */
function requireWritable() {
  for (const folder of [root, at(".engine"), at("node_modules")])
    try {
      accessSync(folder, constants.W_OK | constants.X_OK);
    } catch (error) {
      throw explained(error, folder);
    }
}

// This variable marks the processes that tests start, however far from vitest they are.
const mark = "STARTED_BY_TESTS_OF";
// The folder of their temporary files; vitest's settings know its name.
const temporary = join(tmpdir(), `deepnets-test-${process.pid}`);

/** Starts vitest; `kill` ends it with all that its tests have started. */
function vitest(argv, env) {
  mkdirSync(temporary, { recursive: true });
  const child = spawn(
    process.execPath,
    [at("node_modules/vitest/vitest.mjs"), "run", "--config", at("test/vitest.config.mts"), ...argv],
    {
      cwd: root,
      stdio: ["ignore", "inherit", "pipe"],
      // Tests may run tests: each of them is known by all of its commands.
      env: inherited({ ...env, TMPDIR: temporary, [mark]: `${inherited()[mark] ?? ""} ${process.pid} ` }),
    },
  );
  child.stderr.pipe(engineNoise()).pipe(process.stderr);
  const tests = {
    kill: () => endTests(child),
    ended: new Promise((done) => {
      child.on("close", (code) => {
        running.delete(tests);
        removeTemporary(temporary);
        done(code ?? 1);
      });
    }),
  };
  // Who ends this command, or the npm above it, ends vitest and all that the tests have started.
  running.add(tests);
  return tests;
}

/**
 * Removes the tests' temporary folder. A browser that is just ending may still write there: then again, for two seconds.
 * What is left after that stays; it is no reason to fail.
 */
export function removeTemporary(folder) {
  for (let attempt = 0; attempt < 20; attempt++)
    try {
      rmSync(folder, { recursive: true, force: true });
      return;
    } catch {
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 100);
    }
}

/**
 * Ends vitest and whatever its tests have started, at once, and removes their temporary folders: vitest's own workers
 * would run their test to its end, and servers, kernels and browsers would stay for ever.
 */
function endTests(child) {
  const ended = new Set();
  // Again, as long as one of them has started another meanwhile.
  for (let found = marked(); found.some((pid) => !ended.has(pid)); found = marked())
    for (const pid of found) {
      ended.add(pid);
      kill(pid);
    }
  if (!ended.has(child.pid)) child.kill("SIGTERM"); // no /proc
  removeTemporary(temporary);
  for (const name of readdirSync(at(".engine")))
    if (ended.has(Number(/^copy-(\d+)-/.exec(name)?.[1])))
      rmSync(at(".engine", name), { recursive: true, force: true });
}

/** The processes that carry our mark (Linux only). */
function marked() {
  const pids = existsSync("/proc/self/environ") ? readdirSync("/proc").filter((name) => /^\d+$/.test(name)) : [];
  return pids.map(Number).filter((pid) => {
    try {
      const given = readFileSync(`/proc/${pid}/environ`, "utf8")
        .split("\0")
        .find((one) => one.startsWith(mark));
      return given?.includes(` ${process.pid} `);
    } catch {
      return false; // ended meanwhile, or somebody else's
    }
  });
}

function kill(pid) {
  try {
    process.kill(pid, "SIGKILL");
  } catch {} // ended meanwhile
}
