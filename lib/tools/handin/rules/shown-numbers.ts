// Do captions, tables and curves in the outputs show the numbers of the records, and do an output's forms say the same?
import { itemAt } from "../../../src/base/item-at";
import { quote } from "../../../src/base/text";
import { plotlyMime } from "../../../src/figures/figure";
import { multiplyAdds } from "../../../src/models/multiply-adds";
import { parts } from "../../../src/parts";
import { lowestAt } from "../../../src/runs/measures";
import type { RunRecord } from "../../../src/runs/record";
import type { FinalEvaluation } from "../../../src/training/evaluation";
import { readHtml, type TextTable } from "../../notebooks/html";
import { join, type Notebook, type Output } from "../../notebooks/notebook";
import type { Breach, Rule, Subject } from "./rule";

const runAgain = "run npm run handin -- PART, or undo the change";

/** Rules about the numbers in outputs: tables, figures and lines of text. */
export const shownNumberRules: readonly Rule[] = [
  {
    id: "output-forms",
    title: "An output says the same as text, as HTML and as a figure",
    remedy: runAgain,
    find: ({ notebook }) =>
      outputsOf(notebook).flatMap(({ cell, output }) => {
        const value = otherForm(output);
        return value === undefined ? [] : [{ cell, value }];
      }),
  },
  {
    id: "output-numbers",
    title: "Captions, tables and curves show the numbers of the records",
    remedy: runAgain,
    find: (subject) => {
      const known = knownRuns(subject);
      if (known.length === 0) return [];
      return outputsOf(subject.notebook).flatMap(({ cell, output }): Breach[] => {
        const wrong = [...wrongInText(output, known), ...wrongInTables(output, known), ...wrongInFigure(output, known)];
        return wrong.slice(0, 1).map((value) => ({ cell, value }));
      });
    },
  },
];

function outputsOf(notebook: Notebook | undefined): { readonly cell: number; readonly output: Output }[] {
  return (notebook?.cells ?? []).flatMap(({ outputs = [] }, cell) => outputs.map((output) => ({ cell, output })));
}

// ---- forms

const dense = (text: string) => text.replace(/[\s\u00a0]+/g, "").replace(/-{3,}/g, "");

function otherForm({ data = {} }: Output): string | undefined {
  const plain = join(data["text/plain"] as string | undefined);
  const { meta } = figureOf(data)?.layout ?? {};
  if (meta?.alt !== undefined && dense(meta.alt) !== dense(plain))
    return `its figure and its text differ: ${firstDifference(meta.alt, plain)}`;
  const html = data["text/html"];
  if (html === undefined || plotlyMime in data) return undefined;
  const { text, tables } = readHtml(join(html as string));
  return tables.length > 0 && plain !== "" && dense(text) !== dense(plain)
    ? `its table and its text differ: ${firstDifference(text, plain.replace(/-{3,}/g, ""))}`
    : undefined;
}

/** The words around the first difference of two texts: `"98.25 %" and "92.25 %"`. */
export function firstDifference(one: string, other: string): string {
  const [a, b] = [one, other].map((text) =>
    text
      .replace(/[\s\u00a0]+/g, " ")
      .trim()
      .split(" "),
  ) as [string[], string[]];
  const at = a.findIndex((word, i) => word !== b[i]);
  const around = (words: readonly string[]) =>
    quote(words.slice(Math.max(0, at - 2), at + 3).join(" "), 60) || "nothing";
  if (at < 0) return `"" and "${quote(b.slice(a.length).join(" "), 60)}"`;
  return `"${around(a)}" and "${around(b)}"`;
}

interface Trace {
  readonly type?: string;
  readonly name?: string;
  readonly x?: unknown;
  readonly y?: unknown;
  readonly text?: unknown;
}

interface Spec {
  readonly data?: readonly Trace[];
  readonly layout?: { readonly meta?: { readonly alt?: string; readonly caption?: string; readonly title?: string } };
}

const figureOf = (data: Readonly<Record<string, unknown>>) => data[plotlyMime] as Spec | undefined;

// ---- what the records say

/** The runs of one part that a notebook may speak of. */
interface KnownRuns {
  readonly id: string;
  /** How figures, tables and captions call the model. */
  readonly names: readonly string[];
  /** The run with the hand-in's seed. */
  readonly run: RunRecord;
  /** All seeds. */
  readonly runs: readonly RunRecord[];
  /** Whether the notebook trains it: a table may then speak of it without naming it. */
  readonly own: boolean;
}

function knownRuns({ part, seed, records }: Subject): KnownRuns[] {
  return [part.id, ...part.needs].flatMap((id): KnownRuns[] => {
    const runs = records(id).map(({ record }) => record);
    const run = runs.find((record) => record.seed === seed && record.final);
    const { model } = parts.find((one) => one.id === id) ?? {};
    if (!run || !model) return [];
    const names = [model.name, ...(model.name === "dropout" ? ["MLP + dropout", "MLP with dropout"] : []), id];
    return [{ id, names, run, runs, own: id === part.id }];
  });
}

const named = (known: readonly KnownRuns[], name: string) =>
  known.find(({ names }) => names.some((one) => one.toLowerCase() === name.trim().toLowerCase()));

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

/** A number in a text, with its unit. */
const numberText = /[+\-−±]?\d[\d,]*(?:\.\d+)?(?:e[+-]?\d+)?(?:[\s\u00a0]?(?:%|points\b))?/i;

/** Whether a text shows one of the values, rounded to its digits. */
function shows(text: string, values: readonly number[]): boolean {
  const [found] = numberText.exec(text) ?? [];
  if (found === undefined || values.length === 0) return true;
  const percent = /(?:%|points)$/.test(found);
  const digits = found.replace(/points$|[\s\u00a0%,]/g, "").replace("−", "-");
  const shown = Number(digits);
  const [mantissa, exponent = "0"] = digits.toLowerCase().split("e") as [string, string?];
  const decimals = /\.(\d+)/.exec(mantissa)?.[1]?.length ?? 0;
  // Half a unit of the last digit, and a little more for a value half way between two.
  const tolerance = 0.5001 * 10 ** (Number(exponent) - decimals);
  return values.some((value) => Math.abs(shown - value * (percent ? 100 : 1)) <= tolerance + 1e-9 * Math.abs(value));
}

const say = (what: string, shown: string, [value = NaN]: readonly number[]) =>
  `it shows ${shown.trim()} as ${what}, where the record says ` +
  `${/%|points/.test(shown) ? `${(100 * value).toFixed(2)} %` : Number(value.toPrecision(5))}`;

// ---- captions and lines of text

interface Pattern {
  readonly text: RegExp;
  /** What each group of the pattern after the name must show. */
  readonly values: (known: KnownRuns) => readonly { readonly what: string; readonly of: readonly number[] }[];
}

const of = (what: string, ...values: readonly number[]) => ({ what, of: values });
const number = String.raw`([+\-−]?\d[\d,.]*(?:e[+-]?\d+)?(?:[\s\u00a0]?%)?)`;
const pattern = (source: string) =>
  new RegExp(source.replaceAll("NUMBER", number).replaceAll(" ", String.raw`[\s\u00a0]+`), "g");
const finals = ({ run }: KnownRuns) => run.final!;

const patterns: readonly Pattern[] = [
  {
    text: pattern(String.raw`([^\s.;,:][^.;,:\n]*?) after NUMBER iterations: train NUMBER, test NUMBER`),
    values: (known) => [
      of("iterations", known.run.config.iterations),
      of("training accuracy", finals(known).train.accuracy),
      of("test accuracy", finals(known).test.accuracy),
    ],
  },
  {
    text: pattern(String.raw`([a-z]\d-\d[a-e]?): NUMBER iterations in [^·]* · train NUMBER · test NUMBER`),
    values: (known) => [
      of("iterations", known.run.config.iterations),
      of("training accuracy", finals(known).train.accuracy),
      of("test accuracy", finals(known).test.accuracy),
    ],
  },
  {
    text: pattern(
      String.raw`([^\s.;,:][^.;,:\n]*?) at the end: train NUMBER, test NUMBER; ` +
        "lowest test loss NUMBER at iteration NUMBER",
    ),
    values: ({ run }) => {
      const lowest = Math.min(...run.testLoss);
      return [
        of("last training loss", run.trainLoss.at(-1)!),
        of("last test loss", run.testLoss.at(-1)!),
        of("lowest test loss", lowest),
        of("iteration of the lowest test loss", itemAt(run.iterations, lowestAt(run.testLoss))),
      ];
    },
  },
  {
    text: pattern(
      String.raw`([^\s.;,:][^.;,:\n]*?) on average at the end: train NUMBER, test NUMBER; ` +
        "lowest test loss of each seed NUMBER",
    ),
    values: ({ runs }) => [
      of("mean last training loss", mean(runs.map(({ trainLoss }) => trainLoss.at(-1)!))),
      of("mean last test loss", mean(runs.map(({ testLoss }) => testLoss.at(-1)!))),
      of("mean lowest test loss", mean(runs.map(({ testLoss }) => Math.min(...testLoss)))),
    ],
  },
  {
    text: pattern(
      String.raw`(?<=Gap after the last iteration[^\n]*[:,] )([^\s.;,:][^.;,:\n]*?) ([+\-−]?\d[\d.]* points)(?=[,.])`,
    ),
    values: ({ runs, run }) => [of("gap", mean(runs.map(gapOf)), gapOf(run))],
  },
  {
    text: pattern(String.raw`([^\s.;,:][^.;,:\n]*?) NUMBER / NUMBER(?=[;.](?!\d))`),
    values: (known) => [
      of("training accuracy", finals(known).train.accuracy),
      of("test accuracy", finals(known).test.accuracy),
    ],
  },
  {
    text: pattern(String.raw`([^\s.;,:][^.;,:\n]*?) NUMBER / NUMBER ± \d`),
    values: ({ run, runs }) => [
      of("training accuracy", run.final!.train.accuracy, mean(runs.map(({ final }) => final!.train.accuracy))),
      of("mean test accuracy", mean(runs.map(({ final }) => final!.test.accuracy))),
    ],
  },
  {
    text: pattern(String.raw`([^\s.;,:][^.;,:\n]*?) NUMBER with NUMBER(?:;| parameters)`),
    values: (known) => [of("test accuracy", finals(known).test.accuracy), of("parameters", known.run.model.parameters)],
  },
];

/** A confusion matrix names its model and its split in its alternative text. */
const confusion = pattern(
  String.raw`Confusion matrix of ([^.\n]*?) on the (test|training) set\. NUMBER of NUMBER wrong ` +
    String.raw`\(accuracy NUMBER\)\. Lowest recall: [^,]*, NUMBER\.`,
);

function wrongInText({ data = {}, text }: Output, known: readonly KnownRuns[]): string[] {
  const { meta } = figureOf(data)?.layout ?? {};
  const html = data["text/html"];
  const texts = [
    join(text),
    join(data["text/plain"] as string | undefined),
    html === undefined ? "" : readHtml(join(html as string)).text,
    meta?.alt ?? "",
    meta?.caption ?? "",
  ];
  return texts.flatMap((one) => [
    ...patterns.flatMap(({ text: wanted, values }) =>
      [...one.matchAll(wanted)].flatMap(([, name, ...shown]) => compare(nameIn(known, name!), values, shown)),
    ),
    ...[...one.matchAll(confusion)].flatMap(([, name, split, ...shown]) =>
      compare(named(known, name!), ({ run }) => confused(split === "test" ? run.final!.test : run.final!.train), shown),
    ),
  ]);
}

/** The model whose name ends a text: "linear" in "Test accuracy: linear". */
const nameIn = (known: readonly KnownRuns[], text: string) =>
  named(known, text) ?? named(known, text.split(/\s/).at(-1)!);

function confused({ accuracy, size, recall }: FinalEvaluation) {
  return [
    of("errors", Math.round((1 - accuracy) * size)),
    of("examples", size),
    of("accuracy", accuracy),
    of("lowest recall", Math.min(...recall)),
  ];
}

function compare(
  known: KnownRuns | undefined,
  values: Pattern["values"],
  shown: readonly (string | undefined)[],
): string[] {
  if (!known) return [];
  return values(known).flatMap(({ what, of: wanted }, i) => {
    const text = (shown[i] ?? "").replace(/[.,]$/, "");
    return shows(text, wanted) ? [] : [say(`${what} (${known.id})`, text, wanted)];
  });
}

// ---- tables

/** The values that a column may show about a run. */
const columns: readonly (readonly [RegExp, (known: KnownRuns, several: boolean) => readonly number[]])[] = [
  [
    /^(?:train|training)(?: accuracy)?$/,
    ({ run, runs }, several) =>
      several ? [mean(runs.map(({ final }) => final!.train.accuracy))] : [run.final!.train.accuracy],
  ],
  [
    /^test(?: accuracy)?$/,
    ({ run, runs }, several) =>
      several ? [mean(runs.map(({ final }) => final!.test.accuracy))] : [run.final!.test.accuracy],
  ],
  [
    /^(?:gap|train minus test accuracy|training minus test accuracy)$/,
    ({ run, runs }, several) => (several ? [mean(runs.map(gapOf))] : [gapOf(run), Math.abs(gapOf(run))]),
  ],
  [
    /^test loss$/,
    ({ run, runs }, several) => (several ? [mean(runs.map(({ final }) => final!.test.loss))] : [run.final!.test.loss]),
  ],
  [/^multiply-adds$/, ({ run }) => [multiplyAdds(run.model.layers)]],
  [/^mean gap$/, ({ runs }) => [mean(runs.map(gapOf))]],
  [
    /^(?:test errors|wrong on the test set)$/,
    ({ run }) => [Math.round((1 - run.final!.test.accuracy) * run.final!.test.size)],
  ],
  [/^parameters$/, ({ run }) => [run.model.parameters]],
  [/^iterations$/, ({ run }) => [run.config.iterations]],
  [/^batch size$/, ({ run }) => [run.config.batchSize]],
  [/^minutes$/, ({ run }) => [run.minutes.training + run.minutes.evaluation]],
  [/^seeds$/, ({ runs }) => [runs.length]],
  [/^lowest test loss$/, ({ run }) => [Math.min(...run.testLoss)]],
  [/^at iteration$/, ({ run }) => [itemAt(run.iterations, lowestAt(run.testLoss))]],
  [/^last test loss$/, ({ run }) => [run.final!.test.loss, run.testLoss.at(-1)!]],
  [/^last training loss$/, ({ run }) => [run.final!.train.loss, run.trainLoss.at(-1)!]],
];

const gapOf = ({ final }: RunRecord) => final!.train.accuracy - final!.test.accuracy;

/** The values of one split, in a table with a row for each split. */
function ofSplit(split: FinalEvaluation, column: string): readonly number[] {
  const recall = /^recall of class (\d+)$/.exec(column);
  if (recall) return [split.recall[Number(recall[1])] ?? NaN];
  if (column === "accuracy") return [split.accuracy];
  if (column === "balanced accuracy") return [split.balancedAccuracy];
  if (column === "loss") return [split.loss];
  return column === "wrong" ? [Math.round((1 - split.accuracy) * split.size)] : [];
}

function wrongInTables({ data = {} }: Output, known: readonly KnownRuns[]): string[] {
  const html = data["text/html"];
  return html === undefined ? [] : readHtml(join(html as string)).tables.flatMap((table) => wrongInTable(table, known));
}

function wrongInTable([head = [], ...rows]: TextTable, known: readonly KnownRuns[]): string[] {
  const names = head.map((name) => name.toLowerCase());
  const several = names.includes("seeds");
  const own = known.find((one) => one.own);
  return rows.flatMap((row) => {
    const model = row.map((cell) => named(known, cell)).find((one) => one !== undefined);
    const label = row[0]?.toLowerCase() ?? "";
    const split = own && /^(test|train|training), (?:all )?[\d,]+$/.exec(label)?.[1];
    return row.flatMap((cell, i): string[] => {
      const column = names[i] ?? "";
      const wrong = (what: string, values: readonly number[]) =>
        /^[+\-−]?\d/.test(cell) && !shows(cell, values) ? [say(what, cell, values)] : [];
      if (model) return wrong(`${column} of ${model.names[0]}`, valuesOf(column, model, several));
      if (split)
        return wrong(`${column} (${label})`, ofSplit(finals(own)[split === "test" ? "test" : "train"], column));
      // A table of claims names the quantity in its first column.
      const quantity = label.replace(/ is (?:above|below|exactly) .*$/, "");
      return own && column === "measured" ? wrong(quantity, valuesOf(quantity, own, false)) : [];
    });
  });
}

const valuesOf = (column: string, known: KnownRuns, several: boolean) =>
  columns.find(([name]) => name.test(column))?.[1](known, several) ?? [];

// ---- curves and matrices

function wrongInFigure({ data = {} }: Output, known: readonly KnownRuns[]): string[] {
  const { data: traces = [], layout } = figureOf(data) ?? {};
  const title = layout?.meta?.title ?? "";
  const alt = layout?.meta?.alt ?? "";
  const kind = /^Line chart of training and test (accuracy|loss)\b/.exec(alt)?.[1] as "accuracy" | "loss" | undefined;
  if (kind) return known.flatMap((one) => wrongCurves(traces, kind, one));
  const model = /^Confusion matrix of ([^.]*?) on the test set\./.exec(alt)?.[1] ?? title.replace(/^.*: /, "");
  const one = /^Confusion matrix of/.test(alt) ? named(known, model) : undefined;
  return one ? wrongMatrix(traces, one) : [];
}

/** One curve of each name must be the record's; others of that name are smoothed or enlarged. */
function wrongCurves(traces: readonly Trace[], kind: "accuracy" | "loss", { id, names, run, runs, own }: KnownRuns) {
  return (["train", "test"] as const).flatMap((split) => {
    const curves = traces.filter(
      ({ name, x }) => Array.isArray(x) && ((own && name === split) || names.some((one) => name === `${one} ${split}`)),
    );
    if (curves.length === 0) return [];
    const key = `${split}${kind === "accuracy" ? "Accuracy" : "Loss"}` as const;
    const averaged = run[key].map((_, i) => mean(runs.map((one) => one[key][i] ?? NaN)));
    const wanted = [...runs.map((one) => one[key]), averaged];
    return curves.some(({ x, y }) => isCurve(x, run.iterations) && wanted.some((curve) => isCurve(y, curve)))
      ? []
      : [`its ${split} curve is not the one of the record (${id})`];
  });
}

const isCurve = (shown: unknown, curve: readonly number[]) =>
  Array.isArray(shown) &&
  shown.length === curve.length &&
  curve.every((value, i) => Math.abs(Number(shown[i] ?? NaN) - value) <= 1e-4 * Math.abs(value) + 1e-6);

function wrongMatrix(traces: readonly Trace[], { id, run }: KnownRuns): string[] {
  const { confusion: counts } = run.final!.test;
  const shown = traces.find(({ type, text }) => type === "heatmap" && Array.isArray(text))?.text as
    | unknown[]
    | undefined;
  if (shown?.length !== counts.length) return [];
  const differs = counts.some((row, i) =>
    row.some((n, j) => {
      const text = String((shown[i] as unknown[] | undefined)?.[j] ?? "").replace(/<[^>]*>|,/g, "");
      return (text === "" ? 0 : Number(text)) !== n;
    }),
  );
  return differs ? [`its confusion matrix is not the one of the record (${id})`] : [];
}
