/** A line of a chart: one value per step, the first at the left. */
export interface ChartLine {
  readonly name: string;
  /** Name of the theme's colour. */
  readonly color: string;
  readonly values: readonly number[];
  /** SVG's `stroke-dasharray`: it tells lines apart without colour. */
  readonly dash?: string;
}

/** What a chart shows. */
export interface ChartOptions {
  /** What the chart shows, read aloud. */
  readonly label: string;
  readonly lines: readonly ChartLine[];
  /** The values at the lower and the upper end of the y-axis. */
  readonly from: number;
  readonly to: number;
  /** Steps on the x-axis, however many the lines have. */
  readonly steps: number;
  /** The value of a dashed line over all steps. */
  readonly border?: number;
  /** What the steps count. Default "t". */
  readonly axis?: string;
  /** The first step. Default 1. */
  readonly first?: number;
  /** A dashed upright line, at a step or between two. */
  readonly mark?: { readonly at: number; readonly name: string };
  /** Width in pixels: with the width of the page, words keep their size on a narrow page. Default 480. */
  readonly width?: number;
}

const size = { height: 190, left: 44, right: 64, top: 12, bottom: 30 };
/** Narrower than this a chart shrinks. */
const narrowest = 260;
const space = "http://www.w3.org/2000/svg";

function shape(name: string, attributes: Readonly<Record<string, string | number>>, text?: string): SVGElement {
  const made = document.createElementNS(space, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, String(value));
  if (text !== undefined) made.textContent = text;
  return made;
}

/** Lines over the steps of a series, named at their ends. Their colours follow the theme. */
export function chart(options: ChartOptions): SVGElement {
  const { label, lines, from, to, steps, border, axis = "t", first = 1, mark } = options;
  const { height, left, right, top, bottom } = size;
  const width = Math.max(narrowest, options.width ?? 480);
  const x = (t: number) => left + ((t - first) / Math.max(1, steps - 1)) * (width - left - right);
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
      shape("text", { x: left - 6, y: y(value) + 4, "text-anchor": "end" }, written(value)),
    );
  const last = first + steps - 1;
  for (const t of [first, last])
    svg.append(shape("text", { x: x(t), y: height - 10, "text-anchor": "middle" }, String(t)));
  svg.append(shape("text", { x: (x(first) + x(last)) / 2, y: height - 10, "text-anchor": "middle" }, axis));
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
    );
  if (mark)
    svg.append(
      shape("line", {
        x1: x(mark.at),
        x2: x(mark.at),
        y1: top,
        y2: height - bottom,
        style: "stroke: var(--soft)",
        "stroke-dasharray": "2 4",
      }),
      shape("text", { x: x(mark.at) + 5, y: height - bottom - 6 }, mark.name),
    );
  // Where lines, or the dashed one, end at the same height, their names stand one below the other.
  const ends = lines
    .flatMap(({ name, color, values }) => values.slice(-1).map((value) => ({ name, color, at: y(value) })))
    .concat(border === undefined ? [] : [{ name: written(border), color: "soft", at: y(border) }])
    .sort((a, b) => a.at - b.at);
  let free = 0;
  for (const end of ends) {
    end.at = Math.max(end.at, free);
    free = end.at + 15;
  }
  const over = (ends.at(-1)?.at ?? 0) - (height - bottom);
  for (const { name, color, at } of ends) {
    const style = `fill: var(--${color})${color === "soft" ? "" : "; font-weight: 600"}`;
    svg.append(shape("text", { x: width - right + 6, y: at + 4 - Math.max(0, over), style }, name));
  }
  for (const { color, values, dash } of lines) {
    const points = values.map((value, i) => `${x(first + i).toFixed(1)},${y(value).toFixed(1)}`).join(" ");
    const line = shape("polyline", { points, fill: "none", "stroke-width": 2, style: `stroke: var(--${color})` });
    if (dash) line.setAttribute("stroke-dasharray", dash);
    svg.append(line);
  }
  return svg;
}

const widest = 600;

/** The width of the element that holds a chart, in pixels. It has none before it is shown. */
export const widthOf = ({ clientWidth }: HTMLElement): Pick<ChartOptions, "width"> =>
  clientWidth > 0 ? { width: Math.min(widest, clientWidth) } : {};

/** Draws again when an element's width changes, and when it is first shown. */
export function onWidth(place: HTMLElement, draw: () => void): void {
  let width = place.clientWidth;
  new ResizeObserver(() => {
    if (place.clientWidth !== width) draw();
    width = place.clientWidth;
  }).observe(place);
}

const written = (value: number): string => String(Number(value.toFixed(2))).replace("-", "−");

/** Styles of charts. */
export const chartStyle = `
.chart-lines { display: block; width: 100%; max-width: ${widest}px; height: auto; font-size: 13px; }
.chart-lines text { fill: var(--soft); }
`;
