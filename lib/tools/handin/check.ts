import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { explained, UserError } from "../../src/base/errors.cjs";
import { itemAt } from "../../src/base/item-at";
import { sha256 } from "../../src/base/sha256";
import { asSentence, percent, plural } from "../../src/base/text";
import { parts as allParts, type Part } from "../../src/parts";
import { carriedNetworks, formatCarried, measureCarried } from "../export/networks";
import { readPackage } from "../export/pack";
import { PageContent } from "../export/page-content";
import { type RenderedPage, renderIndex, renderPages } from "../export/pages";
import { deepnetsNote, type Notebook, readBytes, readNotebook, sourceOf } from "../notebooks/notebook";
import { handinFolder, notebooksFolder } from "../notebooks/places";
import { recordReader } from "../notebooks/records";
import { readCellLog } from "./cell-log";
import { measureNetworks } from "./measure";
import { answerRules } from "./rules/answers";
import { contentRules } from "./rules/content";
import { executionRules } from "./rules/execution";
import { measurementRules } from "./rules/measurements";
import { pageRules } from "./rules/page";
import { recordRules } from "./rules/records";
import { reportRules } from "./rules/report";
import type { Page, Rule, Subject } from "./rules/rule";
import { shownNumberRules } from "./rules/shown-numbers";
import { sizeRules } from "./rules/sizes";

/** All rules of the check; each is one small function. */
export const rules: readonly Rule[] = [
  ...contentRules,
  ...answerRules,
  ...executionRules,
  ...shownNumberRules,
  ...recordRules,
  ...measurementRules,
  ...pageRules,
  ...sizeRules,
  ...reportRules,
];

/** One broken rule in one place. */
export interface Finding {
  readonly rule: string;
  readonly notebook: string;
  /** The cell as a reader finds it: `"cell 5 (answer H6.1 b)"`. */
  readonly cell?: string | undefined;
  /** What was found there. */
  readonly value: string;
  /** What to do about it. */
  readonly remedy: string;
}

/** What `checkFolder` looks at. */
export interface CheckOptions {
  /** Parts to look at, default all. */
  readonly parts?: readonly Part[];
  /** Whether pages are expected beside the notebooks, default true. */
  readonly html?: boolean;
  /** Accepts a quick run, which has neither the sheet's lengths nor its final numbers. */
  readonly quick?: boolean;
  /** Makes the pages again, to compare. Default: as `npm run export` does. */
  readonly exporter?: Exporter;
}

/** What `npm run check` takes besides its options. */
export const words = "[FOLDER]";

/** The options of `npm run check`. */
export const options = {
  measure: { type: "boolean", help: "evaluate every network that a run kept, and compare it with its record" },
  committed: { type: "boolean", help: "look at notebooks/ even where there is a hand-in" },
} as const;

/**
 * `npm run check`: is the hand-in complete, up to date and true? Looks at `handin/`, or at `notebooks/` with
 * `--committed` or where there is no hand-in.
 *
 * @returns The exit code: 0 without findings, else 1.
 * @throws UserError When the folder holds no notebooks.
 */
export async function main(argv: string[]): Promise<number> {
  const { values, positionals } = parseArgs({ args: argv, options, allowPositionals: true });
  const folder =
    positionals[0] ?? (values.committed || !holdsNotebooks(handinFolder()) ? notebooksFolder() : handinFolder());
  if (!holdsNotebooks(folder))
    throw new UserError(
      `Expected notebooks in ${folder} but found none: name a folder that holds a hand-in, or run npm run handin.`,
    );
  const html =
    allParts.some(({ notebook }) => existsSync(join(folder, `${notebook}.html`))) || folder === handinFolder();
  const findings = await checkFolder(folder, { html });
  if (values.measure) findings.push(...(await measured(folder)));
  const asked = rules.filter(({ page }) => html || !page).length;
  const scope = html ? "" : " (notebooks and records; npm run export makes the pages)";
  console.log(`Checked ${folder}${scope}: ${asked} rules, ${plural(findings.length, "finding")}.`);
  if (findings.length) console.log(formatFindings(findings));
  return findings.length ? 1 : 0;
}

/** Findings about networks that differ from their records. */
async function measured(folder: string): Promise<Finding[]> {
  const runs = allParts.map(({ notebook }) => deepnetsNote(join(folder, `${notebook}.ipynb`))?.run);
  const { measured: all, without } = await measureNetworks(allParts, runs.find(Boolean)?.profile ?? "full");
  for (const one of all.filter(({ wrong }) => wrong === undefined))
    console.log(
      `${one.folder}: ${percent(one.accuracy ?? 0)} of the test examples, as its record says ` +
        `(${one.seconds.toFixed(1)} s)`,
    );
  if (without.length > 0)
    console.log(
      `No network is kept of ${without.join(", ")}: training them again (npm run handin, npm run sweep) keeps it.`,
    );
  const kept = all.flatMap(({ part, folder: run, wrong }) =>
    wrong === undefined
      ? []
      : [
          {
            rule: "network-differs",
            notebook: part.notebook,
            value: `the run in ${run}: ${wrong}`,
            remedy: `run npm run handin -- ${part.id}`,
          },
        ],
  );
  return [...kept, ...(await measuredOnPages(folder))];
}

/** Findings about the networks within live outputs, whose weights have few bits each. */
async function measuredOnPages(folder: string): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const carried of carriedNetworks(
    folder,
    allParts.map(({ notebook }) => notebook),
  )) {
    const one = await measureCarried(carried);
    console.log(formatCarried(one));
    if (one.wrong === undefined) continue;
    const part = allParts.find(({ notebook }) => notebook === one.notebook)!;
    findings.push({
      rule: "page-network-differs",
      notebook: one.notebook,
      value: one.wrong,
      remedy: `run npm run handin -- ${part.id}`,
    });
  }
  return findings;
}

/** Applies all rules to the notebooks, pages, report and records of a hand-in, and returns what is wrong. */
export async function checkFolder(
  folder: string,
  { parts = allParts, html = true, quick = false, exporter = newExporter }: CheckOptions = {},
): Promise<Finding[]> {
  const read = parts.map((part) => readPart(folder, part));
  const first = read.map(({ notebook }) => notebook?.metadata.deepnets?.run).find((run) => run !== undefined);
  const profile = first?.profile ?? "full";
  const report = html ? readText(join(folder, "report.json")) : undefined;
  const packed = readPackage(
    folder,
    allParts.map(({ notebook }) => notebook),
  );
  const common = { profile, seed: first?.seed ?? 1, ...recordReader(profile), report, packed, log: readCellLog() };

  const names = read.flatMap(({ notebook, page, part }) => (html && notebook && page ? [part.notebook] : []));
  const rendered = names.length > 0 ? await exporter.pages(folder, names) : [];
  const findings = read.flatMap((one) => {
    const page = rendered.find(({ notebook }) => notebook === one.part.notebook);
    const subject: Subject = { ...one, ...common, rendered: page };
    const isQuick = subject.notebook?.metadata.deepnets?.run?.profile === "quick";
    // A quick run is reported once; that it is too short follows from that.
    const asked = rules.filter(
      (rule) =>
        rule.about !== "index" &&
        (html || !rule.page) &&
        (!isQuick || !rule.full || (rule.id === "quick-run" && !quick)),
    );
    return apply(asked, subject);
  });
  if (!html || read.every(({ page }) => page === undefined)) return findings;
  const index = readPage(join(folder, "index.html"));
  // The index lists the pages beside it: where a page is missing, `export` makes both again.
  const complete = read.every(({ notebook, page }) => !notebook || page);
  const again = index && complete ? exporter.index(folder, index.content.authors) : undefined;
  const subject: Subject = {
    part: indexPart,
    notebook: { cells: [], metadata: {} },
    hash: "",
    bytes: 0,
    page: index,
    rendered: again === undefined ? undefined : { html: again, problems: [] },
    ...common,
  };
  return [
    ...findings,
    ...apply(
      rules.filter(({ about }) => about !== undefined),
      subject,
    ),
  ];
}

function apply(asked: readonly Rule[], subject: Subject): Finding[] {
  const ask = (rule: Rule) => rule.find(subject).map((place) => finding(rule, subject, place));
  const exact = asked.filter(({ general }) => !general).map((rule) => ({ rule, found: ask(rule) }));
  const findings = exact.flatMap(({ found }) => found);
  const spoken = exact.some(({ rule, found }) => rule.page && found.length > 0);
  return spoken ? findings : [...findings, ...asked.filter(({ general }) => general).flatMap(ask)];
}

/** Makes the pages of a folder's notebooks, without writing any. */
export interface Exporter {
  pages(folder: string, notebooks: readonly string[]): Promise<readonly RenderedPage[]>;
  index(folder: string, authors: readonly string[]): string;
}

/** Makes the pages as `npm run export` does. */
export const newExporter: Exporter = {
  pages: (folder, notebooks) => renderPages({ from: folder, to: folder, notebooks }),
  index: (folder, authors) =>
    renderIndex(
      folder,
      authors.map((name) => ({ name })),
    ),
};

const holdsNotebooks = (folder: string) =>
  allParts.some(({ notebook }) => existsSync(join(folder, `${notebook}.ipynb`)));

function readPart(
  folder: string,
  part: Part,
): Pick<Subject, "part" | "notebook" | "unreadable" | "hash" | "bytes" | "page"> {
  const file = join(folder, `${part.notebook}.ipynb`);
  if (!existsSync(file)) return { part, notebook: undefined, hash: "", bytes: 0, page: undefined };
  const page = readPage(join(folder, `${part.notebook}.html`));
  let about = { part, hash: "", bytes: 0, page };
  try {
    const content = readBytes(file);
    about = { ...about, hash: sha256(content), bytes: content.length };
    return { ...about, notebook: readNotebook(file) };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { ...about, notebook: undefined, unreadable: error.message.replace(/:[^:]*$/, "") };
  }
}

function readPage(file: string): Page | undefined {
  const html = readText(file);
  return html === undefined ? undefined : { html, content: new PageContent(html) };
}

function readText(file: string): string | undefined {
  try {
    return existsSync(file) ? readFileSync(file, "utf8") : undefined;
  } catch (error) {
    throw explained(error, file, "read");
  }
}

/** The index page is a page of no notebook. */
const indexPart: Part = {
  id: "index",
  label: "Index",
  notebook: "index",
  title: "Index",
  noun: "index",
  threads: { intra: 2, inter: 2 },
  needs: [],
  questions: [],
};

function finding(
  rule: Rule,
  { part, notebook }: Subject,
  place: { readonly cell?: number | undefined; readonly value: string },
): Finding {
  return {
    rule: rule.id,
    notebook: part.notebook,
    cell: place.cell === undefined ? undefined : describeCell(notebook!, place.cell),
    value: place.value,
    remedy: rule.remedy.replaceAll("-- PART", `-- ${part.id}`),
  };
}

function describeCell(notebook: Notebook, index: number): string {
  const cell = itemAt(notebook.cells, index);
  const { question, answer } = cell.metadata.deepnets ?? {};
  const start = sourceOf(cell)
    .trim()
    .replace(/\n[\s\S]*/, "")
    .slice(0, 40);
  const name = answer
    ? `answer ${answer}`
    : question
      ? `question ${question}`
      : cell.execution_count
        ? `[${cell.execution_count}] ${start}`
        : start;
  return `cell ${index + 1} of ${notebook.cells.length} (${name})`;
}

/** One line per finding, and its remedy below. */
export function formatFindings(findings: readonly Finding[]): string {
  const lines = findings.map(({ rule, notebook, cell, value, remedy }) => {
    const place = cell ? `${notebook}, ${cell}` : notebook;
    return `${place}: ${value} [${rule}]\n    ${asSentence(remedy)}`;
  });
  return lines.join("\n");
}
