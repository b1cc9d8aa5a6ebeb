import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import { fromEnvironment } from "../../src/base/environment";
import { UserError } from "../../src/base/errors.cjs";
import { claimRuns } from "../../src/base/lock";
import { StatusLines } from "../../src/base/status-lines";
import { plural } from "../../src/base/text";
import { findPart, type Part, parts } from "../../src/parts";
import { runFolder } from "../../src/runs/places";
import { lockFolder } from "../notebooks/folder-lock";
import { quickNotice } from "../notebooks/notebook";
import { handinFolder } from "../notebooks/places";
import { finish } from "./finish";
import { runPart } from "./run-part";
import { type HandinPlan, runOf, type Session, saveReport, sweepUp } from "./session";

/** What `npm run handin` takes besides its options. */
export const words = "[PART ...]";

/** The options of `npm run handin`. */
export const options = {
  quick: { type: "boolean", help: "try everything in minutes, not for hand-in" },
  continue: { type: "boolean", help: "go on with an interrupted hand-in" },
  keep: { type: "boolean", help: "copy the executed notebooks back to notebooks/" },
} as const;

const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/**
 * `npm run handin`: runs the notebooks from scratch in fresh kernels, fills the numbers of the new records into their
 * prose, exports and checks them. When a notebook fails, the others still run, except those that read its records.
 *
 * @returns The exit code: 0 on success, 1 on failure, 130 when stopped.
 * @throws UserError When the arguments or the environment ask for what a hand-in cannot be, or another program is at
 *   work on its folder or its runs.
 */
export async function main(argv: string[]): Promise<number> {
  const plan = makePlan(argv);
  const folder = handinFolder();
  const lock = await lockFolder(folder);
  let unclaim = () => {};
  const stop = new AbortController();
  const abort = () => stop.abort();
  for (const signal of signals) process.on(signal, abort);
  try {
    unclaim = claimRuns(
      plan.chosen.filter(({ sheet }) => sheet).map((part) => runFolder(runOf(plan, part))),
      "hand-in",
    );
    return await handIn({
      plan,
      folder,
      lock,
      line: new StatusLines(),
      signal: stop.signal,
      reports: new Map(),
      renewed: new Set(),
    });
  } finally {
    for (const signal of signals) process.off(signal, abort);
    unclaim();
    lock.release();
  }
}

async function handIn(session: Session): Promise<number> {
  const { plan, folder, line, signal, reports } = session;
  const quick = plan.profile === "quick";
  sweepUp(folder);
  line.print(`Running ${plural(plan.chosen.length, "notebook")} into ${folder}${quick ? ` (${quickNotice})` : ""}`);
  saveReport(session);
  await inOrder(plan, async (part) => {
    if (signal.aborted) return;
    const report = await runPart(session, part);
    if (signal.aborted) return;
    reports.set(part.id, report);
    saveReport(session);
  });
  if (signal.aborted) {
    const goOn = `npm run handin -- ${quick ? "--quick " : ""}--continue`;
    line.print(`Stopped. What is finished is kept in ${folder}: ${goOn} goes on from here.`);
    return 130;
  }
  return (await finish(session)) ? 0 : 1;
}

/** Runs the chosen notebooks, `atOnce` at a time, each after those whose records it reads. */
async function inOrder({ chosen, atOnce }: HandinPlan, run: (part: Part) => Promise<void>): Promise<void> {
  // With two at a time, notebooks that need no records start first, so that no slot waits.
  const queue = atOnce > 1 ? [...chosen].sort((one, other) => one.needs.length - other.needs.length) : [...chosen];
  const ended = new Map<string, Promise<void>>();
  const work = async () => {
    for (let part = queue.shift(); part; part = queue.shift()) {
      const next = part;
      const ending = Promise.all(next.needs.map((id) => ended.get(id))).then(() => run(next));
      ended.set(next.id, ending);
      await ending;
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
}

function makePlan(argv: string[]): HandinPlan {
  const { values, positionals } = parseArgs({ args: argv, options, allowPositionals: true });
  const changed = fromEnvironment("DEEPNETS_SET");
  const ids = parts.map(({ id }) => id);
  const unknown = positionals.find((word) => !findPart(word));
  if (unknown !== undefined)
    throw new UserError(
      `Expected parts among ${ids.join(", ")} but found ${unknown}: name one of these, or none for all.`,
    );
  const profile = values.quick ? "quick" : (fromEnvironment("DEEPNETS_PROFILE") ?? "full");
  if (profile === "quick" && values.keep)
    throw new UserError(
      "Expected --keep with a full run but found a quick one, whose numbers are not for hand-in: leave out " +
        "--keep or --quick.",
    );
  if (changed)
    throw new UserError(
      `Expected the sheet's own settings but DEEPNETS_SET changes ${changed}: unset it, or use npm run sweep -- --set.`,
    );
  const seed = fromEnvironment("DEEPNETS_SEED") ?? 1;
  const named = positionals.map(findPart);
  const chosen = named.length > 0 ? parts.filter((part) => named.includes(part)) : parts;
  // A full run has the machine to itself, since its minutes are reported. In a quick one notebooks share it: while one
  // waits (a kernel starts, a picture is drawn), the other computes.
  const cores = availableParallelism();
  const atOnce = profile === "quick" ? Math.min(2, cores, chosen.length) : 1;
  const shared = atOnce > 1 && !fromEnvironment("DEEPNETS_THREADS");
  const threads = shared ? `${Math.floor(cores / atOnce)},1` : undefined;
  const { continue: resume = false, keep = false } = values;
  return { chosen, profile, seed, atOnce, threads, resume, keep };
}
