import { mkdirSync, readdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";
import { removeTemporary } from "../lib/tools/setup/test.mjs";

const here = fileURLToPath(new URL(".", import.meta.url));
const root = resolve(here, "..");

const patient = { testTimeout: 300_000, hookTimeout: 300_000 };
// One quick hand-in, shared by all tests that look at what it made. It begins with the tests and takes as long as the
// units do, which start no kernels: beside a hand-in, on two cores, a kernel may take a minute to answer.
const quickHandin = { globalSetup: resolve(here, "handin/quick.global.ts") };
// Where tests ask how long something took, to less than seconds, nothing runs beside them: they run last.
const timed = ["test/kernel/interrupt.test.ts"];
const starting = { ...patient, maxWorkers: 3 };
const alone = { ...patient, fileParallelism: false };
// Files share processes, and the libraries in them; test/shared-process.ts takes back what a file has set.
const shared = { isolate: false, setupFiles: [resolve(here, "shared-process.ts")] };
// Where each core has its test file, the engine's second thread would only wait.
const oneThread = { env: { TF_NUM_INTRAOP_THREADS: "1", TF_NUM_INTEROP_THREADS: "1" } };
// Kinds of one group run together, the groups one after the other. Those that start kernels and browsers wait for them
// much of the time: three at once keep two cores busy.
const kinds: Record<string, { readonly folders: readonly string[]; readonly group: number; readonly more?: object }> = {
  units: {
    folders: ["base", "bench", "data", "figures", "graph", "live", "models", "reset", "runs", "training"],
    group: 0,
    more: oneThread,
  },
  // Files that show things may still draw when they end: each has a process of its own.
  notebook: { folders: ["notebook"], group: 0, more: { ...oneThread, isolate: true } },
  "set-up": { folders: ["setup"], group: 1, more: starting },
  sweep: { folders: ["sweep"], group: 1, more: starting },
  kernel: { folders: ["kernel", "lab"], group: 1, more: starting },
  "hand-in": { folders: ["handin", "notebooks", "export"], group: 1, more: { ...starting, ...quickHandin } },
  browser: { folders: ["browser"], group: 1, more: { ...starting, ...quickHandin } },
};

/** The files that take a minute or so, the longest first: begun late, one of them would run on alone. */
const longest = [
  "test/browser/lab-live.test.ts",
  "test/sweep/sweep.test.ts",
  "test/handin/handin.test.ts",
  "test/setup/doctor.test.ts",
  "test/setup/setup.test.ts",
  "test/kernel/cells.test.ts",
  "test/handin/quick.test.ts",
  "test/notebooks/execute.test.ts",
  "test/browser/lab-all.test.ts",
  "test/graph/layers.test.ts",
  "test/graph/graph-step.test.ts",
  "test/training/resume.test.ts",
  "test/notebook/examples.test.ts",
  "test/handin/spoilings.test.ts",
  "test/kernel/failing.test.ts",
  "test/lab/safe.test.ts",
];

/** Long files first, the others as vitest has them. */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification) => {
      const at = longest.findIndex((name) => moduleId.endsWith(name));
      return at === -1 ? longest.length : at;
    };
    return (await super.sort(files)).sort((one, other) => rank(one) - rank(other));
  }
}

const known = new Set(Object.values(kinds).flatMap(({ folders }) => folders));
// What proves only length: `npm run test:long` runs these files instead of all others, one at a time.
const long = process.env.DEEPNETS_LONG_TESTS === "1";
const longFiles = "test/**/*.long.test.ts";

for (const entry of readdirSync(here, { withFileTypes: true, recursive: true })) {
  const folder = resolve(entry.parentPath).slice(here.length).split("/")[0];
  if (entry.name.endsWith(".test.ts") && !entry.name.endsWith(".long.test.ts") && !known.has(folder))
    throw new Error(
      `Expected test/${folder}/${entry.name} in a folder that test/vitest.config.mts names, else it would never run.`,
    );
}

// Whatever the tests, and the programs that they start, leave in the temporary folder goes with it: npm test has made
// one and removes it, also when it is killed. Each project reads this file anew.
const given = /^deepnets-test-\d+$/.test(basename(tmpdir()));
const temporary = given ? tmpdir() : join(tmpdir(), `deepnets-test-${process.pid}`);
if (mkdirSync(temporary, { recursive: true })) process.once("exit", () => removeTemporary(temporary));

export default defineConfig({
  test: {
    root,
    // tfjs-node fails in a second worker thread of one process (tfjs#8388).
    pool: "forks",
    // The projects share most sources: what one has transformed, the others read.
    experimental: { fsModuleCache: true, fsModuleCachePath: join(temporary, "modules") },
    maxWorkers: 2,
    sequence: { sequencer: LongestFirst },
    execArgv: ["--require", resolve(root, "lib/tools/kernel/preload.cjs")],
    // The engine reads the first when its process starts.
    env: { TF_CPP_MIN_LOG_LEVEL: "2", TMPDIR: temporary },
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // On a busy machine even a folder may take a second to go.
    expect: { poll: { timeout: 15_000 } },
    reporters: ["default", resolve(here, "reporter.ts")],
    projects: long
      ? [{ extends: true as const, test: { name: "long", include: [longFiles], ...alone, testTimeout: 3_600_000 } }]
      : [
          ...Object.entries(kinds).map(([name, { folders, group: groupOrder, more }]) => ({
            extends: true as const,
            test: {
              name,
              include: folders.map((folder) => `test/${folder}/**/*.test.ts`),
              exclude: [longFiles, ...timed],
              sequence: { groupOrder },
              ...shared,
              ...more,
            },
          })),
          { extends: true as const, test: { name: "timed", include: timed, sequence: { groupOrder: 2 }, ...alone } },
        ],
  },
});
