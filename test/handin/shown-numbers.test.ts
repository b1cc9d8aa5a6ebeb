import { expect, test } from "vitest";
import * as figures from "../../lib/src/figures";
import { plotlyMime } from "../../lib/src/figures/figure";
import { findPart } from "../../lib/src/parts";
import type { Subject } from "../../lib/tools/handin/rules/rule";
import { shownNumberRules } from "../../lib/tools/handin/rules/shown-numbers";
import { sampleRecord } from "../fixtures/records";

const seeds = (["h6-1a", "h6-1b", "h6-1c", "h6-1d"] as const).flatMap((part) =>
  [1, 2, 3].map((seed) => sampleRecord(part, seed)),
);
const single = seeds.filter(({ seed }) => seed === 1);

/** What the rule finds where the comparison's notebook shows this figure, its text changed. */
function found(figure: figures.Figure, change: (text: string) => string = (text) => text): string[] {
  const changed = JSON.parse(change(JSON.stringify(figure))) as figures.Figure;
  const output = {
    output_type: "display_data",
    data: { [plotlyMime]: changed, "text/plain": changed.layout.meta.alt },
    metadata: {},
  };
  const cell = { cell_type: "code", id: "c", source: "", metadata: {}, outputs: [output], execution_count: 1 };
  const subject = {
    part: findPart("h6-1e")!,
    notebook: { cells: [cell], metadata: {}, nbformat: 4, nbformat_minor: 5 },
    seed: 1,
    records: (part: string) =>
      seeds.filter((record) => record.part === part).map((record) => ({ folder: "", hash: "", record })),
  } as unknown as Subject;
  return shownNumberRules.flatMap(({ find }) => [...find(subject)].map(({ value }) => String(value)));
}

test.each([
  ["comparison", figures.comparison(seeds)],
  ["comparison of one seed", figures.comparison(single)],
  ["gap", figures.gap(seeds)],
  ["gap of one seed", figures.gap(single)],
  ["loss", figures.loss(seeds)],
  ["loss of one seed", figures.loss(single)],
])("the true figure passes: %s", (_, figure) => expect(found(figure)).toEqual([]));

test.each([
  ["a mean test accuracy", figures.comparison(seeds), /(CNN [\d.]+\s% \/ )\d\d/g, /as mean test accuracy \(h6-1d\)/],
  ["one seed's test accuracy", figures.comparison(single), /(CNN [\d.]+\s% \/ )\d\d/g, /as test accuracy \(h6-1d\)/],
  ["a gap", figures.gap(seeds), /(dropout )\d\.\d\d(?= points)/g, /as gap \(h6-1c\)/],
  ["a mean loss", figures.loss(seeds), /(MLP on average at the end: train )[\d.]+\d/g, /last training loss \(h6-1b\)/],
])("a changed number is found: %s", (_, figure, number, says) => {
  const values = found(figure, (text) => text.replace(number, "$177"));
  expect(values).toHaveLength(1);
  expect(values[0]).toMatch(says);
});
