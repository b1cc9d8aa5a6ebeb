import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { inherited } from "../../src/base/environment";
import { readNotebook, writeNotebook } from "./notebook";
import { withNotedOutputs } from "./outputs";
import { root } from "./places";

/** How the execution of one notebook ended. */
export interface Outcome {
  readonly status: "finished" | "failed" | "died" | "stopped" | "unusable";
  /** Code cells that were started. */
  readonly cell: number;
  readonly seconds: number;
  /** One sentence with cell, line and error; absent when finished. */
  readonly message?: string;
}

/** How a notebook is executed. */
export interface ExecuteOptions {
  /** Program and first arguments of the runner, default `lib/tools/notebooks/execute.py` in the project's Python. */
  readonly runner?: readonly string[];
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly kernel?: string;
  /** Working folder of the kernel, default `notebooks/`, where `deepnets` can be imported. */
  readonly cwd?: string;
  /** Called when cell `cell` of `cells` starts. */
  readonly onCell?: (cell: number, cells: number) => void;
  /** Called with what the kernel wrote to stderr outside the notebook. */
  readonly onStderr?: (text: string) => void;
  /** Called with the process id of the runner. */
  readonly onStart?: (pid: number) => void;
  /** Stops the notebook: the running cell is interrupted, then the kernel ends. */
  readonly signal?: AbortSignal;
}

/**
 * Runs `source` in a fresh kernel and leaves the executed notebook, saved after every cell, in `target`. Each cell that
 * ran carries a note of its source and, once the runner has ended, of its outputs. A cell that fails is an outcome, not
 * an error.
 *
 * @param source Path of the notebook.
 * @param target Path of its executed copy.
 * @throws Error When the runner cannot be started, or the executed notebook cannot be read.
 * @example
 * const env = { DEEPNETS_PROFILE: "quick" };
 * const outcome = await executeNotebook("notebooks/h6-1a-linear.ipynb", "/tmp/out.ipynb", { env });
 * if (outcome.status !== "finished") console.error(outcome.message);
 */
export function executeNotebook(source: string, target: string, options: ExecuteOptions = {}): Promise<Outcome> {
  const started = Date.now();
  const [program, ...first] = options.runner ?? [
    join(root, ".venv/bin/python"),
    join(root, "lib/tools/notebooks/execute.py"),
    "--with-parent",
  ];
  const args = [...first, source, target];
  if (options.cwd) args.push("--cwd", options.cwd);
  if (options.kernel) args.push("--kernel", options.kernel);
  return new Promise((done, fail) => {
    const child = spawn(program!, args, {
      stdio: ["ignore", "pipe", "pipe"],
      env: inherited({ ...options.env, DEEPNETS_PARENT: String(process.pid) }),
    });
    const stop = () => child.kill(child.killed ? "SIGKILL" : "SIGTERM");
    let cell = 0;
    let end: Pick<Outcome, "status" | "message"> | undefined;
    let stderr = "";
    let rest = "";
    const take = (line: string) => {
      const [, word, value] = /^(\w+) (.*)$/.exec(line) ?? [];
      if (word === "cell") {
        const [k, n] = value!.split("/").map(Number) as [number, number];
        cell = k;
        options.onCell?.(k, n);
      } else if (word === "finished") end = { status: "finished" };
      else if (word === "failed" || word === "died" || word === "stopped") {
        const said = JSON.parse(value!) as { message: string; stderr?: string[] };
        if (said.stderr?.length) options.onStderr?.(said.stderr.join("\n"));
        end = { status: word, message: said.message };
      }
    };
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      const lines = (rest + text).split("\n");
      rest = lines.pop()!;
      lines.forEach(take);
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
    child.on("spawn", () => options.onStart?.(child.pid!));
    child.on("error", (error) =>
      fail(new Error(`Expected a Python environment in .venv but found none (${error.message}): run npm run doctor.`)),
    );
    child.on("close", (code, signal) => {
      options.signal?.removeEventListener("abort", stop);
      const last = stderr.trim().split("\n").at(-1);
      const lost = signal ? `its runner was ended by ${signal}` : last || `its runner ended with exit code ${code}`;
      if (end && stderr.trim()) options.onStderr?.(stderr.trim());
      const unusable = {
        status: options.signal?.aborted ? ("stopped" as const) : ("unusable" as const),
        message: lost,
      };
      const outcome = { ...(end ?? unusable), cell, seconds: (Date.now() - started) / 1000 };
      try {
        if (end && existsSync(target)) writeNotebook(target, withNotedOutputs(readNotebook(target)));
        done(outcome);
      } catch (error) {
        fail(error as Error);
      }
    });
    if (options.signal?.aborted) stop();
    options.signal?.addEventListener("abort", stop);
  });
}
