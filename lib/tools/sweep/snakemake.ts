import { type ChildProcess, spawn } from "node:child_process";
import { createWriteStream } from "node:fs";
import { totalmem } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { inherited } from "../../src/base/environment";
import { folderOf } from "./gather";
import { tool } from "./places";
import type { SweepPlan } from "./plan";

/** How often a failing job is tried again. */
const retries = 2;

/** A running workflow. */
export interface Workflow {
  /** Ends it as Ctrl-C would: jobs write their checkpoints, cluster jobs are cancelled. */
  stop(): void;
  readonly ended: Promise<Ending>;
}

/** How a workflow ended. */
export interface Ending {
  /** 0 when every job and the gathering succeeded, 75 when another sweep is at work in the folder. */
  readonly code: number;
  /** Set when Snakemake itself was killed. */
  readonly signal?: string | undefined;
  /** The process that holds the folder. */
  readonly holder?: string | undefined;
  /** The lines `failed: PART/RUN: why` of jobs on this machine. */
  readonly failures: ReadonlyMap<string, string>;
  /** The last lines that Snakemake wrote. */
  readonly tail: readonly string[];
}

/** How a workflow is run. */
export interface WorkflowOptions {
  readonly python: string;
  readonly executorProfile?: string | undefined;
  readonly cores: number;
  readonly atOnce?: number | undefined;
  readonly onNote?: (text: string) => void;
}

/** Seconds that jobs have to write their checkpoints before they are killed. */
const grace = 60;

/** Starts Snakemake on a plan. */
export function startWorkflow(plan: SweepPlan, planFile: string, options: WorkflowOptions): Workflow {
  const folder = folderOf(plan);
  const args = [
    tool("workflow.py"),
    join(plan.runs, "sweeps", "lock"),
    planFile,
    join(folder, "plan.json"),
    ...snakemakeArguments(plan, options),
  ];
  const child = spawn(options.python, args, {
    cwd: plan.runs,
    env: inherited({ PYTHONUNBUFFERED: "1" }, ["SNAKEMAKE_PROFILE", "DEEPNETS_FRESH"]),
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  });
  const failures = new Map<string, string>();
  const tail: string[] = [];
  let holder: string | undefined;
  const log = createWriteStream(join(folder, "snakemake.log"), { flags: "a" });
  log.on("error", () => {}); // a full disk: what is needed to report it stays in memory
  const read = (line: string) => {
    log.write(`${line}\n`);
    const [, kind, text] = /^(held|note|failed|afterwards): (.*)$/.exec(line) ?? [];
    if (kind === "held") holder = text;
    else if (kind === "note") options.onNote?.(text!);
    else if (kind === "failed") failures.set(text!.slice(0, text!.indexOf(": ")), text!.slice(text!.indexOf(": ") + 2));
    else if (kind === undefined && line.trim() !== "") tail.push(line);
    if (tail.length > 200) tail.splice(0, 100);
  };
  for (const stream of [child.stdout, child.stderr]) createInterface({ input: stream }).on("line", read);
  const ended = new Promise<Ending>((done, fail) => {
    child.on("error", fail);
    child.on("close", (code, signal) =>
      log.end(() => done({ code: code ?? 1, failures, tail, signal: signal ?? undefined, holder })),
    );
  });
  return { ended, stop: () => stop(child) };
}

function snakemakeArguments(plan: SweepPlan, { executorProfile, cores, atOnce }: WorkflowOptions): string[] {
  // Relative to the working directory: the same name on all machines, and none that needs quoting.
  const shared = ["--snakefile", tool("Snakefile"), "--config", `plan=sweeps/${plan.name}/plan.json`];
  // A file under its final name is whole (records are renamed into place), even when Snakemake was killed meanwhile.
  const rules = [
    "--rerun-triggers",
    "params",
    "--ignore-incomplete",
    "--keep-going",
    "--retries",
    String(retries),
    "--scheduler",
    "greedy",
    "--nocolor",
  ];
  if (executorProfile !== undefined) return [...shared, ...rules, "--profile", executorProfile];
  const memoryMB = Math.floor((0.9 * totalmem()) / 2 ** 20);
  return [
    ...shared,
    ...rules,
    "--cores",
    String(cores),
    "--resources",
    `mem_mb=${memoryMB}`,
    ...(atOnce === undefined ? [] : [`slot=${atOnce}`]),
  ];
}

function stop({ pid, exitCode, signalCode }: ChildProcess): void {
  if (pid === undefined || exitCode !== null || signalCode !== null) return;
  process.kill(-pid, "SIGINT");
  setTimeout(() => {
    try {
      process.kill(-pid, "SIGKILL");
    } catch {
      // it has ended
    }
  }, grace * 1000).unref();
}
