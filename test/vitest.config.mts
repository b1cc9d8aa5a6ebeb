import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const here = fileURLToPath(new URL(".", import.meta.url));
const root = resolve(here, "..");

// One project per kind of test, run one after the other: heavy ones would disturb each other's time limits on two cores.
const project = (name: string, folders: string[], order: number, more: object = {}) => ({
  extends: true as const,
  test: { name, include: folders.map((folder) => `test/${folder}/**/*.test.ts`), sequence: { groupOrder: order }, ...more },
});
const alone = { fileParallelism: false, testTimeout: 300_000, hookTimeout: 300_000 };

export default defineConfig({
  test: {
    root,
    // tfjs-node fails in a second worker thread of one process (tfjs#8388).
    pool: "forks",
    maxWorkers: 2,
    execArgv: ["--require", resolve(root, "lib/tools/kernel/node-shim.cjs")],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    reporters: ["default", resolve(here, "reporter.ts")],
    projects: [
      project("units", ["data", "models", "graph", "training", "figures", "notebook", "runs", "setup", "bench"], 1),
      project("kernel", ["kernel"], 2, alone),
      project("hand-in", ["handin", "notebooks", "export"], 3, alone),
      project("sweep", ["sweep"], 4, alone),
      project("browser", ["browser"], 5, alone),
    ],
  },
});
