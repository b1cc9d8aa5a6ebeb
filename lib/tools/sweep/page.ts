import { readFileSync } from "node:fs";
import { join } from "node:path";
import { itemAt } from "../../src/base/item-at";
import { type Statistic, statistic } from "../../src/base/statistics";
import { escapeHtml, meanPercent, percent } from "../../src/base/text";
import { curves } from "../../src/figures/curves";
import type { Figure } from "../../src/figures/figure";
import { modelStyle, paletteColor } from "../../src/figures/theme";
import type { RunRecord } from "../../src/runs/record";
import type { Spread } from "../../src/runs/spread";
import { root } from "./places";
import { type SweepTable, seedsText, settingText } from "./table";

/** Test accuracy over the iterations: the mean over the seeds as a line in a band of one standard deviation. */
export function sweepFigure({ rows, profile }: SweepTable, records: readonly RunRecord[]): Figure {
  const several = new Set(rows.map((row) => row.part)).size < rows.length;
  const groups = rows.map((row, i) => {
    const runs = records.filter((record) => record.part === row.part && settingText(record) === settingText(row));
    const x = itemAt(runs, 0).iterations;
    // Runs of one setting are evaluated at the same iterations; a shorter one would bend the mean.
    const curvesOfRuns = runs.filter((run) => run.iterations.length === x.length).map((run) => run.testAccuracy);
    const points = x.map((_, at) => statistic(curvesOfRuns.map((curve) => itemAt(curve, at))));
    const color = several ? paletteColor(i) : modelStyle(row.part).color;
    return { row, x, points, color, name: several ? `${row.part} ${settingText(row)}` : modelStyle(row.part).name };
  });
  const caption =
    "Test accuracy, mean over the seeds; the band is one standard deviation to each side. After the last " +
    `iteration: ${groups.map(({ name, row }) => `${name} ${finalText(row)}`).join("; ")}.`;
  // The range shows where the curves differ: the climb of the first third would press the rest into one line.
  const late = groups.flatMap(({ x, points }) =>
    points.filter((_, at) => itemAt(x, at) >= itemAt(x, -1) / 3).map(({ mean, sd }) => mean - sd),
  );
  const floor = Math.max(0, Math.floor((Math.min(...late) - 0.005) * 100) / 100);
  return curves(
    groups.map(({ x, points, color, name }) => ({ name, x, y: points.map(({ mean }) => mean), color })),
    {
      title: `Sweep: test accuracy${profile === "quick" ? " (quick runs)" : ""}`,
      caption,
      x: "iteration",
      y: "test accuracy",
      yRange: [floor, 1],
      yFormat: ".1%",
      height: 360,
      bands: groups
        .filter(({ row }) => row.n > 1)
        .map(({ x, points, color }) => ({
          x,
          color,
          low: points.map(({ mean, sd }) => mean - sd),
          high: points.map(({ mean, sd }) => Math.min(1, mean + sd)),
        })),
    },
  );
}

const finalText = ({ test, n }: Spread) => `${meanPercent(test, n)} (n = ${n})`;

const columns = "part, setting, n, seeds, test accuracy, range, balanced, train accuracy, train - test, minutes".split(
  ", ",
);

/** One file that opens offline: the table, the figure, and plotly.js. */
export function sweepPage(table: SweepTable, records: readonly RunRecord[]): string {
  const { rows, jobs, profile } = table;
  const runs = rows.reduce((sum, { n }) => sum + n, 0);
  const missing = runs < jobs ? `<p class="notice">${jobs - runs} of ${jobs} runs are missing.</p>` : "";
  const quick = profile === "quick" ? '<p class="notice">Quick runs, not for hand-in.</p>' : "";
  const figure = rows.length > 0 ? sweepFigure(table, records) : undefined;
  const plotly = figure
    ? readFileSync(join(root, "node_modules/plotly.js-cartesian-dist-min/plotly-cartesian.min.js"), "utf8")
    : "";
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Sweep over ${escapeHtml([...new Set(rows.map(({ part }) => part))].join(", "))}</title>
<style>
body { font: 16px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 76rem; padding: 0 1rem; color: #1f2933;
  background: #fff; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; }
th, td { padding: 0.25rem 0.75rem; text-align: right; border-bottom: 1px solid #e3e7eb; white-space: nowrap; }
th:nth-child(-n + 2), td:nth-child(-n + 2) { text-align: left; }
.notice { background: #fff4e5; padding: 0.5rem 1rem; }
</style>
<h1>Sweep over ${escapeHtml([...new Set(rows.map(({ part }) => part))].join(", "))}</h1>
${quick}${missing}
<div class="wide"><table>
<thead><tr>${columns.map((name) => `<th>${name}</th>`).join("")}</tr></thead>
<tbody>
${rows.map(rowHtml).join("\n")}
</tbody></table></div>
<p>Mean ± sample standard deviation over n seeds, after the last iteration; balanced: mean recall of the classes;
minutes: training and evaluation of one run.</p>
${
  figure
    ? `<div id="figure" role="img" aria-label="${escapeHtml(figure.layout.meta.alt)}"></div>
<script>${plotly.replaceAll("</script", "<\\/script")}</script>
<script>const figure = ${JSON.stringify(figure).replaceAll("<", "\\u003c")};
Plotly.newPlot("figure", figure.data, figure.layout, { responsive: true, displaylogo: false });</script>`
    : "<p>No run has ended yet.</p>"
}
</html>
`;
}

function rowHtml(row: Spread): string {
  const text = (figure: Statistic) => meanPercent(figure, row.n);
  const range = row.n > 1 ? `${(row.test.min * 100).toFixed(2)} to ${percent(row.test.max)}` : "";
  const cells = [
    row.part,
    settingText(row),
    String(row.n),
    seedsText(row.seeds),
    text(row.test),
    range,
    text(row.balancedAccuracy),
    text(row.train),
    text(row.gap),
    row.minutes.mean.toFixed(1),
  ];
  return `<tr>${cells.map((cell) => `<td>${escapeHtml(cell)}</td>`).join("")}</tr>`;
}
