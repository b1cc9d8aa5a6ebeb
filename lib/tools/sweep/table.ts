import { meanPercent, percent, textTable } from "../../src/base/text";
import type { Spread } from "../../src/runs/spread";

/** The result of a sweep: `table.json` beside `index.html`. */
export interface SweepTable {
  readonly profile: "full" | "quick";
  /** Number of jobs of the sweep; with fewer runs the table is incomplete. */
  readonly jobs: number;
  readonly rows: readonly Spread[];
}

/** The table as text for a terminal. */
export function tableText({ rows }: SweepTable): string {
  const cells = rows.map((row) => [
    row.part,
    settingText(row),
    String(row.n),
    meanPercent(row.test, row.n),
    row.n > 1 ? `${(row.test.min * 100).toFixed(2)} to ${percent(row.test.max)}` : "",
    meanPercent(row.train, row.n),
    row.minutes.mean.toFixed(1),
  ]);
  const all = [["part", "setting", "n", "test accuracy", "range", "train accuracy", "minutes"], ...cells];
  return textTable(all, { right: (column) => column === 2 || column === 6 });
}

/** The settings of a row in words: "learningRate 0.0005", or "as on the sheet". */
export const settingText = ({ overrides }: Pick<Spread, "overrides">) =>
  Object.entries(overrides)
    .map(([name, value]) => `${name.replace("optimizer.", "")} ${value}`)
    .join(", ") || "as on the sheet";

/** Seeds in words: `[1, 2, 3, 7]` -> `"1-3, 7"`. */
export function seedsText(seeds: readonly number[]): string {
  const ranges: [number, number][] = [];
  for (const seed of seeds) {
    const last = ranges.at(-1);
    if (last && seed === last[1] + 1) last[1] = seed;
    else ranges.push([seed, seed]);
  }
  return ranges.map(([from, to]) => (from === to ? `${from}` : `${from}-${to}`)).join(", ");
}
