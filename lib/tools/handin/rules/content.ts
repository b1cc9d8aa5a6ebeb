// Is everything there that the sheet asks for, and does every number in the prose come from a record?
import { quote } from "../../../src/base/text";
import { nameOf } from "../../notebooks/cell";
import { type Notebook, sourceOf } from "../../notebooks/notebook";
import { brokenTags, findTags, tagText, withoutCode } from "../../notebooks/tags";
import type { Breach, Rule, Subject } from "./rule";

/** Rules about parts, questions, answers and the numbers in prose. */
export const contentRules: readonly Rule[] = [
  {
    id: "part-missing",
    title: "Every part of the sheet is there",
    remedy: "run npm run handin -- PART",
    find: ({ notebook, unreadable, part }) =>
      notebook || unreadable ? [] : [{ value: `there is no ${part.notebook}.ipynb` }],
  },
  {
    id: "notebook-unreadable",
    title: "Every notebook can be read",
    remedy: "run npm run handin -- PART, which makes it again",
    find: ({ unreadable }) => (unreadable ? [{ value: unreadable }] : []),
  },
  {
    id: "part-differs",
    title: "A notebook's metadata name the part of its file",
    remedy: 'set {"deepnets": {"part": "..."}} in its metadata, or rename the file; then run npm run handin -- PART',
    find: ({ notebook, part }) => {
      const named = notebook?.metadata.deepnets?.part;
      return named === undefined || named === part.id
        ? []
        : [{ value: `its metadata say that its part is ${nameOf(named)} where its file is that of "${part.id}"` }];
    },
  },
  {
    id: "question-missing",
    title: "Every question of the sheet is restated",
    remedy: 'restate it in a markdown cell with the metadata {"deepnets": {"question": "..."}}',
    find: ({ notebook, part }) => missing(notebook, "question", part.questions),
  },
  {
    id: "answer-missing",
    title: "Every question has an answer",
    remedy: 'answer it in a markdown cell with the metadata {"deepnets": {"answer": "..."}}',
    find: ({ notebook, part }) =>
      missing(notebook, "answer", [...new Set([...part.questions, ...ids(notebook, "question")])]),
  },
  {
    id: "tag-differs",
    title: "A number in the prose is the one in the record",
    remedy: "run npm run handin -- PART, which fills it in",
    find: (subject) =>
      tags(subject)
        .filter(({ text, wanted }) => wanted !== undefined && wanted !== text)
        .map(({ cell, key, text, wanted }) => ({
          cell,
          value: `${key} says ${quote(text)} where the record says ${wanted}`,
        })),
  },
  {
    id: "tag-unknown",
    title: "A tag names a figure that a record has",
    remedy:
      'write it as <span data-record="h6-1b.test">...</span> with a key that the record has, or run the part ' +
      "that it names",
    find: (subject) => [
      ...tags(subject).flatMap(({ cell, error }) => (error ? [{ cell, value: error }] : [])),
      ...markdown(subject.notebook)
        .filter(({ source }) => brokenTags(source) > 0)
        .map(({ cell, source }) => ({ cell, value: `${brokenTags(source)} tag is not closed or holds other tags` })),
    ],
  },
  {
    id: "bare-number",
    title: "A result in an answer stands in a tag",
    remedy:
      'write a result as <span data-record="h6-1b.test">...</span>, and a number that is given as <span ' +
      "data-fixed>0.5</span>, `code` or a $formula$",
    find: ({ notebook }) =>
      markdown(notebook)
        .filter(({ answer }) => answer !== undefined)
        .flatMap(({ cell, source }) =>
          bareNumbers(source).map((value) => ({ cell, value: `the number ${value} stands there as plain text` })),
        ),
  },
];

function markdown(notebook: Notebook | undefined) {
  return (notebook?.cells ?? [])
    .map((cell, index) => ({ cell: index, type: cell.cell_type, source: sourceOf(cell), ...cell.metadata.deepnets }))
    .filter(({ type }) => type === "markdown");
}

const ids = (notebook: Notebook | undefined, kind: "question" | "answer") =>
  markdown(notebook).flatMap((cell) => cell[kind] ?? []);

/** Ids that have no cell, or only empty ones. */
function missing(notebook: Notebook | undefined, kind: "question" | "answer", wanted: readonly string[]): Breach[] {
  if (!notebook) return [];
  const given = new Set(
    markdown(notebook)
      .filter(({ source }) => says(source))
      .flatMap((cell) => cell[kind] ?? []),
  );
  const state = (id: string) => (ids(notebook, kind).includes(id) ? "empty" : "not there");
  return wanted.filter((id) => !given.has(id)).map((id) => ({ value: `the ${kind} ${id} is ${state(id)}` }));
}

/** Whether a cell holds more than a heading, comments, code and placeholders. */
function says(source: string): boolean {
  const text = withoutCode(source).replace(/<!--[\s\S]*?-->|^#.*$|<[^>]*>|\b(TODO|TBD|FIXME)\b|[.…*_:\s-]+/gim, " ");
  return (text.match(/\p{L}{2,}/gu) ?? []).length >= 3;
}

const unit = new RegExp(
  String.raw`^\s?(?:[%％]|per ?cent\b|percentage points?|errors?\b|mistakes?\b|misclassified\b|wrong\b|` +
    String.raw`minutes?\b|min\b|seconds?\b|s\b)`,
);

function tags({ notebook, records, seed }: Subject) {
  return markdown(notebook).flatMap(({ cell, source }) =>
    findTags(source).map(({ key, text }) => {
      try {
        const wanted = tagText(key, (part) => records(part).map(({ record }) => record), seed);
        return { cell, key, text, wanted };
      } catch (error) {
        return { cell, key, text, error: (error as Error).message.replace(/\.$/, "") };
      }
    }),
  );
}

/**
 * Numbers in an answer that look like results: those with a decimal point, per cents, and counts of mistakes, minutes
 * or seconds. Tags, given numbers (`<span data-fixed>`), code, formulas, comments, links and names such as H6.1 do not
 * count.
 *
 * @example
 * bareNumbers("H6.1 b reaches 98.4 % after `20000` iterations with $\\beta_1 = 0.9$."); // ["98.4 %"]
 */
export function bareNumbers(source: string): string[] {
  const prose = withoutCode(source)
    .replace(/<!--[\s\S]*?-->/g, " ")
    .replace(/<span\b[^<>]*\bdata-(?:record|fixed)\b[^<>]*>[^<]*<\/span>/g, " ")
    .replace(/\$\$[\s\S]*?\$\$|\$(?!\s)[^$\n]+?\$|\\\([\s\S]*?\\\)|\\\[[\s\S]*?\\\]/g, " ")
    .replace(/\]\([^)]*\)|https?:\/\/\S+/g, " ")
    // Emphasis does not split a number, and each sign is written in one way.
    .replace(/<\/?(?:a|b|em|font|i|mark|small|span|strong|sub|sup|u)\b[^>]*>|\*{1,3}/gi, "")
    .replace(/<[^>]*>|&(?:nbsp|thinsp|#160|#8239);/g, " ")
    .replace(/&(?:percnt|#37);/g, "%");
  const number = /(?<![\p{L}\d.,_])[+\-−±]?\d[\d,]*(?:\.\d+)?(?![\d\p{L}])/gu;
  return [...prose.matchAll(number)].flatMap((match) => {
    const [counted] = unit.exec(prose.slice(match.index! + match[0].length)) ?? [];
    return counted !== undefined || match[0].includes(".") ? [match[0] + (counted ?? "")] : [];
  });
}
