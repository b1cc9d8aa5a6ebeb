import { statistic, type Statistic } from "../../src/base/statistics";
import type { RunRecord } from "../../src/runs/record";
import { recordNumber } from "../../src/runs/record-number";

/** A number in prose: `<span data-record="h6-1b.test">98.4 %</span>`. */
export interface Tag {
  readonly key: string;
  readonly text: string;
  /** Where `text` starts in the markdown. */
  readonly at: number;
}

/** Gives all finished records of a part that the hand-in's profile has, with the sheet's own settings, by seed. */
export type Records = (part: string) => readonly RunRecord[];

const tag = /<span\b[^<>]*\bdata-record=(["'])(.*?)\1[^<>]*>([^<]*)<\/span>/g;

// A fenced block to its closing fence or the end, or a span between equally long runs of backticks.
const code = /^( {0,3})(`{3,}|~{3,})[^\n]*\n[\s\S]*?(?:\n\1?\2[^\n]*|$(?![\s\S]))|(`+)(?!`)[\s\S]*?[^`]\3(?!`)/gm;

/** Markdown with its code spans and code blocks blanked out, every other character in its place. */
export const withoutCode = (markdown: string) => markdown.replace(code, (span) => span.replace(/[^\n]/g, " "));

export function findTags(markdown: string): Tag[] {
  return [...withoutCode(markdown).matchAll(tag)].map((match) => {
    const at = match.index! + match[0].lastIndexOf(match[3]!, match[0].length - "</span>".length);
    return { key: match[2]!, text: match[3]!, at };
  });
}

/** Tags that are opened but not as `findTags` reads them, so nothing would fill or check them. */
export const brokenTags = (markdown: string) =>
  (withoutCode(markdown).match(/\bdata-record\b/g)?.length ?? 0) - findTags(markdown).length;

/** Puts what `resolve` says into each tag; a tag that it cannot resolve keeps its text. */
export function fillTags(markdown: string, resolve: (key: string) => string | undefined): string {
  return findTags(markdown).reduceRight(
    (text, { key, text: old, at }) => text.slice(0, at) + (resolve(key) ?? old) + text.slice(at + old.length),
    markdown,
  );
}

/**
 * The text that belongs into a tag: `PART.KEY` is a number of the record of the run with this seed,
 * `sweep.PART.KEY.STATISTIC` (mean, sd, min, max, n) one over all seeds. Throws an error that says what is missing.
 */
export function tagText(key: string, records: Records, seed: number): string {
  const over = /^sweep\.([^.]+)\.(.+)\.(mean|sd|min|max|n)$/.exec(key);
  if (over)
    return overSeeds(
      over[3]!,
      records(over[1]!).map((record) => recordNumber(record, over[2]!)),
      key,
    );
  const [, part, inner] = /^([^.]+)\.(.+)$/.exec(key) ?? [];
  if (!part || !inner) throw new Error(`Expected a tag such as h6-1b.test but found ${key}`);
  const record = records(part).find((one) => one.seed === seed);
  if (!record)
    throw new Error(`Expected a finished record of ${part} with seed ${seed} for the tag ${key} but found none`);
  return recordNumber(record, inner).text;
}

function overSeeds(
  name: string,
  numbers: readonly { readonly value: number; readonly text: string }[],
  key: string,
): string {
  const n = numbers.length;
  if (n === 0) throw new Error(`Expected finished records for the tag ${key} but found none`);
  if (name === "n") return String(n);
  // A spread is small beside its mean: one more decimal.
  return likeText(
    statistic(numbers.map(({ value }) => value))[name as keyof Statistic],
    numbers[0]!.text,
    name === "sd" ? 1 : 0,
  );
}

/** A value in the form that its fellow has: per cent or plain, with as many decimals and `more`. */
function likeText(value: number, text: string, more: number): string {
  const decimals = (/\.(\d+)/.exec(text)?.[1]?.length ?? 0) + more;
  const percent = text.endsWith("%");
  const written = (percent ? value * 100 : value).toLocaleString("en-US", {
    minimumFractionDigits: decimals,
    maximumFractionDigits: decimals,
  });
  return written + (percent ? " %" : "");
}

/** Markdown with every tag empty: what stays the same from one hand-in to the next. */
export const withoutTagTexts = (markdown: string) => fillTags(markdown, () => "");
