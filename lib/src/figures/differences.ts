import { pValue, signedPoints, signOf } from "../base/text";
import type { ModelComparison } from "../runs/compare";
import { type Figure, figure, type Words } from "./figure";
import { round } from "./numbers";
import { colors, modelStyle } from "./theme";

/**
 * Differences between models with their 95 % confidence intervals over the seeds, one row each. A filled point is a
 * difference that is shown after Holm's correction; a hollow one is not shown.
 *
 * @param found What `compareModels` returned, all by one measure.
 * @throws When there is no comparison.
 * @example
 * show(figures.differences(compareModels(runs, [["h6-1d", "h6-1b"]])));
 */
export function differences(found: readonly ModelComparison[], words: Partial<Words> = {}): Figure {
  const [first] = found;
  if (!first) throw new Error("Expected at least one comparison but found none: train both models of a pair first.");
  const scale = first.measure === "testLoss" ? 1 : 100;
  const said = (value: number) =>
    first.measure === "testLoss" ? `${signOf(value)}${Math.abs(value).toFixed(3)}` : signedPoints(value);
  const rows = found.map((one) => ({
    ...one,
    label: `${modelStyle(one.one).name} − ${modelStyle(one.other).name}`,
    reach: Number.isNaN(one.low) ? 0 : scale * (one.high - one.difference),
  }));
  const data = rows.map(({ label, difference, reach, shown, holm }) => ({
    type: "scatter",
    mode: "markers",
    name: label,
    x: [round(scale * difference, 5)],
    y: [label],
    marker: {
      color: colors.ink,
      size: 11,
      symbol: shown ? "circle" : "circle-open",
      line: { width: 2, color: colors.ink },
    },
    error_x: { type: "data", array: [round(reach, 5)], color: colors.ink, thickness: 2, width: 6, visible: reach > 0 },
    hovertemplate: `${said(difference)}, corrected p ${pValue(holm)}<extra>${label}</extra>`,
  }));
  const ends = rows.flatMap(({ difference, reach }) => [scale * difference - reach, scale * difference + reach, 0]);
  const [low, high] = [Math.min(...ends), Math.max(...ends)];
  const room = 0.06 * (high - low || 1);
  const caption =
    words.caption ??
    "Points: difference of the means over the seeds; bars: 95 % confidence interval. Filled: shown after Holm's " +
      "correction; hollow: not shown.";
  const spoken = rows.map(
    ({ label, difference, low: from, high: to, shown }) =>
      `${label}: ${said(difference)}${Number.isNaN(from) ? "" : ` (${said(from)} to ${said(to)})`}, ` +
      `${shown ? "shown" : "not shown"}`,
  );
  const longest = Math.max(...rows.map(({ label }) => label.length));
  const drawn = figure(
    data,
    {
      title:
        words.title ??
        `Differences of the ${{ test: "test accuracy", testLoss: "test loss", gap: "gap" }[first.measure]}`,
      caption,
      alt: words.alt ?? `Differences with confidence intervals. ${spoken.join("; ")}. ${caption}`,
    },
    {
      height: 40 * rows.length + 20,
      left: Math.min(220, 24 + Math.round(6.6 * longest)),
      x: {
        title: first.measure === "testLoss" ? "difference" : "difference, in points",
        range: [low - room, high + room],
        tickformat: "~g",
      },
      y: { type: "category", autorange: "reversed", automargin: false },
    },
  );
  const zero = { type: "line", xref: "x", yref: "y domain", x0: 0, x1: 0, y0: 0, y1: 1, layer: "below" };
  return {
    data: drawn.data,
    layout: {
      ...drawn.layout,
      annotations: [],
      shapes: [{ ...zero, line: { color: colors.grey, width: 1, dash: "dash" } }],
    },
  };
}
