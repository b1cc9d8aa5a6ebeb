import { UserError } from "../../src/base/errors.cjs";
import { isObject } from "../../src/base/is-object";
import { itemAt } from "../../src/base/item-at";
import { markdownTable, meanPercent, wrapText } from "../../src/base/text";
import { type TrainedPart, trainedParts } from "../../src/parts";
import type { RunRecord } from "../../src/runs/record";
import { recordNumber } from "../../src/runs/record-number";
import { spread } from "../../src/runs/spread";
import { type Records, tagText } from "../notebooks/tags";

const before = "<!-- results: written by npm run handin -- --keep from the records in data/runs -->";
const after = "<!-- /results -->";

/**
 * The README's table of results: the first seed's full run of each part with the sheet's own settings, and the scatter
 * where there are more seeds.
 */
export function resultsTable(records: Records): string {
  const trained = trainedParts.flatMap(({ id, noun }) => {
    const all = records(id);
    return all.slice(0, 1).map((first) => ({ id, noun, all, first }));
  });
  if (trained.length === 0) return "No full run is recorded yet.";
  const several = trained.some(({ all }) => all.length > 1);
  const head = [
    "part",
    "model",
    "parameters",
    "test",
    "training",
    "minutes",
    ...(several ? ["test, mean ± sd (seeds)"] : []),
  ];
  const rows = trained.map(({ id, noun, all, first }) => [
    id,
    noun,
    ...["parameters", "test", "train", "minutes"].map((key) => recordNumber(first, key).text),
    ...(several ? [scatter(all)] : []),
  ]);
  const table = markdownTable([head, ...rows], { right: (column) => column >= 2 });
  const firsts = trained.map(({ first }) => first);
  return [
    table,
    ...trainedParts.flatMap((part) => fresh(part, records)),
    [machines(trained.flatMap(({ all }) => all)), ...cost(firsts)].join(" "),
  ].join("\n\n");
}

/**
 * A README with the table in the place that its two comments mark.
 *
 * @throws UserError When one of the two comments is missing.
 */
export function withResults(readme: string, table: string): string {
  const [from, to] = [readme.indexOf(before), readme.indexOf(after)];
  if (from < 0 || to < from)
    throw new UserError(
      `Expected README.md to mark the place of its results by "${before}" and "${after}" but found ` +
        `${from < 0 ? "no beginning" : "no end"}: put the two lines back.`,
    );
  const paragraphs = table.split("\n\n").map((text) => (text.startsWith("|") ? text : wrapText(text)));
  return `${readme.slice(0, from + before.length)}\n${paragraphs.join("\n\n")}\n${readme.slice(to)}`;
}

function scatter(all: readonly RunRecord[]): string {
  if (all.length < 2) return "one run";
  const { test, n } = itemAt(spread(all), 0);
  return `${meanPercent(test, n)} (${n})`;
}

/** Results on fresh series: where one class is rare, always answering the other has nearly the same accuracy. */
function fresh({ id, label, sheet }: TrainedPart, records: Records): string[] {
  if (sheet.metric !== "balanced accuracy") return [];
  const measured = records(id).filter(({ extra }) => extra.fresh);
  const [first] = measured;
  if (!first) return [];
  const of = (key: string) => recordNumber(first, `extra.fresh.${key}`).text;
  const over = (statistic: string) =>
    tagText(`sweep.${id}.extra.fresh.balancedAccuracy.${statistic}`, () => measured, first.seed);
  const several =
    measured.length > 1
      ? ` Over ${over("n")} seeds the balanced accuracy is ${over("mean")} on average, from ${over("min")} to ` +
        `${over("max")}.`
      : "";
  return [
    `${label} on ${isObject(first.extra.fresh) && "size" in first.extra.fresh ? `${of("size")} ` : ""}fresh ` +
      `series: accuracy ${of("accuracy")} where always answering 1 has ${of("baselineAccuracy")}; recall of class ` +
      `0 ${of("recall0")}, balanced accuracy ${of("balancedAccuracy")}.${several}`,
  ];
}

function machines(records: readonly RunRecord[]): string {
  const names = [
    ...new Set(
      records.map(
        ({ machine: { cpu, cores }, versions }) =>
          `${cpu}, ${cores} cores, Node ${versions.node}, libtensorflow ${versions.tensorflow}`,
      ),
    ),
  ];
  return (
    "After the last iteration, on all training and test examples; minutes of training with its evaluations, on " +
    `${names.join(" and on ")}.`
  );
}

/** What a sweep costs on the machines of these runs, once all parts have a run. */
function cost(records: readonly RunRecord[]): string[] {
  if (records.length < trainedParts.length) return [];
  const hours = records.reduce(
    (sum, { minutes, threads }) =>
      sum + ((minutes.training + minutes.evaluation) / 60) * Math.max(threads.intra, threads.inter),
    0,
  );
  const count =
    ["no", "one", "two", "three", "four", "five", "six", "seven", "eight"][records.length] ?? records.length;
  return [
    `A sweep of ten seeds of all ${count} parts costs about ${(10 * hours).toFixed(0)} core hours there (cores ` +
      "times time).",
  ];
}
