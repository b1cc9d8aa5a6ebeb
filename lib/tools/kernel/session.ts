import { represent } from "../../src/notebook/represent";
import { Cell, latestCell, type Publish, runningCell } from "./cell";
import type { Compiler } from "./compiler";
import { describeDiagnostics } from "./diagnostics";
import { CellEntry } from "./log";
import type { Runner } from "./runner";
import { scriptName } from "./script";
import type { FrontEnd } from "./server";
import { moduleName } from "./syntax";
import { describeError, type Failure } from "./traceback";
import { wellFormed } from "./well-formed";

/** The content of an `execute_request`, with the names of Jupyter's protocol. */
export interface ExecuteRequest {
  readonly code: string;
  readonly silent?: boolean;
  readonly store_history?: boolean;
  readonly stop_on_error?: boolean;
  readonly allow_stdin?: boolean;
}

/** The content of the reply to it. */
export type ExecuteReply = { readonly execution_count: number } & (
  | { readonly status: "ok"; readonly payload: readonly object[]; readonly user_expressions: object }
  | ({ readonly status: "error" } & Failure)
);

/** How long an interrupted cell that ends by itself may take before it is cut off, in milliseconds. */
const graceMs = 5000;

/** The cells of one kernel: runs them one after the other and knows which of them failed. */
export class Session {
  /** Set by an interrupt: the requests that wait behind the cell are to be aborted. */
  interrupted = false;
  readonly compiler: Compiler;
  readonly #runner: Runner;
  readonly #cwd: string;
  #count = 0;
  #cell: Cell | undefined;
  /**
   * Late failures of cells that had ended. The next cell reports them, so that a run from top to bottom fails.
   */
  readonly #late: Failure[] = [];
  readonly #failures = new WeakMap<Cell, Failure>();

  constructor(compiler: Compiler, runner: Runner, cwd: string) {
    this.compiler = compiler;
    this.#runner = runner;
    this.#cwd = cwd;
    process.on("uncaughtException", (error) => this.#failOutside(error));
    process.on("unhandledRejection", (error) => this.#failOutside(error));
  }

  /** Runs one cell; its output, result and error go out to the front end. */
  async execute(request: ExecuteRequest, { publish, ask }: FrontEnd): Promise<ExecuteReply> {
    const stored = !request.silent && request.store_history !== false;
    if (stored || this.#count === 0) this.#count++;
    const entry = stored ? new CellEntry(this.#count, request.code) : undefined;
    const published: Publish = (type, content) => {
      const whole = wellFormed(content);
      entry?.take(type, whole);
      publish(type, whole);
    };
    const cell = new Cell({
      count: this.#count,
      source: request.code,
      publish: request.silent ? () => {} : published,
    });
    if (request.allow_stdin) cell.input = ask;
    cell.fail = (error) => cell === this.#cell && this.#runner.fail(error);
    if (!request.silent) publish("execute_input", { code: request.code, execution_count: this.#count });
    this.#cell = cell;
    this.interrupted = false;
    try {
      const failure = await cell.run(() => this.#runCell(cell, request.silent === true));
      if (failure && !cell.failed) this.#report(cell, failure);
      await cell.drained();
      entry?.end(failure ? "error" : "ok");
      return failure
        ? { status: "error", execution_count: this.#count, ...failure }
        : { status: "ok", execution_count: this.#count, payload: [], user_expressions: {} };
    } finally {
      cell.ended = true;
      this.#cell = undefined;
    }
  }

  async #runCell(cell: Cell, silent: boolean): Promise<Failure | undefined> {
    const { count, source } = cell;
    const name = moduleName(source);
    if (name !== undefined) {
      const diagnostics = this.compiler.addModule(name, source);
      return diagnostics.length > 0 ? describeDiagnostics(diagnostics, { count, source, cwd: this.#cwd }) : undefined;
    }
    let compiled: ReturnType<Compiler["compile"]>;
    try {
      compiled = this.compiler.compile(source);
    } catch (error) {
      // The compiler itself failed, not the cell.
      return describeError(error);
    }
    if ("diagnostics" in compiled) return describeDiagnostics(compiled.diagnostics, { count, source, cwd: this.#cwd });
    const outcome = await this.#runner.run(compiled, scriptName(count));
    const ok = outcome.kind === "value" || outcome.kind === "nothing";
    this.compiler.settle(ok, (one) => this.#runner.holds(one));
    if (outcome.kind === "interrupted") return interruptedFailure;
    if (outcome.kind === "thrown") return describeError(outcome.error);
    if (outcome.kind === "value" && outcome.value !== undefined && !silent) {
      try {
        const shown = await cell.orCutOff(represent(outcome.value));
        if (shown) cell.show("execute_result", { execution_count: count, metadata: {}, ...shown });
      } catch (error) {
        return describeError(error);
      }
    }
    // A rejected promise that nobody awaits becomes known only after a turn of the event loop.
    await cell.drained();
    if (cell.isCutOff) return interruptedFailure;
    for (let turn = 0; turn < 2; turn++) await new Promise((resolve) => setImmediate(resolve));
    return this.#failures.get(cell) ?? this.#late.shift();
  }

  /** An error that no cell's own promise carries: thrown in a callback, or a rejection that nobody awaits. */
  #failOutside(error: unknown): void {
    const cell = runningCell() ?? cellInStack(error, this.#cell) ?? this.#cell ?? latestCell();
    if (!cell || cell.cancelled || isOurs(error)) return;
    const failure = describeError(error);
    if (cell.ended) {
      const traceback = [...failure.traceback];
      const why = "nobody awaits the promise or callback that failed";
      traceback[0] += ` (in cell [${cell.count}], after it had ended: ${why})`;
      this.#late.push({ ...failure, traceback });
    } else if (!this.#failures.has(cell)) this.#failures.set(cell, failure);
    this.#report(cell, failure);
  }

  #report(cell: Cell, failure: Failure): void {
    cell.failed ||= !cell.ended;
    const { ename, evalue, traceback } = failure;
    cell.show("error", { ename, evalue, traceback });
  }

  /**
   * Stops the running cell. Code that registered for it (a training loop) ends by itself; all other code is cut off:
   * the cell ends, its timers no longer fire and its output is dropped.
   */
  interrupt(): void {
    const cell = this.#cell;
    if (!cell) return;
    this.interrupted = true;
    const again = cell.interrupted;
    cell.interrupted = true;
    const endsByItself = cell.interruptHandlers.size > 0;
    const cutOff = () => {
      if (cell.ended) return;
      this.#runner.interrupt();
      cell.cutOff();
      // Registered code still has to release locks and close files: it runs on without output.
      if (!endsByItself) plainImmediate(() => (cell.cancelled = true));
    };
    if (again || !endsByItself) {
      cutOff();
      return;
    }
    for (const handler of [...cell.interruptHandlers]) cell.run(handler);
    plainTimeout(cutOff, graceMs).unref();
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

function cellInStack(error: unknown, running: Cell | undefined): Cell | undefined {
  return running && error instanceof Error && error.stack?.includes(`${scriptName(running.count)}:`)
    ? running
    : undefined;
}

/** An error in the kernel itself, not in a cell. */
function isOurs(error: unknown): boolean {
  const stack = error instanceof Error ? (error.stack ?? "") : "";
  return !/cell\[\d+\]/.test(stack) && (stack.includes(__dirname) || stack.includes("/node_modules/typescript/"));
}
