import { merit } from "../../src/runs/merit";
import type { RunRecord } from "../../src/runs/record";
import { spread } from "../../src/runs/spread";
import { UserError } from "../user-error";
import { parts } from "./parts";
import { tagText, type Records } from "../notebooks/tags";

const before = "<!-- results: written by npm run handin -- --keep from the records in data/runs -->";
const after = "<!-- /results -->";

/**
 * The README's table of results: what the full runs with the sheet's own settings came to; the first seed's run, and
 * the spread where there are more.
 */
export function resultsTable(records: Records): string {
  const trained = parts.flatMap(({ id, title, sheet }) => {
    const all = sheet ? records(id) : [];
    return all.length > 0 ? [{ id, title, all, first: all[0]! }] : [];
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
  const rows = trained.map(({ id, title, all, first }) => [
    id,
    title.toLowerCase().replace("long short-term memory", "LSTM"),
    ...["parameters", "test", "train", "minutes"].map((key) => merit(first, key).text),
    ...(several ? [scatter(all)] : []),
  ]);
  const table = [head, head.map((_, column) => (column < 2 ? "---" : "---:")), ...rows]
    .map((cells) => `| ${cells.join(" | ")} |`)
    .join("\n");
  const firsts = trained.map(({ first }) => first);
  return [table, ...fresh(records), [machines(trained.flatMap(({ all }) => all)), ...cost(firsts)].join(" ")].join(
    "\n\n",
  );
}

/** A README with the table in the place that its two comments mark. */
export function withResults(readme: string, table: string): string {
  const [from, to] = [readme.indexOf(before), readme.indexOf(after)];
  if (from < 0 || to < from)
    throw new UserError(
      `Expected README.md to mark the place of its results by "${before}" and "${after}" but found ${from < 0 ? "no beginning" : "no end"}: put the two lines back.`,
    );
  return `${readme.slice(0, from + before.length)}\n${table}\n${readme.slice(to)}`;
}

function scatter(all: readonly RunRecord[]): string {
  if (all.length < 2) return "one run";
  const { test, n } = spread(all)[0]!;
  const percent = (fraction: number) => (100 * fraction).toFixed(2);
  return `${percent(test.mean)} ± ${percent(test.sd)} % (${n})`;
}

/** H6.2's accuracy says little: always answering 1 is nearly as good. */
function fresh(records: Records): string[] {
  const measured = records("h6-2").filter(({ extra }) => extra.fresh);
  const [lstm] = measured;
  if (!lstm) return [];
  const of = (key: string) => merit(lstm, `extra.fresh.${key}`).text;
  const over = (statistic: string) =>
    tagText(`sweep.h6-2.extra.fresh.balancedAccuracy.${statistic}`, () => measured, lstm.seed);
  const several =
    measured.length > 1
      ? ` Over ${over("n")} seeds the balanced accuracy is ${over("mean")} in the mean, from ${over("min")} to ${over("max")}.`
      : "";
  return [
    `H6.2 on ${of("size")} fresh series: accuracy ${of("accuracy")} where always answering 1 has ${of("baselineAccuracy")}; recall of class 0 ${of("recall0")}, balanced accuracy ${of("balancedAccuracy")}.${several}`,
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
  return `After the last iteration, on all training and test examples; minutes of training with its evaluations, on ${names.join(" and on ")}.`;
}

/** What a sweep costs where these runs were made, once all parts have one. */
function cost(records: readonly RunRecord[]): string[] {
  if (records.length < parts.filter(({ sheet }) => sheet).length) return [];
  const hours = records.reduce(
    (sum, { minutes, threads }) =>
      sum + ((minutes.training + minutes.evaluation) / 60) * Math.max(threads.intra, threads.inter),
    0,
  );
  return [
    `A sweep of ten seeds of all five parts costs about ${(10 * hours).toFixed(0)} core hours there (cores times time).`,
  ];
}
