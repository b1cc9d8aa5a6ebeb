import { randomUUID } from "node:crypto";
import { relative } from "node:path";
import { fromEnvironment } from "../base/environment";
import { StatusLines } from "../base/status-lines";
import { escapeHtml } from "../base/text";
import { modelStyle } from "../figures/theme";
import type { Progress, RunRecord } from "../runs/record";
import { type Content, type Kernel, kernel } from "./kernel";
import { drawLive, type LivePage } from "./live-page";
import { sketchImage } from "./sketch";
import { howToGoOn, summary } from "./summary";

/** Follows one run, from its start to its end. */
export interface View {
  progress(progress: Progress): void;
  /** The record so far, after an evaluation. */
  record(record: RunRecord): void;
  /** Replaces the live view by the run's last state, which stays. */
  end(record: RunRecord): void;
  /** Ends the view of a run that failed. */
  fail(error: unknown): void;
}

/** Opens the view that fits: a live figure in a notebook, one updating line on a terminal. */
export function openView(run: { readonly part: string; readonly folder: string }): View {
  const here = kernel();
  return here ? new CellView(here, run) : new TerminalView(run.part);
}

const plotly = "node_modules/plotly.js-dist-min/plotly.min.js";
// A page that draws itself needs no updates; all others get a new picture at most this often.
const updateMs = 2000;

class CellView implements View {
  readonly #kernel: Kernel;
  readonly #run: { readonly part: string; readonly folder: string };
  readonly #id = `deepnets-${randomUUID()}`;
  #latest: RunRecord | undefined;
  #updated = Date.now();
  /**
   * A page of `npm run lab` reads the run's record from its server, even one that is opened while the run goes on; no
   * update reaches that.
   */
  readonly #drawsItself: boolean;

  constructor(here: Kernel, run: { readonly part: string; readonly folder: string }) {
    this.#kernel = here;
    this.#run = run;
    this.#drawsItself = !this.#pathOnServer().startsWith("..");
    here.display(this.#drawsItself ? this.#live() : this.#content(`${this.#run.part}: training starts`), {
      displayId: this.#id,
    });
  }

  progress(): void {}

  record(record: RunRecord): void {
    this.#latest = record;
    if (this.#drawsItself || Date.now() - this.#updated < updateMs) return;
    this.#updated = Date.now();
    this.#replace(this.#content(`${record.part}: ${summary(record)}`, record));
  }

  end(record: RunRecord): void {
    const note = record.status === "interrupted" ? [howToGoOn(record)] : [];
    this.#replace(this.#content([`${record.part}: ${summary(record)}`, ...note].join("\n"), record));
  }

  fail(error: unknown): void {
    const text = `${this.#run.part}: training ended with an error: ${(error as Error)?.message ?? String(error)}`;
    this.#replace(this.#content(text, this.#latest));
  }

  /** The path under which the server offers the run's folder; "..", outside it, where we know no server. */
  #pathOnServer(): string {
    const root = fromEnvironment("DEEPNETS_LAB_ROOT");
    return root ? relative(root, this.#run.folder).replaceAll("\\", "/") : "..";
  }

  #replace(content: Content): void {
    this.#kernel.display(content, { displayId: this.#id, update: true });
  }

  #content(text: string, record?: RunRecord): Content {
    const lines = text.split("\n").map((line) => `<p>${escapeHtml(line)}</p>`);
    const image = record && record.iterations.length > 0 ? [sketchImage(record)] : [];
    return { data: { "text/html": `<div>${[...lines, ...image].join("\n")}</div>`, "text/plain": text } };
  }

  #live(): Content {
    const page: LivePage = {
      id: this.#id,
      run: this.#pathOnServer(),
      plotly,
      color: modelStyle(this.#run.part).color,
      since: Date.now(),
    };
    const text = `${this.#run.part}: training`;
    const body = [
      `<div id="${this.#id}">`,
      `<progress data-part="bar" max="1" value="0" style="width:100%;max-width:640px;display:block"></progress>`,
      `<p data-part="text">${escapeHtml(text)}</p>`,
      `<div data-part="static"></div><div data-part="plot"></div>`,
      "</div>",
      `<script>(${drawLive.toString()})(${JSON.stringify(page).replaceAll("<", "\\u003c")})</script>`,
    ];
    return { data: { "text/html": body.join("\n"), "text/plain": text } };
  }
}

class TerminalView implements View {
  readonly #part: string;
  // A log gets only the last line.
  readonly #line = new StatusLines(process.stdout, Infinity);
  #latest: RunRecord | undefined;

  constructor(part: string) {
    this.#part = part;
  }

  progress(progress: Progress): void {
    if (this.#latest) this.#update(summary({ ...this.#latest, status: "running", progress }));
  }

  record(record: RunRecord): void {
    this.#latest = record;
    this.#update(summary(record));
  }

  end(record: RunRecord): void {
    const note = record.status === "interrupted" ? [howToGoOn(record)] : [];
    this.#line.print([`${this.#part}: ${summary(record)}`, ...note].join("\n"));
  }

  fail(): void {
    // The last state stays above the error.
    if (process.stdout.isTTY) process.stdout.write("\n");
  }

  #update(text: string): void {
    this.#line.update(`${this.#part}: ${text}`);
  }
}
