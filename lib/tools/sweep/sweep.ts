import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join, relative } from "node:path";
import { UserError } from "../../src/base/errors.cjs";
import { claimRuns } from "../../src/base/lock";
import { StatusLines } from "../../src/base/status-lines";
import { asSentence, plural } from "../../src/base/text";
import { runsFolder, sweepJobFolder } from "../../src/runs/places";
import { plainName, sweepPython } from "./environment";
import { folderOf, gather } from "./gather";
import { measure } from "./measure";
import { root, type SweepPlaces } from "./places";
import { makePlan, readFinished, type SweepPlan } from "./plan";
import { type JobState, jobName, news, readStates, runningLines, totalLine } from "./progress";
import { options, parseRequest, type SweepRequest, words } from "./request";
import { type Ending, startWorkflow } from "./snakemake";
import { tableText } from "./table";

export { options, words };

/**
 * `npm run sweep -- h6-1b h6-1c --seeds 1-5`: many seeds or settings of a part, as Snakemake jobs here or on a cluster.
 *
 * @returns The exit code: 0 when all runs are there and their notebooks ran to the end, 130 when stopped, else 1.
 * @throws UserError When the command line is wrong, a record is damaged, or another sweep or hand-in is at work.
 */
export function main(argv: string[]): Promise<number> {
  const request = parseRequest(argv);
  const places: SweepPlaces = {
    runs: runsFolder(),
    notebooks: join(root, "notebooks"),
    execute: [
      join(root, ".venv/bin/python"),
      join(root, "lib/tools/notebooks/execute.py"),
      "--with-parent",
      "--skip-tag",
      "sweep-skip",
    ],
    python: sweepPython,
  };
  return request.measure ? measure(request, places) : sweep(request, places);
}

/**
 * Runs the missing runs of a sweep and gathers all of its runs; see `main`.
 */
export async function sweep(request: SweepRequest, places: SweepPlaces): Promise<number> {
  const cores = availableParallelism();
  const plan = makePlan(request, places, cores);
  for (const job of plan.jobs) readFinished(plan, job); // refuses a damaged record before anything runs
  const unclaim = claimRuns(
    plan.jobs.map(({ part, run }) => join(plan.runs, part, run)),
    "sweep",
  );
  try {
    return await runPlan(plan, request, { places, cores });
  } finally {
    unclaim();
  }
}

async function runPlan(
  plan: SweepPlan,
  request: SweepRequest,
  { places, cores }: { readonly places: SweepPlaces; readonly cores: number },
): Promise<number> {
  const there = readStates(plan).filter(({ status }) => status === "finished").length;
  const environment = await places.python();
  const python = request.executorProfile === undefined ? environment : plainName(environment);
  const before = there > 0 ? `, ${there} of them done before` : "";
  const where =
    request.executorProfile === undefined ? `on ${cores} cores of this machine` : `by ${request.executorProfile}`;
  console.log(`${plural(plan.jobs.length, "run")}${before}, ${where}`);
  const folder = folderOf(plan);
  mkdirSync(folder, { recursive: true });
  const planFile = join(folder, `plan-${plan.id}.json`);
  writeFileSync(planFile, `${JSON.stringify(plan, null, 1)}\n`);
  const terminal = new StatusLines(process.stdout, 30);
  const workflow = startWorkflow(plan, planFile, {
    python,
    cores,
    onNote: (text) => terminal.print(asSentence(text)),
    executorProfile: request.executorProfile,
    atOnce: request.jobs,
  });
  const stopped = onSignals(() => workflow.stop());
  const slots = request.executorProfile === undefined ? cores : undefined;
  const states = await watch(plan, workflow.ended, terminal, slots);
  const ending = await workflow.ended;
  stopped.off();
  rmSync(planFile, { force: true });
  terminal.clear();
  if (ending.holder !== undefined)
    throw new UserError(
      `Expected to be the only sweep over ${plan.runs} but found another at work (${ending.holder}): wait for ` +
        "it, or stop it with Ctrl-C where it runs.",
    );
  return report(plan, states, ending, stopped.signal());
}

/** Shows the progress until Snakemake has ended; returns the last states. */
async function watch(
  plan: SweepPlan,
  ended: Promise<Ending>,
  terminal: StatusLines,
  slots: number | undefined,
): Promise<readonly JobState[]> {
  let states = readStates(plan);
  const look = () => {
    const now = readStates(plan, states);
    for (const line of news(states, now)) terminal.print(line);
    states = now;
    const running = now.filter(({ status }) => status === "running");
    terminal.update([...runningLines(now).slice(0, 12), totalLine(now, slots ?? running.length)]);
  };
  // The gathering reports a record that turns out damaged meanwhile.
  const quietly = () => {
    try {
      look();
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
    }
  };
  const timer = setInterval(quietly, 1000);
  await ended.finally(() => clearInterval(timer));
  quietly();
  return states;
}

function report(plan: SweepPlan, states: readonly JobState[], ending: Ending, signal: string | undefined): number {
  const shown = (file: string) => relative(process.cwd(), file) || file;
  const missing = states.filter(({ status }) => status !== "finished");
  const killed = signal ?? ending.signal;
  if (killed !== undefined) {
    console.log(
      `Stopped by ${killed} with ${states.length - missing.length} of ${states.length} runs done: the same ` +
        "command goes on from here.",
    );
    return signal === undefined ? 1 : 130;
  }
  // Even when some failed: the runs that are there count.
  const trouble = attempt(() => {
    const table = gather(plan);
    if (table.rows.length > 0)
      console.log(`\n${tableText(table)}\n\nFigure and table: ${shown(join(folderOf(plan), "index.html"))}`);
  });
  const afterwards = states.filter(({ status, message }) => status === "finished" && message !== "");
  for (const { job, message } of afterwards)
    console.error(
      `${jobName(job)}: the run is finished and counts, but a later cell of its notebook failed: ${message}\n  ` +
        `log: ${shown(join(sweepJobFolder(plan.runs, job), "log.txt"))}`,
    );
  if (missing.length === 0 && ending.code === 0 && !trouble) return afterwards.length === 0 ? 0 : 1;
  let explained = trouble !== undefined;
  for (const { job, message, attempt: times } of missing) {
    const why = message || ending.failures.get(`${job.part}/${job.run}`);
    if (why)
      console.error(
        `${jobName(job)} failed ${times > 1 ? `${times} times` : "once"}: ${why}\n  log: ` +
          `${shown(join(sweepJobFolder(plan.runs, job), "log.txt"))}`,
      );
    explained ||= Boolean(why);
  }
  if (!explained)
    console.error(
      `Snakemake ended with exit code ${ending.code}: ${reason(ending.tail)}\n  log: ` +
        `${shown(join(folderOf(plan), "snakemake.log"))}`,
    );
  if (trouble) console.error(trouble);
  if (missing.length > 0)
    console.error(
      `${missing.length} of ${states.length} runs are missing: mend what the log says; the same command runs ` +
        "only what is missing.",
    );
  return 1;
}

/** Does `work`; returns the sentence for the user when it fails, as with a damaged record or a full disk. */
function attempt(work: () => void): string | undefined {
  try {
    work();
    return undefined;
  } catch (error) {
    if (error instanceof UserError) return error.message;
    if (!(error instanceof Error && error.cause)) throw error;
    return `The records are kept, but there is no table: ${error.message}`;
  }
}

/** The line in which Snakemake says what is wrong. */
function reason(tail: readonly string[]): string {
  const at = tail.findIndex((line) => /error|exception|invalid|not found|unrecognized/i.test(line));
  return at < 0
    ? (tail.at(-1) ?? "it said nothing")
    : tail
        .slice(at, at + 3)
        .map((line) => line.trim())
        .join(" ");
}

/** Calls `react` at the first signal that asks this process to end. */
function onSignals(react: () => void): { readonly off: () => void; readonly signal: () => string | undefined } {
  let first: string | undefined;
  const names = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
  const heard = (name: string) => {
    if (first === undefined) react();
    first ??= name;
  };
  for (const name of names) process.on(name, heard);
  return { off: () => names.forEach((name) => process.off(name, heard)), signal: () => first };
}
