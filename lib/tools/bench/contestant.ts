import { type ChildProcess, spawn } from "node:child_process";
import { createInterface, type Interface } from "node:readline";
import { inherited } from "../../src/base/environment";
import type { Setting } from "./settings";

/** What a process says about itself once it is warm. */
export interface Readiness {
  readonly version: string;
  readonly threads: string;
}

/** A setting in its process, which is idle until it is asked for some steps. */
export class Contestant {
  readonly #child: ChildProcess;
  readonly #answers: AsyncIterator<string>;
  readonly #lines: Interface;
  #complaint = "";

  constructor(setting: Pick<Setting, "command" | "environment">) {
    const [program, ...args] = setting.command;
    this.#child = spawn(program, args, {
      env: inherited(setting.environment),
      stdio: ["pipe", "pipe", "pipe"],
    });
    this.#child.stderr!.on("data", (data) => (this.#complaint = (this.#complaint + data).slice(-4000)));
    this.#child.on("error", (error) => (this.#complaint += error.message));
    this.#child.stdin!.on("error", () => {}); // The missing answer shows that it has ended.
    this.#lines = createInterface({ input: this.#child.stdout! });
    this.#answers = this.#lines[Symbol.asyncIterator]();
  }

  /**
   * Waits until the process has made its first steps.
   *
   * @throws Error With the process' last words, when it ends instead.
   */
  async ready(): Promise<Readiness> {
    return (await this.#answer("ready")) as Readiness;
  }

  /**
   * Milliseconds per step over `steps` steps.
   *
   * @throws Error When the process ends, or gives no time.
   */
  async measure(steps: number): Promise<number> {
    this.#child.stdin!.write(`${steps}\n`);
    const ms = (await this.#answer("ms")) as number;
    if (!(ms > 0)) throw new Error(`Expected a time above 0 but found ${ms}: measure again.`);
    return ms;
  }

  stop(): void {
    this.#lines.close();
    this.#child.kill("SIGKILL");
  }

  async #answer(key: "ready" | "ms"): Promise<unknown> {
    for (;;) {
      const { value, done } = await this.#answers.next();
      if (done) throw new Error(lastWords(this.#complaint));
      if (value.startsWith(`{"${key}"`)) return JSON.parse(value)[key];
    }
  }
}

function lastWords(text: string): string {
  const lines = text.split("\n").filter((line) => line.trim() !== "" && !/^\s*(WARNING|[IW]\d{4})/.test(line));
  return lines.at(-1)?.trim() ?? "the process ended without a word";
}
