import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { plural } from "../../src/base/text";
import { UserError } from "../user-error";
import { readNotebook, sha256, sourceOf, type Notebook } from "../notebooks/notebook";
import { parts as allParts, type Part } from "../../src/parts";
import { cellLog, handinFolder, notebooksFolder, runsFolder } from "../notebooks/places";
import { damagedRecords, storedRecords } from "../notebooks/records";
import { answerRules } from "./rules/answers";
import { contentRules } from "./rules/content";
import { executionRules } from "./rules/execution";
import { measurementRules } from "./rules/measurements";
import { pageRules } from "./rules/page";
import { recordRules } from "./rules/records";
import type { LoggedCell, Rule, Subject } from "./rules/rule";
import { shownNumberRules } from "./rules/shown-numbers";

/** All that a hand-in must hold: each rule is one small function. */
export const rules: readonly Rule[] = [
  ...contentRules,
  ...answerRules,
  ...executionRules,
  ...shownNumberRules,
  ...recordRules,
  ...measurementRules,
  ...pageRules,
];

/** One broken rule in one place. */
export interface Finding {
  readonly rule: string;
  readonly notebook: string;
  /** The cell as a reader finds it: `"cell 5 (answer H6.1 b)"`. */
  readonly cell?: string;
  readonly value: string;
  readonly remedy: string;
}

export interface CheckOptions {
  /** Parts to look at, default all. */
  readonly parts?: readonly Part[];
  /** Whether pages are expected beside the notebooks, default true. */
  readonly html?: boolean;
  /** Accepts a quick run: the sheet's lengths and final numbers are not asked for. */
  readonly quick?: boolean;
}

export const words = "[FOLDER]";
export const options = {
  committed: { type: "boolean", help: "look at notebooks/ even where there is a hand-in" },
} as const;

/**
 * `npm run check`: is the hand-in whole, fresh and true? Looks at `handin/`, or at `notebooks/` with `--committed` or
 * where there is no hand-in.
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
  const findings = checkFolder(folder, { html });
  const asked = rules.filter(({ page }) => html || !page).length;
  const scope = html ? "" : " (notebooks and records; npm run export makes the pages)";
  console.log(`Checked ${folder}${scope}: ${asked} rules, ${plural(findings.length, "finding")}.`);
  if (findings.length) console.log(formatFindings(findings));
  return findings.length ? 1 : 0;
}

/** Applies all rules to the notebooks, pages and records of a hand-in. */
export function checkFolder(
  folder: string,
  { parts = allParts, html = true, quick = false }: CheckOptions = {},
): Finding[] {
  const log = readLog();
  const read = parts.map((part) => readSubject(folder, part));
  const first = read.map(({ notebook }) => notebook?.metadata.deepnets?.run).find((run) => run !== undefined);
  const profile = first?.profile ?? "full";
  const cache = new Map<string, ReturnType<typeof storedRecords>>();
  const records = (part: string) =>
    cache.get(part) ?? cache.set(part, storedRecords(part, profile, runsFolder())).get(part)!;
  const damaged = (part: string) => damagedRecords(part, profile, runsFolder());
  const common = { profile, seed: first?.seed ?? 1, records, damaged, log };
  const index = html && read.some((one) => one.html !== undefined) ? [readIndex(folder)] : [];
  const aboutIndex = index.flatMap((one) =>
    apply(
      rules.filter((rule) => rule.index),
      { ...one, ...common },
    ),
  );
  return read
    .flatMap((one) => {
      const subject: Subject = { ...one, ...common };
      const isQuick = subject.notebook?.metadata.deepnets?.run?.profile === "quick";
      // A quick run that is no hand-in is told so once; that it is also too short goes without saying.
      const asked = rules.filter(
        (rule) => (html || !rule.page) && (!isQuick || !rule.full || (rule.id === "quick-run" && !quick)),
      );
      return apply(asked, subject);
    })
    .concat(aboutIndex);
}

function apply(asked: readonly Rule[], subject: Subject): Finding[] {
  return asked.flatMap((rule) => rule.find(subject).map((place) => finding(rule, subject, place)));
}

const holdsNotebooks = (folder: string) =>
  allParts.some(({ notebook }) => existsSync(join(folder, `${notebook}.ipynb`)));

function readSubject(folder: string, part: Part): Pick<Subject, "part" | "notebook" | "hash" | "html"> {
  const [file, page] = ["ipynb", "html"].map((end) => join(folder, `${part.notebook}.${end}`)) as [string, string];
  if (!existsSync(file)) return { part, notebook: undefined, hash: "", html: undefined };
  const html = existsSync(page) ? readFileSync(page, "utf8") : undefined;
  return { part, notebook: readNotebook(file), hash: sha256(readFileSync(file)), html };
}

/** The index page as a subject of its own: a page of no notebook. */
function readIndex(folder: string): Pick<Subject, "part" | "notebook" | "hash" | "html"> {
  const file = join(folder, "index.html");
  const part: Part = {
    id: "index",
    label: "Index",
    notebook: "index",
    title: "Index",
    noun: "index",
    threads: { intra: 2, inter: 2 },
    needs: [],
    questions: [],
  };
  return {
    part,
    notebook: { cells: [], metadata: {} },
    hash: "",
    html: existsSync(file) ? readFileSync(file, "utf8") : undefined,
  };
}

function readLog(): LoggedCell[] {
  if (!existsSync(cellLog())) return [];
  return readFileSync(cellLog(), "utf8")
    .split("\n")
    .flatMap((line) => {
      try {
        return [JSON.parse(line) as LoggedCell];
      } catch {
        return []; // the last line of a kernel that was killed
      }
    });
}

function finding(
  rule: Rule,
  { part, notebook }: Subject,
  place: { readonly cell?: number; readonly value: string },
): Finding {
  const cell = place.cell === undefined ? {} : { cell: describeCell(notebook!, place.cell) };
  return {
    rule: rule.id,
    notebook: part.notebook,
    ...cell,
    value: place.value,
    remedy: rule.remedy.replaceAll("-- PART", `-- ${part.id}`),
  };
}

function describeCell(notebook: Notebook, index: number): string {
  const cell = notebook.cells[index]!;
  const { question, answer } = cell.metadata.deepnets ?? {};
  const start = sourceOf(cell).trim().split("\n")[0]!.slice(0, 40);
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
    return `${place}: ${value} [${rule}]\n    ${remedy[0]!.toUpperCase()}${remedy.slice(1)}.`;
  });
  return lines.join("\n");
}
