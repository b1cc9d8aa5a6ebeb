import { appendFileSync } from "node:fs";
import { join } from "node:path";
import { fromEnvironment, servedNotebook } from "../../src/base/environment";
import { projectFolder } from "../../src/base/paths";
import { sha256 } from "../../src/base/sha256";
import type { Output } from "../notebooks/cell";
import { noteOutputs } from "../notebooks/outputs";

const kernelId = `${process.pid}-${Date.now()}`;
/** How many of the latest cells are watched for changes of their outputs. */
const remembered = 50;
/** For how long outputs after the end of a cell are gathered into one line, in milliseconds. */
const gatherMs = 200;
// Before timers are tied to cells.
const plainTimeout = setTimeout;

/**
 * Notes that a cell was executed: a line of JSON in `.engine/cells.jsonl` (`DEEPNETS_CELLS` names another file), with
 * the SHA-256 of its source and a note of its outputs as a front end stores them. When outputs change later, another
 * line follows; the last one counts. `npm run check` reads there whether a notebook that was run by hand holds the
 * source that made its outputs, and all of these outputs.
 */
export class CellEntry {
  static readonly #recent: CellEntry[] = [];
  readonly #source: { readonly count: number; readonly sha256: string };
  readonly #file: string | undefined;
  readonly #outputs: Output[] = [];
  readonly #displays = new Map<string, number>();
  #clearsNext = false;
  #status: "ok" | "error" | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(count: number, source: string) {
    this.#source = { count, sha256: sha256(source) };
    const file = fromEnvironment("DEEPNETS_CELLS");
    // Without a notebook there is nothing to check later.
    if (file === undefined && servedNotebook() === undefined) return;
    this.#file = file ?? join(projectFolder(), ".engine/cells.jsonl");
    CellEntry.#recent.push(this);
    if (CellEntry.#recent.length > remembered) CellEntry.#recent.shift();
  }

  /** Takes one message that the cell publishes. */
  take(type: string, content: object): void {
    if (this.#file === undefined) return;
    if (type === "update_display_data") for (const entry of CellEntry.#recent) entry.#update(content);
    else if (type === "clear_output" && !(content as { wait?: boolean }).wait) this.#clear();
    else if (type === "clear_output") this.#clearsNext = true;
    else if (/^(?:stream|display_data|execute_result|error)$/.test(type)) this.#add(type, content);
  }

  /** Notes how the cell ended. */
  end(status: "ok" | "error"): void {
    this.#status = status;
    this.#write();
  }

  #add(type: string, content: object): void {
    if (this.#clearsNext) this.#clear();
    const id = displayId(content);
    if (id !== undefined) this.#displays.set(id, this.#outputs.length);
    this.#outputs.push(stored(type, content));
    this.#changed();
  }

  #update(content: object): void {
    const at = this.#displays.get(displayId(content) ?? "");
    if (at === undefined) return;
    this.#outputs[at] = stored("display_data", content);
    this.#changed();
  }

  #clear(): void {
    this.#outputs.length = 0;
    this.#displays.clear();
    this.#clearsNext = false;
    this.#changed();
  }

  #changed(): void {
    if (this.#status === undefined || this.#timer) return;
    this.#timer = plainTimeout(() => {
      this.#timer = undefined;
      this.#write();
    }, gatherMs).unref();
  }

  #write(): void {
    if (this.#file === undefined) return;
    const entry = {
      kernel: kernelId,
      notebook: servedNotebook() ?? null,
      ...this.#source,
      outputs: noteOutputs(this.#outputs),
      status: this.#status,
      time: new Date().toISOString(),
    };
    try {
      appendFileSync(this.#file, `${JSON.stringify(entry)}\n`);
    } catch {
      // A read-only folder: the cell has run all the same, and the check will say "not verifiable".
    }
  }
}

const displayId = (content: object) => (content as { transient?: { display_id?: string } }).transient?.display_id;

/** A copy, since a cell may later change what it has shown. */
function stored(output_type: string, content: object): Output {
  return { output_type, ...(JSON.parse(JSON.stringify(content)) as object) } as Output;
}
