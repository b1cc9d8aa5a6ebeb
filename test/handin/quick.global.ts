// One quick hand-in of the real notebooks; all tests that look at it share it.
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { fromEnvironment } from "../../lib/src/base/environment";
import { root } from "../../lib/tools/notebooks/places";

declare module "vitest" {
  interface ProvidedContext {
    /** The folder of the quick hand-in: `handin/`, `runs/` and, once it has ended, `ended.json`. */
    quickFolder: string;
  }
}

// Several projects name this file; they share what the first of them made.
const made = Symbol.for("deepnets.quickHandin");
const shared = globalThis as { [made]?: string };

/** Starts it and goes on: the tests that need none of it run meanwhile; the others wait in `quickHandin()`. */
export default async function setup(project: TestProject): Promise<void> {
  if (await isWanted(project)) project.provide("quickFolder", (shared[made] ??= start()));
}

function start(): string {
  // While notebooks are being written: the folder of an earlier quick hand-in.
  const given = fromEnvironment("DEEPNETS_QUICK");
  if (given) return given;
  const base = mkdtempSync(join(tmpdir(), "quick-"));
  process.once("exit", () => rmSync(base, { recursive: true, force: true }));
  run(base);
  return base;
}

/** Whether one of the test files that are about to run asks for it. */
async function isWanted(project: TestProject): Promise<boolean> {
  if (process.argv.includes("list")) return false; // `vitest list` runs nothing
  // vitest knows the words of the command line but does not declare them.
  const { filenamePattern } = project.vitest as typeof project.vitest & { readonly filenamePattern?: string[] };
  const { testFiles } = await project.globTestFiles(filenamePattern);
  return testFiles.some((file) => readFileSync(file, "utf8").includes("quickHandin()"));
}

function run(base: string): void {
  const started = Date.now();
  console.log("Running the quick hand-in that the tests share, beside those that need none of it ...");
  const args = [
    join(root, "lib/tools/setup/start.cjs"),
    join(root, "lib/dist/tools/handin/handin.js"),
    "handin",
    "--quick",
  ];
  const env = { ...process.env, DEEPNETS_HANDIN: join(base, "handin"), DEEPNETS_RUNS: join(base, "runs") };
  const child = spawn(process.execPath, args, { cwd: root, env, stdio: ["ignore", "pipe", "pipe"] });
  const stop = () => child.kill("SIGTERM");
  process.once("exit", stop);
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (data: Buffer) => (output += data));
  child.on("close", (code) => {
    process.off("exit", stop);
    const seconds = (Date.now() - started) / 1000;
    console.log(`The quick hand-in ended with ${code} after ${seconds.toFixed(0)} s.`);
    if (code !== 0) console.log(output);
    const file = join(base, "ended.json");
    writeFileSync(`${file}.part`, JSON.stringify({ code, output, seconds }));
    renameSync(`${file}.part`, file);
  });
}
