import { createHash } from "node:crypto";
import { appendFileSync } from "node:fs";
import { join } from "node:path";

const root = join(__dirname, "../../../..");
const kernelId = `${process.pid}-${Date.now()}`;

/**
 * Notes that a cell was executed: one line of JSON per cell in `.engine/cells.jsonl` (`DEEPNETS_CELLS` names another
 * file), with the SHA-256 of its source. `npm run check` reads there whether a notebook that was run by hand holds the
 * source that made its outputs.
 */
export function logCell({
  count,
  source,
  ok,
}: {
  readonly count: number;
  readonly source: string;
  readonly ok: boolean;
}): void {
  const { DEEPNETS_CELLS: file, JPY_SESSION_NAME: notebook = null } = process.env;
  // A kernel without a notebook leaves nothing that anybody could check.
  if (!file && notebook === null) return;
  const sha256 = createHash("sha256").update(source).digest("hex");
  const entry = {
    kernel: kernelId,
    notebook,
    count,
    sha256,
    status: ok ? "ok" : "error",
    time: new Date().toISOString(),
  };
  try {
    appendFileSync(file || join(root, ".engine/cells.jsonl"), JSON.stringify(entry) + "\n");
  } catch {
    // A read-only folder: the check then says "not verifiable", and the cell has run all the same.
  }
}
