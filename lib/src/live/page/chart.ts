/** A line of a chart: one value per step, the first at t = 1. */
export interface ChartLine {
  readonly name: string;
  /** Name of the theme's colour. */
  readonly color: string;
  readonly values: readonly number[];
  /** As in SVG; lines differ also without colour. */
  readonly dash?: string;
}

export interface ChartOptions {
  /** What the chart shows, read aloud. */
  readonly label: string;
  readonly lines: readonly ChartLine[];
  readonly from: number;
  readonly to: number;
  readonly steps: number;
  /** A dashed line over all steps. */
  readonly border?: number;
}

const size = { width: 480, height: 190, left: 44, right: 64, top: 12, bottom: 30 };
const space = "http://www.w3.org/2000/svg";

function shape(name: string, attributes: Readonly<Record<string, string | number>>, text?: string): SVGElement {
  const made = document.createElementNS(space, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, String(value));
  if (text !== undefined) made.textContent = text;
  return made;
}

/** Lines over the steps of a series, named at their ends. Colours follow the theme by themselves. */
export function chart({ label, lines, from, to, steps, border }: ChartOptions): SVGElement {
  const { width, height, left, right, top, bottom } = size;
  const x = (t: number) => left + ((t - 1) / Math.max(1, steps - 1)) * (width - left - right);
  const y = (value: number) => top + ((to - value) / (to - from || 1)) * (height - top - bottom);
  const svg = shape("svg", {
    viewBox: `0 0 ${width} ${height}`,
    role: "img",
    "aria-label": label,
    class: "chart-lines",
  });
  for (const value of [from, (from + to) / 2, to])
    svg.append(
      shape("line", { x1: left, x2: width - right, y1: y(value), y2: y(value), style: "stroke: var(--grid)" }),
      shape("text", { x: left - 6, y: y(value) + 4, "text-anchor": "end" }, String(Number(value.toFixed(2)))),
    );
  for (const t of [1, steps])
    svg.append(shape("text", { x: x(t), y: height - 10, "text-anchor": "middle" }, String(t)));
  svg.append(shape("text", { x: (x(1) + x(steps)) / 2, y: height - 10, "text-anchor": "middle" }, "t"));
  if (border !== undefined)
    svg.append(
      shape("line", {
        x1: left,
        x2: width - right,
        y1: y(border),
        y2: y(border),
        style: "stroke: var(--soft)",
        "stroke-dasharray": "6 4",
      }),
      shape("text", { x: width - right + 6, y: y(border) + 4 }, String(border)),
    );
  // Names one below the other where lines end at the same height.
  const ends = lines
    .flatMap(({ name, color, values }) => (values.length ? [{ name, color, at: y(values.at(-1)!) }] : []))
    .sort((a, b) => a.at - b.at);
  ends.forEach((end, i) => (end.at = Math.max(end.at, i ? ends[i - 1]!.at + 15 : 0)));
  const over = (ends.at(-1)?.at ?? 0) - (height - bottom);
  for (const { name, color, at } of ends)
    svg.append(
      shape(
        "text",
        { x: width - right + 6, y: at + 4 - Math.max(0, over), style: `fill: var(--${color}); font-weight: 600` },
        name,
      ),
    );
  for (const { color, values, dash } of lines) {
    const points = values.map((value, i) => `${x(i + 1).toFixed(1)},${y(value).toFixed(1)}`).join(" ");
    const line = shape("polyline", { points, fill: "none", "stroke-width": 2, style: `stroke: var(--${color})` });
    if (dash) line.setAttribute("stroke-dasharray", dash);
    svg.append(line);
  }
  return svg;
}

/** Styles of charts. */
export const chartStyle = `
.chart-lines { display: block; width: 100%; max-width: 560px; height: auto; font-size: 13px; }
.chart-lines text { fill: var(--soft); }
`;
