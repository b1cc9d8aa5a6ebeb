// One quick hand-in of the real notebooks, before the tests that look at it; all of them share it.
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { fromEnvironment } from "../../lib/src/base/environment";
import { root } from "../../lib/tools/notebooks/places";

/** What `inject("quickHandin")` gives to a test. */
export interface QuickHandin {
  /** Its folder: executed notebooks, pages, index.html and report.json. */
  readonly handin: string;
  /** Its run records. */
  readonly runs: string;
  /** Exit code of the command, and what it printed. */
  readonly code: number | null;
  readonly output: string;
  readonly seconds: number;
}

declare module "vitest" {
  interface ProvidedContext {
    quickHandin: QuickHandin;
  }
}

// Several projects name this file; they share what the first of them made.
const made = Symbol.for("deepnets.quickHandin");
const shared = globalThis as { [made]?: Promise<QuickHandin> };

export default async function setup(project: TestProject): Promise<void> {
  if (await isWanted(project)) project.provide("quickHandin", await (shared[made] ??= make()));
}

async function make(): Promise<QuickHandin> {
  // While notebooks are being written: a folder that holds handin/ and runs/ of an earlier quick hand-in.
  const given = fromEnvironment("DEEPNETS_QUICK");
  const base = given ?? mkdtempSync(join(tmpdir(), "quick-"));
  const places = { handin: join(base, "handin"), runs: join(base, "runs") };
  if (given) return { ...places, code: 0, output: readFileSync(join(base, "output.txt"), "utf8"), seconds: 0 };
  process.once("exit", () => rmSync(base, { recursive: true, force: true }));
  return { ...places, ...(await run(places)) };
}

/** Whether one of the test files that are about to run asks for it. */
async function isWanted(project: TestProject): Promise<boolean> {
  if (process.argv.includes("list")) return false; // `vitest list` runs nothing
  // vitest knows the words of the command line but does not declare them.
  const { filenamePattern } = project.vitest as typeof project.vitest & { readonly filenamePattern?: string[] };
  const { testFiles } = await project.globTestFiles(filenamePattern);
  return testFiles.some((file) => readFileSync(file, "utf8").includes('inject("quickHandin")'));
}

function run(places: Pick<QuickHandin, "handin" | "runs">): Promise<Pick<QuickHandin, "code" | "output" | "seconds">> {
  const started = Date.now();
  console.log("Running the quick hand-in that the tests share (a few minutes) ...");
  const args = [
    join(root, "lib/tools/setup/start.cjs"),
    join(root, "lib/dist/tools/handin/handin.js"),
    "handin",
    "--quick",
  ];
  const env = { ...process.env, DEEPNETS_HANDIN: places.handin, DEEPNETS_RUNS: places.runs };
  const child = spawn(process.execPath, args, { cwd: root, env, stdio: ["ignore", "pipe", "pipe"] });
  const stop = () => child.kill("SIGTERM");
  process.once("exit", stop);
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (data: Buffer) => {
      output += data;
      process.stdout.write(data);
    });
  return new Promise((done) => {
    child.on("close", (code) => {
      process.off("exit", stop);
      done({ code, output, seconds: (Date.now() - started) / 1000 });
    });
  });
}
