import { existsSync, readFileSync } from "node:fs";
import { explained } from "../../src/base/errors.cjs";
import { isObject } from "../../src/base/is-object";
import { isOutputsNote } from "../notebooks/cell";
import { cellLog } from "../notebooks/places";
import type { LoggedCell } from "./rules/rule";

/**
 * The kernel's log of the cells that ran in JupyterLab. Lines that are damaged or incomplete are skipped.
 *
 * @throws UserError When the log cannot be read.
 */
export function readCellLog(): LoggedCell[] {
  if (!existsSync(cellLog())) return [];
  return readLog()
    .split("\n")
    .flatMap((line) => {
      try {
        return toEntry(JSON.parse(line)) ?? [];
      } catch {
        return []; // the last line of a kernel that was killed
      }
    });
}

function readLog(): string {
  try {
    return readFileSync(cellLog(), "utf8");
  } catch (error) {
    throw explained(error, cellLog(), "read");
  }
}

function toEntry(value: unknown): LoggedCell | undefined {
  if (!isObject(value)) return undefined;
  const { kernel, notebook, count, sha256, outputs } = value as Partial<Record<keyof LoggedCell, unknown>>;
  if (typeof kernel !== "string" || typeof count !== "number" || typeof sha256 !== "string") return undefined;
  return {
    kernel,
    notebook: typeof notebook === "string" ? notebook : null,
    count,
    sha256,
    ...(isOutputsNote(outputs) ? { outputs } : {}),
  };
}
