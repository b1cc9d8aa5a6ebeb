import { existsSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { itemAt } from "../../src/base/item-at";
import { count, percent, roughDuration } from "../../src/base/text";
import { sweepJobFolder } from "../../src/runs/places";
import { readLive } from "../../src/runs/record-file";
import { type Job, readFinished, readJson, recordFile, type SweepPlan } from "./plan";

/** Where one job of a sweep stands. */
export interface JobState {
  readonly job: Job;
  readonly status: "queued" | "running" | "failed" | "finished";
  /** The number of the attempt, from 1; 0 before the first. */
  readonly attempt: number;
  /** Why the last attempt failed; for a finished run, why a later cell of its notebook failed. */
  readonly message: string;
  readonly iteration: number;
  readonly iterations: number;
  /** Seconds left: for a running job as its training says, for a finished one 0. */
  readonly etaSeconds?: number | undefined;
  /** Of a finished run: minutes, and test accuracy in [0, 1]. */
  readonly minutes?: number;
  readonly test?: number;
}

/** What job.py writes into `state.json`. */
interface StateFile {
  readonly sweep: string;
  readonly status: "running" | "failed" | "stopped" | "finished";
  readonly attempt: number;
  readonly message: string;
  /** Seconds since 1970. */
  readonly time?: number;
}

/** Reads where all jobs stand; `before` is the last result, whose finished jobs are not read again. */
export function readStates(plan: SweepPlan, before: readonly JobState[] = []): JobState[] {
  return plan.jobs.map((job, i) => {
    const last = before[i];
    return last?.status === "finished" ? last : readState(plan, job);
  });
}

function readState(plan: SweepPlan, job: Job): JobState {
  const nothing = { job, attempt: 0, message: "", iteration: 0, iterations: 0 };
  const state = readJson(join(sweepJobFolder(plan.runs, job), "state.json")) as StateFile | undefined;
  const cutOff = state?.status === "running" || state?.status === "stopped";
  if (!cutOff && existsSync(recordFile(plan, job)))
    return finished(plan, job, state?.sweep === plan.id ? state.message : "");
  if (state?.sweep !== plan.id) return { ...nothing, status: "queued" };
  const { attempt, message } = state;
  const file = join(plan.runs, job.part, job.run, "live.json");
  // A file of an earlier attempt says nothing about this one.
  const current =
    state.status !== "running" || (statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0) >= 1000 * (state.time ?? 0);
  const live = current ? readLive(dirname(file)) : undefined;
  const { iteration = 0, iterations = 0, etaSeconds } = live?.progress ?? {};
  if (state.status === "running")
    return {
      job,
      status: "running",
      attempt,
      message: "",
      iteration,
      iterations,
      etaSeconds,
    };
  return { job, status: state.status === "failed" ? "failed" : "queued", attempt, message, iteration, iterations };
}

function finished(plan: SweepPlan, job: Job, message: string): JobState {
  const { final, minutes, config } = readFinished(plan, job)!;
  const { iterations } = config;
  return {
    job,
    status: "finished",
    attempt: 0,
    message,
    iteration: iterations,
    iterations,
    etaSeconds: 0,
    minutes: minutes.training + minutes.evaluation,
    test: final!.test.accuracy,
  };
}

/**
 * Seconds until all jobs are done, if the next one always starts where cores become free first; undefined while nothing
 * is known of a part. A failed job counts as one that runs again.
 */
export function remaining(states: readonly JobState[], cores: number): number | undefined {
  const free = Array.from({ length: Math.max(1, cores) }, () => 0);
  const known = (part: string) => {
    const minutes = states
      .filter((state) => state.job.part === part && state.minutes !== undefined)
      .map((state) => state.minutes!);
    if (minutes.length > 0) return (60 * minutes.reduce((sum, value) => sum + value, 0)) / minutes.length;
    const running = states.find(
      (state) =>
        state.job.part === part && state.status === "running" && state.etaSeconds !== undefined && state.iteration > 0,
    );
    return running && (running.etaSeconds! * running.iterations) / Math.max(1, running.iterations - running.iteration);
  };
  const take = (job: Job, seconds: number) => {
    free.sort((a, b) => a - b);
    const taken = Math.min(job.cores, free.length);
    const end = itemAt(free, taken - 1) + seconds;
    free.fill(end, 0, taken);
  };
  const waiting = states.filter(({ status }) => status === "queued" || status === "failed");
  for (const state of [...states.filter(({ status }) => status === "running"), ...waiting]) {
    const seconds = state.status === "running" && state.iteration > 0 ? state.etaSeconds : known(state.job.part);
    if (seconds === undefined) return undefined;
    take(state.job, seconds);
  }
  return Math.max(...free);
}

/** A job's name for a reader: "h6-1b seed 2 batchSize=50". */
export const jobName = ({ part, seed, set }: Job) => `${part} seed ${seed}${set ? ` ${set}` : ""}`;

/** One line per running job. */
export function runningLines(states: readonly JobState[]): string[] {
  return states
    .filter(({ status }) => status === "running")
    .map((state) => {
      const done =
        state.iterations > 0 && state.iteration >= state.iterations
          ? "trained, on with the notebook"
          : state.iterations > 0
            ? `${count(state.iteration)} of ${count(state.iterations)} iterations`
            : "starting";
      const eta =
        state.etaSeconds === undefined || state.iteration === 0 || state.iteration >= state.iterations
          ? ""
          : `, ${roughDuration(state.etaSeconds)} left`;
      return `  ${jobName(state.job)}: ${done}${eta}${state.attempt > 1 ? ` (attempt ${state.attempt})` : ""}`;
    });
}

/** How many jobs are done, are running and have failed, and how long the rest takes, in one line. */
export function totalLine(states: readonly JobState[], cores: number): string {
  const having = (status: JobState["status"]) => states.filter((state) => state.status === status).length;
  const left = remaining(states, cores);
  const failed = having("failed");
  const parts = [`${having("finished")} of ${states.length} runs done`, `${having("running")} running`];
  if (failed > 0) parts.push(`${failed} failed`);
  if (having("finished") < states.length)
    parts.push(left === undefined ? "time left not known yet" : `about ${roughDuration(left)} left`);
  return parts.join(", ");
}

/** What happened between two looks: a line for each job that finished or failed. */
export function news(before: readonly JobState[], now: readonly JobState[]): string[] {
  return now.flatMap((state, i) => {
    const old = before[i];
    if (state.status === "finished" && old?.status !== "finished")
      return [
        `${jobName(state.job)}: ${percent(state.test ?? 0)} of the test examples, ${state.minutes!.toFixed(1)} min`,
      ];
    if (state.status === "failed" && (old?.status !== "failed" || old.attempt !== state.attempt))
      return [`${jobName(state.job)} failed (attempt ${state.attempt} of 3): ${state.message}`];
    return [];
  });
}
