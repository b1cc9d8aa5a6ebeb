import type { Spread } from "../../src/runs/spread";

/** What a sweep comes to: written as `table.json` beside `index.html`. */
export interface Table {
  readonly profile: "full" | "quick";
  /** Jobs of the sweep; fewer runs than jobs make the table a part of it. */
  readonly jobs: number;
  readonly rows: readonly Spread[];
}

/** The table as the terminal shows it. */
export function tableText({ rows }: Table): string {
  const percent = ({ mean, sd }: { readonly mean: number; readonly sd: number }, n: number) =>
    `${(mean * 100).toFixed(2)}${n > 1 ? ` ± ${(sd * 100).toFixed(2)}` : ""} %`;
  const cells = rows.map((row) => [
    row.part,
    settingText(row),
    String(row.n),
    percent(row.test, row.n),
    row.n > 1 ? `${(row.test.min * 100).toFixed(2)} to ${(row.test.max * 100).toFixed(2)} %` : "",
    percent(row.train, row.n),
    row.minutes.mean.toFixed(1),
  ]);
  const all = [["part", "setting", "n", "test accuracy", "range", "train accuracy", "minutes"], ...cells];
  const widths = all[0]!.map((_, column) => Math.max(...all.map((line) => line[column]!.length)));
  return all
    .map((line) =>
      line
        .map((cell, column) =>
          column === 2 || column === 6 ? cell.padStart(widths[column]!) : cell.padEnd(widths[column]!),
        )
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

export const settingText = ({ overrides }: Pick<Spread, "overrides">) =>
  Object.entries(overrides)
    .map(([name, value]) => `${name.replace("optimizer.", "")} ${value}`)
    .join(", ") || "as on the sheet";

/** `[1, 2, 3, 7]` -> `"1-3, 7"`. */
export function seedsText(seeds: readonly number[]): string {
  const ranges: [number, number][] = [];
  for (const seed of seeds) {
    const last = ranges.at(-1);
    if (last && seed === last[1] + 1) last[1] = seed;
    else ranges.push([seed, seed]);
  }
  return ranges.map(([from, to]) => (from === to ? `${from}` : `${from}-${to}`)).join(", ");
}
