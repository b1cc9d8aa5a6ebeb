import type * as TypeScript from "@tslab/typescript-for-tslab";
import type { Executor } from "tslab/dist/executor";
import { represent } from "../../src/notebook/represent";
import { Cell, latestCell, runningCell, type Publish } from "./cell";
import type { Compiler } from "./compiler";
import { describeDiagnostics } from "./diagnostics";
import { CellEntry } from "./log";
import { nameNextScript, scriptName } from "./script";
import { showsResult } from "./syntax";
import { describeError, type Failure } from "./traceback";

export interface ExecuteRequest {
  readonly code: string;
  readonly silent?: boolean;
  readonly store_history?: boolean;
  readonly stop_on_error?: boolean;
}

export type ExecuteReply = { readonly execution_count: number } & (
  | { readonly status: "ok"; readonly payload: readonly object[]; readonly user_expressions: object }
  | ({ readonly status: "error" } & Failure)
);

/** How long an interrupted cell whose code wants to end by itself may take before it is cut off. */
const graceMs = 5000;

/** The cells of one kernel: runs them one after the other and knows which of them went wrong. */
export class Session {
  /** Set by an interrupt: the requests that wait behind the cell are to be aborted. */
  interrupted = false;
  private executor!: Executor;
  private count = 0;
  private cell: Cell | undefined;
  private result: unknown;
  private thrown: { readonly error: unknown } | undefined;
  /**
   * Failures of cells that had already ended, to be reported by the next cell: a run from top to bottom must not pass.
   */
  private readonly late: Failure[] = [];

  constructor(
    private readonly ts: typeof TypeScript,
    private readonly compiler: Compiler,
    private readonly cwd: string,
  ) {
    const { createExecutor } = require("tslab/dist/executor") as typeof import("tslab/dist/executor");
    this.executor = createExecutor(cwd, compiler, {
      log: (value: unknown) => {
        this.result = value;
      },
      // tslab prints diagnostics through this as well: with a format, and they are in `compiler` already.
      error: (...values: unknown[]) => {
        if (values.length === 1) this.thrown = { error: values[0] };
      },
    });
    process.on("uncaughtException", (error) => this.failOutside(error));
    process.on("unhandledRejection", (error) => this.failOutside(error));
  }

  get tslab(): Executor {
    return this.executor;
  }

  /** Runs one cell; its output, result and error go out through `publish`. */
  async execute(request: ExecuteRequest, publish: Publish): Promise<ExecuteReply> {
    const stored = !request.silent && request.store_history !== false;
    if (stored || this.count === 0) this.count++;
    const entry = stored ? new CellEntry(this.count, request.code) : undefined;
    const published: Publish = (type, content) => {
      entry?.take(type, content);
      publish(type, content);
    };
    const cell = new Cell(this.count, request.code, request.silent ? () => {} : published);
    if (!request.silent) publish("execute_input", { code: request.code, execution_count: this.count });
    this.cell = cell;
    this.interrupted = false;
    try {
      const failure = await cell.run(() => this.runCell(cell, request.silent === true));
      if (failure && !cell.failed) this.report(cell, failure);
      await cell.drained();
      entry?.end(failure ? "error" : "ok");
      return failure
        ? { status: "error", execution_count: this.count, ...failure }
        : { status: "ok", execution_count: this.count, payload: [], user_expressions: {} };
    } finally {
      cell.ended = true;
      this.cell = undefined;
    }
  }

  private async runCell(cell: Cell, silent: boolean): Promise<Failure | undefined> {
    this.result = this.thrown = undefined;
    this.compiler.diagnostics = [];
    nameNextScript(cell.count, cell.source);
    let ok: boolean;
    try {
      ok = await this.executor.execute(cell.source);
    } catch (error) {
      // tslab itself failed, not the cell.
      return describeError(error);
    }
    if (this.compiler.diagnostics.length > 0)
      return describeDiagnostics(this.compiler.diagnostics, { count: cell.count, source: cell.source, cwd: this.cwd });
    const thrown = this.thrown as { readonly error: unknown } | undefined;
    this.compiler.settle(ok, this.executor.locals);
    if (!ok) return thrown && !isInterrupt(thrown.error) ? describeError(thrown.error) : interruptedFailure;
    const result = this.result;
    this.result = undefined;
    if (result !== undefined && !silent && showsResult(this.ts, cell.source)) {
      try {
        cell.show("execute_result", { execution_count: cell.count, metadata: {}, ...(await represent(result)) });
      } catch (error) {
        return describeError(error);
      }
    }
    // A promise that was rejected in this cell and that nobody awaits is known only when the loop has turned.
    await cell.drained();
    for (let turn = 0; turn < 2; turn++) await new Promise((resolve) => setImmediate(resolve));
    return this.failures.get(cell) ?? this.late.shift();
  }

  private readonly failures = new WeakMap<Cell, Failure>();

  /** An error that no cell's own promise carries: thrown in a callback, or a rejection that nobody awaits. */
  private failOutside(error: unknown): void {
    const cell = runningCell() ?? cellInStack(error, this.cell) ?? this.cell ?? latestCell();
    if (!cell || cell.cancelled || isOurs(error)) return;
    const failure = describeError(error);
    if (cell.ended) {
      const traceback = [...failure.traceback];
      traceback[0] += ` (in cell [${cell.count}], after it had ended: nobody awaits the promise or callback that failed)`;
      this.late.push({ ...failure, traceback });
    } else if (!this.failures.has(cell)) this.failures.set(cell, failure);
    this.report(cell, failure);
  }

  private report(cell: Cell, failure: Failure): void {
    cell.failed ||= !cell.ended;
    const { ename, evalue, traceback } = failure;
    cell.show("error", { ename, evalue, traceback });
  }

  /**
   * Stops the running cell. Code that registered for it (a training loop) ends by itself; all other code is cut off:
   * the cell ends, its timers no longer fire and its output is dropped.
   */
  interrupt(): void {
    const cell = this.cell;
    if (!cell) return;
    this.interrupted = true;
    const again = cell.interrupted;
    cell.interrupted = true;
    const endsByItself = cell.interruptHandlers.size > 0;
    const cutOff = () => {
      if (cell.ended) return;
      this.executor.interrupt();
      cell.flush();
      // What has registered still has locks to release and files to close: it may run on, unheard.
      if (!endsByItself) plainImmediate(() => (cell.cancelled = true));
    };
    if (again || !endsByItself) return cutOff();
    for (const handler of [...cell.interruptHandlers]) cell.run(handler);
    plainTimeout(cutOff, graceMs).unref();
  }

  close(): void {
    this.executor.close();
  }
}

// Before timers are tied to cells.
const plainTimeout = setTimeout;
const plainImmediate = setImmediate;

const interruptedFailure: Failure = {
  ename: "Interrupted",
  evalue: "the cell was stopped",
  traceback: ["Interrupted: the cell was stopped; all variables of earlier cells are kept"],
};

function isInterrupt(error: unknown): boolean {
  const { code, message } = (error ?? {}) as { code?: unknown; message?: unknown };
  return code === "ERR_SCRIPT_EXECUTION_INTERRUPTED" || message === "Interrupted asynchronously";
}

function cellInStack(error: unknown, running: Cell | undefined): Cell | undefined {
  return running && error instanceof Error && error.stack?.includes(`${scriptName(running.count)}:`)
    ? running
    : undefined;
}

/** An error of the kernel itself says nothing about a cell. */
function isOurs(error: unknown): boolean {
  const stack = error instanceof Error ? (error.stack ?? "") : "";
  return !/cell\[\d+\]/.test(stack) && (stack.includes(__dirname) || stack.includes("typescript-for-tslab"));
}
