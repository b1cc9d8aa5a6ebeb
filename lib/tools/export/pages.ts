import { existsSync, mkdirSync } from "node:fs";
import { basename, join } from "node:path";
import { UserError } from "../../src/base/errors.cjs";
import { writeWhole } from "../../src/base/files";
import { itemAt } from "../../src/base/item-at";
import { sha256 } from "../../src/base/sha256";
import { parts } from "../../src/parts";
import { deepnetsNote, readBytes, readStored } from "../notebooks/notebook";
import { notebooksFolder } from "../notebooks/places";
import { storedRecords } from "../notebooks/records";
import { finishBody } from "./body";
import { type Highlights, highlights } from "./highlights";
import { type Author, indexPage } from "./index-page";
import { type PageLink, page, pageNames } from "./page";
import { type Prepared, prepare } from "./prepare";
import type { Problem } from "./problem";
import { render } from "./render";

/** Which notebooks are exported, from where to where. */
export interface ExportOptions {
  /** Folder that holds the notebooks. */
  readonly from: string;
  /** Folder for the pages; it is made if there is none. */
  readonly to: string;
  /** Notebooks to export, by file name without ".ipynb"; default all of the sheet that `from` holds. */
  readonly notebooks?: readonly string[];
  /** Students, for the index page. */
  readonly authors?: readonly Author[];
}

/** One notebook's page, not yet written. */
export interface RenderedPage {
  readonly notebook: string;
  /** Undefined where the notebook cannot be read: `problems` says why. */
  readonly html: string | undefined;
  readonly figures: number;
  /** What the page leaves out. */
  readonly problems: readonly Problem[];
}

/** What became of one notebook. */
export interface Exported {
  readonly notebook: string;
  /** The page; undefined where none could be made. */
  readonly file: string | undefined;
  readonly bytes: number;
  readonly figures: number;
  /** What the page leaves out, or why there is none. */
  readonly problems: readonly Problem[];
}

/**
 * Writes each notebook as one HTML file that opens anywhere without a network, and an index of all pages in the folder.
 * A notebook that cannot be read is among the results, with the reason; the others are exported.
 *
 * @example
 * await exportNotebooks({ from: "notebooks", to: "handin" });
 */
export async function exportNotebooks(options: ExportOptions): Promise<Exported[]> {
  const { to, authors = [] } = options;
  mkdirSync(to, { recursive: true });
  const exported = (await renderPages(options)).map(({ html, ...rest }): Exported => {
    const file = join(to, `${rest.notebook}.html`);
    if (html === undefined) return { ...rest, file: undefined, bytes: 0 };
    writeWhole(file, html);
    return { ...rest, file, bytes: Buffer.byteLength(html) };
  });
  writeWhole(join(to, "index.html"), renderIndex(to, authors));
  return exported;
}

/**
 * Makes the pages without writing a file. The same notebooks, beside the same other pages, give the same bytes. A
 * notebook that cannot be shown has no page; its problems say why.
 */
export async function renderPages({ from, to, notebooks }: Omit<ExportOptions, "authors">): Promise<RenderedPage[]> {
  const names =
    notebooks ?? parts.map(({ notebook }) => notebook).filter((name) => existsSync(join(from, `${name}.ipynb`)));
  const drafts = names.map((name) => draft(join(from, `${name}.ipynb`)));
  const whole = drafts.flatMap(({ notebook }) => (notebook ? [notebook] : []));
  const rendered = await render(whole.map(({ prepared }) => prepared.notebook));
  const beside = order(to, names);
  return drafts.map(({ name, notebook, problems }): RenderedPage => {
    if (!notebook) return { notebook: name, html: undefined, figures: 0, problems };
    const body = itemAt(rendered, whole.indexOf(notebook));
    const report = (cell: number) => (what: string) => void problems.push({ notebook: name, cell, what });
    const { cells, inserts, traces, figures, live } = notebook.prepared;
    try {
      if ("error" in body) throw new CellError(body.error, body.cell);
      for (const { cell, element } of body.left_out)
        report(cell)(`<${element}> is left out, since a page only shows: show text, a table or a picture`);
      for (const cell of body.too_deep)
        report(cell)("it nests hundreds of elements within each other: only its words are shown, show a flatter one");
      const finished = finishBody(body.body, {
        cells,
        inserts,
        folders: [from, notebooksFolder()],
        taken: [...pageNames, ...numbered("figure", figures), ...numbered("live", live)],
        report,
      });
      const at = beside.findIndex(({ file }) => file === `${name}.html`);
      const html = page(
        { ...finished, traces, figures, live },
        { ...notebook.pageFields, previous: beside[at - 1], next: beside[at + 1] },
      );
      return { notebook: name, html, figures, problems: sorted(problems) };
    } catch (error) {
      return { notebook: name, html: undefined, figures: 0, problems: [...problems, whyNot(name, error as Error)] };
    }
  });
}

const numbered = (name: string, count: number) => Array.from({ length: count }, (_, i) => `${name}-${i + 1}`);

class CellError extends Error {
  readonly cell: number;

  constructor(message: string, cell: number) {
    super(message);
    this.cell = cell;
  }
}

/** A notebook that was read and repaired, or why it cannot be read. */
function draft(file: string) {
  const name = basename(file, ".ipynb");
  const problems: Problem[] = [];
  try {
    const stored = readStored(file);
    const prepared = prepare(stored.cells, (cell) => (what) => void problems.push({ notebook: name, cell, what }));
    const notice = deepnetsNote(file)?.notice;
    const pageFields = {
      title: title(prepared, name),
      hash: sha256(readBytes(file)),
      notice: typeof notice === "string" ? notice : undefined,
    };
    return { name, problems, notebook: { prepared, pageFields } };
  } catch (error) {
    return { name, problems: [whyNot(name, error as Error)], notebook: undefined };
  }
}

/** Why a notebook has no page; the others have theirs. */
function whyNot(notebook: string, error: Error): Problem {
  if (error instanceof UserError) return { notebook, what: error.message.replace(/\.$/, "") };
  const cell = error instanceof CellError ? { cell: error.cell } : {};
  return {
    notebook,
    ...cell,
    what: `it cannot be shown as a page (${error.message}): open it in JupyterLab and save it`,
  };
}

const sorted = (problems: readonly Problem[]) => [...problems].sort((a, b) => (a.cell ?? -1) - (b.cell ?? -1));

/**
 * Pages in the sheet's order: those written now and those that already lie in the folder; then what is no part of the
 * sheet.
 */
function order(folder: string, names: readonly string[]): PageLink[] {
  const known = parts.filter(
    ({ notebook }) => names.includes(notebook) || existsSync(join(folder, `${notebook}.html`)),
  );
  const others = names.filter((name) => !parts.some(({ notebook }) => notebook === name));
  return [
    ...known.map(({ notebook, title }) => ({ file: `${notebook}.html`, title })),
    ...others.map((name) => ({ file: `${name}.html`, title: name })),
  ];
}

function title({ cells }: Prepared, name: string): string {
  const firsts = cells.map(({ markdown }) => /^# +(.*)$/m.exec(markdown ?? "")?.[1]);
  return (
    firsts
      .find((line) => line !== undefined)
      ?.replace(/[*`$]/g, "")
      .trim() || name
  );
}

/** What stands for a notebook: taken from the folder, or from the saved notebook where the folder holds only pages. */
function highlightsOf(folder: string, notebook: string): Highlights {
  for (const file of [join(folder, `${notebook}.ipynb`), join(notebooksFolder(), `${notebook}.ipynb`)])
    try {
      if (existsSync(file)) return highlights(readStored(file).cells);
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
    }
  return {};
}

/** `index.html` for the pages of a folder: parts, their results from the run records, and who hands in. */
export function renderIndex(folder: string, authors: readonly Author[] = []): string {
  const notes = parts.map(
    ({ notebook }) =>
      deepnetsNote(join(folder, `${notebook}.ipynb`)) ?? deepnetsNote(join(notebooksFolder(), `${notebook}.ipynb`)),
  );
  const profile = notes.find((note) => note?.run)?.run?.profile ?? "full";
  const notice = notes.find((note) => note?.notice)?.notice;
  const entries = parts.map((part, i) => {
    const seed = notes[i]?.run?.seed ?? 1;
    const records = storedRecords(part.id, profile);
    const exported = existsSync(join(folder, `${part.notebook}.html`));
    return {
      part,
      highlights: exported ? highlightsOf(folder, part.notebook) : {},
      exported,
      records: [
        ...records.filter(({ record }) => record.seed === seed),
        ...records.filter(({ record }) => record.seed !== seed),
      ],
    };
  });
  return indexPage(entries, { authors, notice });
}
