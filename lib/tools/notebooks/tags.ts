import { type Statistic, statistic } from "../../src/base/statistics";
import { points } from "../../src/base/text";
import { mnistTestLabels } from "../../src/data/mnist";
import { parts } from "../../src/parts";
import { compareModels } from "../../src/runs/compare";
import { comparisonTexts } from "../../src/runs/comparison-texts";
import type { Measure } from "../../src/runs/measures";
import type { RunRecord } from "../../src/runs/record";
import { recordNumber } from "../../src/runs/record-number";

/** A number in prose: `<span data-record="h6-1b.test">98.4 %</span>`. */
export interface Tag {
  readonly key: string;
  readonly text: string;
  /** Where `text` starts in the markdown. */
  readonly at: number;
}

/**
 * Gives all finished records of a part that the hand-in's profile has, by seed: those with the sheet's own settings, or
 * those of a variant ("h6-1d:dropout").
 */
export type Records = (part: string) => readonly RunRecord[];

/** The text of a tag about a variant that was not trained; the hand-in does not fail because of it. */
const notMeasured = "not measured";

const tag = /<span\b[^<>]*\bdata-record=(["'])(.*?)\1[^<>]*>([^<]*)<\/span>/g;

// A fenced block to its closing fence or the end, or a span between equally long runs of backticks.
const code = /^( {0,3})(`{3,}|~{3,})[^\n]*\n[\s\S]*?(?:\n\1?\2[^\n]*|$(?![\s\S]))|(`+)(?!`)[\s\S]*?[^`]\3(?!`)/gm;

/** Markdown with blanks in place of its code spans and code blocks; every other character keeps its place. */
export const withoutCode = (markdown: string) => markdown.replace(code, (span) => span.replace(/[^\n]/g, " "));

/** The tags of some Markdown, in their order; code holds none. */
export function findTags(markdown: string): Tag[] {
  return [...withoutCode(markdown).matchAll(tag)].map(({ 0: element, 2: key = "", 3: text = "", index = 0 }) => {
    const at = index + element.length - "</span>".length - text.length;
    return { key, text, at };
  });
}

/** How many tags are written in a way that `findTags` does not read, so that nothing would fill or check them. */
export const brokenTags = (markdown: string) =>
  (withoutCode(markdown).match(/\bdata-record\b/g)?.length ?? 0) - findTags(markdown).length;

/** Fills each tag with the text that `resolve` returns; a tag without one keeps its text. */
export function fillTags(markdown: string, resolve: (key: string) => string | undefined): string {
  return findTags(markdown).reduceRight(
    (text, { key, text: old, at }) => text.slice(0, at) + (resolve(key) ?? old) + text.slice(at + old.length),
    markdown,
  );
}

/**
 * The text for a tag. `PART.KEY` is a number of the record of the run with this seed (`recordNumber`);
 * `sweep.PART.KEY.STATISTIC` (mean, sd, min, max, n) is one over all seeds; `compare.ONE.OTHER.MEASURE.STATISTIC` is
 * one of a test between two models (`comparisonTexts`). PART, ONE and OTHER may name a variant: "h6-1d:dropout"; one
 * that was not trained gives "not measured".
 *
 * @throws Error When the key is wrong, or a record is missing; its message has no full stop.
 */
export function tagText(key: string, records: Records, seed: number): string {
  const [, model, measure, statistic] = /^sweep\.([^.]+)\.(.+)\.(mean|sd|min|max|n)$/.exec(key) ?? [];
  if (model && measure && statistic) {
    const runs = records(model);
    if (runs.length === 0 && model.includes(":")) return statistic === "n" ? "0" : notMeasured;
    return overSeeds(
      statistic,
      runs.map((record) => recordNumber(record, measure)),
      key,
    );
  }
  const compared = /^compare\.([^.]+)\.([^.]+)\.(test|testLoss|gap)\.(\w+)$/.exec(key);
  if (compared) return ofComparison(compared, records);
  const [, part, inner] = /^([^.]+)\.(.+)$/.exec(key) ?? [];
  if (!part || !inner) throw new Error(`Expected a tag such as h6-1b.test but found ${key}`);
  const record = records(part).find((one) => one.seed === seed);
  if (!record)
    throw new Error(`Expected a finished record of ${part} with seed ${seed} for the tag ${key} but found none`);
  return recordNumber(record, inner).text;
}

/** One number of the test between two models, corrected within the pairs that the table of parts groups with them. */
function ofComparison([key, one, other, measure, name]: readonly string[], records: Records): string {
  const isIt = ([a, b]: readonly string[]) => a === one && b === other;
  const family = parts.flatMap(({ comparisons = [] }) => comparisons).find((pairs) => pairs.some(isIt));
  if (!family) throw new Error(`Expected a pair of models that the table of parts compares but found ${key}`);
  const ids = [...new Set(family.flat())];
  const all = ids.flatMap((id) => records(id));
  // Only McNemar's test looks at single images.
  const [example] = all;
  const labels = name!.startsWith("mcnemar") && example ? mnistTestLabels(example.data) : undefined;
  const found = compareModels(all, family, { measure: measure as Measure, labels }).find((pair) =>
    isIt([pair.one, pair.other]),
  );
  if (!found) {
    if (`${one}${other}`.includes(":")) return notMeasured;
    throw new Error(`Expected finished records of ${one} and ${other} for the tag ${key} but found none`);
  }
  const texts: Readonly<Record<string, string>> = { ...comparisonTexts(found) };
  const text = texts[name!];
  if (text === undefined) throw new Error(`Expected one of ${Object.keys(texts).join(", ")} at the end of ${key}`);
  return text;
}

function overSeeds(
  name: string,
  numbers: readonly { readonly value: number; readonly text: string }[],
  key: string,
): string {
  const [first] = numbers;
  if (!first) throw new Error(`Expected finished records for the tag ${key} but found none`);
  if (name === "n") return String(numbers.length);
  const value = statistic(numbers.map((number) => number.value))[name as keyof Statistic];
  // The lowest and the highest are numbers of one run, and are written as that run writes them.
  const same = numbers.find((number) => number.value === value);
  if (same && name !== "sd") return same.text;
  return likeText(value, first.text, name === "sd");
}

/** A value in the form of another text: per cent or plain, with as many decimals; a spread of per cents in points. */
function likeText(value: number, text: string, spread: boolean): string {
  const decimals = /\.(\d+)/.exec(text)?.[1]?.length ?? 0;
  const percent = text.endsWith("%");
  if (text.endsWith(" points") || (percent && spread)) return points(value, decimals);
  // A spread is small beside its mean: one more decimal.
  const digits = decimals + (spread ? 1 : 0);
  const written = (percent ? value * 100 : value).toLocaleString("en-US", {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
  return written + (percent ? " %" : "");
}

/** Markdown with every tag emptied, so that it is the same in each hand-in. */
export const withoutTagTexts = (markdown: string) => fillTags(markdown, () => "");
