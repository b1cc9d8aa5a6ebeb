import { colors } from "../../figures/theme";
import { type SeriesRun, seriesText } from "../../live/series-data";
import { type Still, stillOf, stillTitle } from "./still";

/** A series with its running sum and the network's answer after each step, as SVG. */
export function seriesStill(
  { digits, sums, y }: SeriesRun,
  { threshold, title }: { readonly threshold: number; readonly title: string },
): Still {
  const [width, height, wide, high, top] = [720, 236, 280, 112, 84];
  const most = Math.max(threshold * 1.3, ...sums);
  const panel = (
    { name, color, border }: { readonly name: string; readonly color: string; readonly border: number },
    { left, values, to }: { readonly left: number; readonly values: readonly number[]; readonly to: number },
  ) => {
    const at = (value: number) => (top + (1 - value / to) * high).toFixed(1);
    const across = (t: number) => (left + (t / Math.max(1, values.length - 1)) * wide).toFixed(1);
    const points = values.map((value, t) => `${across(t)},${at(value)}`).join(" ");
    return [
      `<text x="${left}" y="${top - 10}" font-weight="bold" fill="${color}">${name}</text>`,
      ...[0, to].map(
        (value) =>
          `<line x1="${left}" x2="${left + wide}" y1="${at(value)}" y2="${at(value)}" stroke="${colors.grid}"/>`,
      ),
      `<line x1="${left}" x2="${left + wide}" y1="${at(border)}" y2="${at(border)}" stroke="${colors.soft}" ` +
        `stroke-dasharray="6 4"/>`,
      `<text x="${left - 6}" y="${Number(at(border)) + 4}" text-anchor="end">${border}</text>`,
      `<polyline fill="none" stroke="${color}" stroke-width="2" points="${points}"/>`,
      `<text x="${left}" y="${top + high + 20}" text-anchor="middle">1</text>`,
      `<text x="${left + wide}" y="${top + high + 20}" text-anchor="middle">${values.length}</text>`,
      `<text x="${left + wide / 2}" y="${top + high + 20}" text-anchor="middle">t</text>`,
    ].join("");
  };
  const parts = [
    stillTitle(title),
    `<text x="16" y="46" font-size="15" letter-spacing="2" fill="${colors.ink}">${seriesText(digits)}</text>`,
    panel({ name: "Running sum", color: colors.ink, border: threshold }, { left: 48, values: sums, to: most }),
    panel({ name: "y(t)", color: colors.pink, border: 0.5 }, { left: 408, values: y, to: 1 }),
  ];
  return stillOf(parts, { width, height });
}
