import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { jupyterPath, python } from "./kernelspec";

/** What came of a cell. */
export interface Ran {
  readonly status: "ok" | "error" | "aborted" | "never ended";
  readonly ename?: string;
  readonly evalue?: string;
  /** Of the cell, counted from 1. */
  readonly line?: number;
  /** Until the reply; of an interrupted cell since the interrupt. */
  readonly seconds: number;
  readonly outputs: readonly { readonly kind: string; readonly text: string }[];
  /** The prompts of the input boxes that it opened. */
  readonly questions: readonly string[];
}

export interface Cell {
  readonly source: string;
  /** Interrupts the cell so many seconds after it was sent. */
  readonly stop?: number;
}

/** Runs cells one after the other in a fresh kernel. Without `answers` there is nobody to ask, as in a hand-in. */
export async function runCells(
  cells: readonly (Cell | string)[],
  { answers, cwd, node }: { readonly answers?: readonly string[]; readonly cwd?: string; readonly node?: string } = {},
): Promise<Ran[]> {
  const jupyter = jupyterPath(node === undefined ? {} : { node });
  const folder = mkdtempSync(join(tmpdir(), "deepnets-cells-"));
  const plan = {
    cells: cells.map((cell) => (typeof cell === "string" ? { source: cell } : cell)),
    answers: answers ?? null,
    cwd: cwd ?? folder,
  };
  try {
    return await new Promise((done, failed) => {
      const env = {
        ...process.env,
        JUPYTER_PATH: jupyter.folder,
        JUPYTER_PREFER_ENV_PATH: "0",
        PYTHONWARNINGS: "ignore",
      };
      const child = spawn(python, [join(import.meta.dirname, "cells.py")], { env, stdio: ["pipe", "pipe", "inherit"] });
      let text = "";
      child.stdout.on("data", (chunk) => (text += chunk));
      child.on("error", failed);
      child.on("close", () =>
        done(
          text
            .trim()
            .split("\n")
            .map((line) => JSON.parse(line) as Ran),
        ),
      );
      child.stdin.end(JSON.stringify(plan));
    });
  } finally {
    jupyter.remove();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The texts of one kind of output, joined: "stdout", "stderr", "execute_result", "error". */
export const textOf = (ran: Ran | undefined, kind: string): string =>
  (ran?.outputs ?? [])
    .filter((output) => output.kind === kind)
    .map(({ text }) => text)
    .join("");
