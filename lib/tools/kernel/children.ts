import childProcess from "node:child_process";
import { syncBuiltinESMExports } from "node:module";
import { isObject } from "../../src/base/is-object";
import { entryOf } from "../../src/base/item-at";
import { runningCell } from "./cell";

type Name = "stdout" | "stderr";

interface SpawnOptions {
  readonly stdio?: string | readonly unknown[] | null;
}

/**
 * Shows in the cell what a program writes that the cell starts with `stdio: "inherit"` or by `fork`. Otherwise its
 * output would go past the kernel, to the terminal that Jupyter was started from.
 */
export function captureChildren(): void {
  const prototype = childProcess.ChildProcess.prototype as unknown as {
    spawn(options: SpawnOptions): unknown;
  };
  const spawn = prototype.spawn;
  prototype.spawn = function (this: childProcess.ChildProcess, options) {
    const { stdio, captured } = capture(options.stdio);
    const result = spawn.call(this, captured.length > 0 ? { ...options, stdio } : options);
    // It may write after the cell has ended.
    const ended = runningCell()?.works(() => this.exitCode === null && this.signalCode === null);
    if (ended) this.once("close", ended);
    for (const [index, name] of captured) {
      this.stdio[index]?.on("data", (chunk: Buffer) => process[name].write(chunk));
      // As it would be without the kernel: there is nothing to read.
      if (index < 3)
        Object.defineProperty(this, index === 1 ? "stdout" : "stderr", { value: null, configurable: true });
    }
    return result;
  };

  const child = childProcess as unknown as Record<string, Start>;
  child.spawnSync = sharing(entryOf(child, "spawnSync"), (start, { stdio, captured }) => {
    const result = start({ stdio, maxBuffer: Number.POSITIVE_INFINITY }) as childProcess.SpawnSyncReturns<Buffer>;
    show(captured, result.output);
    // As it would be without the kernel: there is nothing to read.
    const output = result.output?.map((one, i) => (captured.some(([index]) => index === i) ? null : one)) ?? null;
    return Object.assign(result, { output, stdout: output?.[1] ?? null, stderr: output?.[2] ?? null });
  });
  for (const name of ["execSync", "execFileSync"]) {
    child[name] = sharing(entryOf(child, name), (start, { stdio, captured }) => {
      const [toOut, toErr] = [1, 2].map((place) => captured.find(([index]) => index === place));
      try {
        // Without the setting, Node itself passes on what the program writes to stderr.
        const out = start({ stdio: toErr?.[1] === "stderr" ? undefined : stdio, maxBuffer: Number.POSITIVE_INFINITY });
        if (toOut) show([toOut], [null, out]);
        return toOut || stdio[1] !== "pipe" ? null : out;
      } catch (error) {
        if (toOut) show([toOut], (error as { readonly output?: readonly unknown[] }).output);
        throw error;
      }
    });
  }
  syncBuiltinESMExports();
}

type Start = (...values: unknown[]) => unknown;

interface Capture {
  readonly stdio: readonly unknown[];
  readonly captured: readonly (readonly [number, Name])[];
}

/** A synchronous start whose streams go through the kernel where the program was to share ours. */
function sharing(original: Start, run: (start: (changes: object) => unknown, capture: Capture) => unknown): Start {
  return (...values) => {
    const at = values.findIndex(isObject);
    const options = values[at] as SpawnOptions | undefined;
    const found = capture(options?.stdio);
    if (found.captured.length === 0) return original(...values);
    return run((changes) => original(...values.map((one, i) => (i === at ? { ...options, ...changes } : one))), found);
  };
}

function show(captured: Capture["captured"], output: readonly unknown[] | null | undefined): void {
  for (const [index, name] of captured) {
    const text = output?.[index];
    if (text) process[name].write(text as Buffer);
  }
}

/** The setting `stdio` with a pipe for each of our two streams that a child was to share, and where each pipe goes. */
function capture(stdio: SpawnOptions["stdio"]): Capture {
  if (stdio === undefined || stdio === null) return { stdio: [], captured: [] };
  const all: unknown[] = typeof stdio === "string" ? [stdio, stdio, stdio] : [...stdio];
  const captured: (readonly [number, Name])[] = [];
  all.forEach((one, index) => {
    const target = one === "inherit" ? index : one === process.stdout ? 1 : one === process.stderr ? 2 : one;
    if (target !== 1 && target !== 2) return;
    captured.push([index, target === 1 ? "stdout" : "stderr"]);
    all[index] = "pipe";
  });
  return { stdio: all, captured };
}
