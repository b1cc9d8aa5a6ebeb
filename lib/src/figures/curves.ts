import { itemAt } from "../base/item-at";
import { type Figure, figure, type Spec, type Words, withRoom } from "./figure";
import { broken, endLabels } from "./labels";
import { round, rounded } from "./numbers";
import { colors, paletteColor } from "./theme";

/** One curve: `y` over `x` (default 0, 1, 2, ...). */
export interface Curve {
  readonly name: string;
  /** A value that is not finite leaves a gap. */
  readonly y: ArrayLike<number>;
  /** As long as `y`. */
  readonly x?: ArrayLike<number>;
  readonly color?: string;
  readonly dash?: "solid" | "dash" | "dot";
  /** Pixels; default 2. */
  readonly width?: number;
  /** From 0 to 1. */
  readonly opacity?: number | undefined;
  /** Text at the right end; default the name; "" for none. */
  readonly label?: string;
  /** Points instead of a line. */
  readonly points?: boolean;
  /** plotly's name of a symbol that about ten points of the line carry: it tells curves apart in a grey print. */
  readonly symbol?: string | undefined;
}

/** A line across the axes: a baseline or a threshold. */
export interface Rule {
  readonly value: number;
  readonly label: string;
  /** Where the label of a horizontal line stands, away from the curves; default "left", above the line. */
  readonly at?: "left" | "right" | "right, below";
}

/** What `curves` takes besides the curves: words, axes, size. */
export interface CurveOptions extends Words {
  /** Axis titles. */
  readonly x: string;
  readonly y: string;
  readonly xRange?: readonly [number, number] | undefined;
  readonly yRange?: readonly [number, number] | undefined;
  /** Logarithmic axes; ranges are still given in plain values. */
  readonly log?: "x" | "y" | "xy" | undefined;
  /** Pixels between the ends of the y-axis; default 260. */
  readonly height?: number;
  /** d3 format of the y-axis' ticks: ".0%". */
  readonly yFormat?: string | undefined;
  /** Horizontal and vertical lines with a label. */
  readonly horizontal?: readonly Rule[];
  readonly vertical?: readonly Rule[];
  /** Names the curves above the axes, for curves without a label at their end. */
  readonly legend?: boolean;
  /** Areas between two curves, behind all lines. */
  readonly bands?: readonly {
    readonly x: ArrayLike<number>;
    readonly low: ArrayLike<number>;
    readonly high: ArrayLike<number>;
    readonly color: string;
  }[];
}

/**
 * Curves in one pair of axes, each named at its right end.
 *
 * @param given The curves; one that leaves the range is cut off at the axes.
 * @example
 * figures.curves([{ name: "tanh", x: xs, y: xs.map(Math.tanh) }], { title: "Squashing", x: "h", y: "f(h)" });
 */
export function curves(given: readonly Curve[], options: CurveOptions): Figure {
  const lines = given.map((curve, i) => ({ ...curve, color: curve.color ?? paletteColor(i) }));
  const logX = options.log?.includes("x") ?? false;
  const logY = options.log?.includes("y") ?? false;
  const xRange =
    options.xRange ??
    range(
      lines.map((line) => abscissa(line)),
      logX,
      0,
    );
  const yRange =
    options.yRange ??
    range(
      lines.map((line) => line.y),
      logY,
      0.05,
    );
  const height = options.height ?? 260;
  const ends = lines
    .filter((line) => line.label !== "" && line.y.length > 0)
    .map((line) => ({ text: line.label ?? line.name, color: line.color, y: onAxis(lastFinite(line.y), logY) }));
  const annotations = endLabels(ends, { range: [onAxis(yRange[0], logY), onAxis(yRange[1], logY)], height });
  const widest = Math.max(
    0,
    ...ends.flatMap((end) =>
      broken(end.text)
        .split("<br>")
        .map((line) => line.replace(/<[^>]*>/g, "").length),
    ),
  );
  const told = lines
    .filter((line) => line.label !== "" && line.y.length > 0)
    .map((line) => `${line.name} ends at ${round(lastFinite(line.y), 3)}`);
  const powers = logY && yRange[0] < 1e-5;
  const alt =
    options.alt ??
    `${[options.title, options.caption].filter(Boolean).join(": ")} (chart of ${options.y} over ` +
      `${options.x}${told.length > 0 ? `: ${told.join(", ")}` : ""})`;
  const drawn = figure(
    [...(options.bands ?? []).flatMap(band), ...lines.map(trace)],
    { ...options, alt },
    {
      height,
      // Powers such as 10^-10 and per cents such as "99.5 %" need more room beside the axis title.
      left: powers ? 72 : options.yFormat?.startsWith(".1") ? 66 : undefined,
      right: ends.length > 0 ? Math.min(150, 16 + Math.round(widest * 6.6)) : 16,
      x: {
        title: options.x,
        range: xRange.map((value) => onAxis(value, logX)),
        type: logX ? "log" : undefined,
        dtick: logX ? 1 : undefined,
      },
      y: {
        title: options.y,
        range: yRange.map((value) => onAxis(value, logY)),
        type: logY ? "log" : undefined,
        dtick: logY ? (yRange[1] / yRange[0] < 100 ? "D2" : 1) : undefined,
        exponentformat: powers ? "power" : undefined,
        tickformat: options.yFormat ?? (logY && !powers ? "~g" : undefined),
      },
    },
  );
  const rules = [
    ...(options.horizontal ?? []).map((rule) => across(rule, "y", logY)),
    ...(options.vertical ?? []).map((rule) => across(rule, "x", logX)),
  ];
  const finished = {
    data: drawn.data,
    layout: {
      ...drawn.layout,
      annotations: [...annotations, ...rules.map((rule) => rule.annotation)],
      shapes: rules.map((rule) => rule.shape),
    },
  };
  return options.legend ? withLegend(finished) : finished;
}

/** The names of the traces in a row above the axes. */
const withLegend = ({ data, layout }: Figure): Figure =>
  withRoom(
    {
      data,
      layout: { ...layout, showlegend: true, legend: { orientation: "h", x: 0, y: 1, yanchor: "bottom" } },
    },
    24,
  );

function trace(curve: Curve & { color: string }): Spec {
  return {
    type: "scatter",
    name: curve.name,
    x: rounded(abscissa(curve), 6),
    y: rounded(curve.y, 5),
    hovertemplate: "%{x}: %{y:.4~g}<extra>%{fullData.name}</extra>",
    opacity: curve.opacity,
    ...(curve.points ? { mode: "markers", marker: { color: curve.color, size: 7 } } : line(curve)),
  };
}

function line({ color, width = 2, dash, symbol }: Curve & { color: string }): Spec {
  return {
    mode: symbol ? "lines+markers" : "lines",
    line: { color, width, dash: dash === "solid" ? undefined : dash },
    marker: symbol && { symbol, size: 8, color, maxdisplayed: 10, line: { width: 1.5, color } },
  };
}

function band({ x, low, high, color }: NonNullable<CurveOptions["bands"]>[number]): Spec[] {
  const shared = { type: "scatter", mode: "lines", x: rounded(x, 6), line: { width: 0, color }, hoverinfo: "skip" };
  return [
    { ...shared, y: rounded(low, 5) },
    { ...shared, y: rounded(high, 5), fill: "tonexty", fillcolor: `${color}33` },
  ];
}

function across({ value, label, at = "left" }: Rule, axis: "x" | "y", log: boolean): { shape: Spec; annotation: Spec } {
  const other = axis === "x" ? "y" : "x";
  const place = onAxis(value, log);
  const side = at === "left" ? { x: 0, xanchor: "left", xshift: 4 } : { x: 1, xanchor: "right", xshift: -4 };
  const line = { type: "line", line: { color: colors.grey, width: 1, dash: "dash" } };
  return {
    shape: {
      ...line,
      [`${axis}ref`]: axis,
      [`${other}ref`]: `${other} domain`,
      [`${axis}0`]: value,
      [`${axis}1`]: value,
      [`${other}0`]: 0,
      [`${other}1`]: 1,
      layer: "below",
    },
    annotation: {
      ...(axis === "y"
        ? { xref: "x domain", ...side, yref: "y", y: place, yanchor: at === "right, below" ? "top" : "bottom" }
        : { xref: "x", x: place, xanchor: "left", xshift: 3, yref: "y domain", y: 1, yanchor: "top" }),
      text: label,
      showarrow: false,
      font: { color: colors.grey, size: 11 },
    },
  };
}

function abscissa(curve: Curve): ArrayLike<number> {
  return curve.x ?? Array.from(curve.y, (_, i) => i);
}

function range(values: readonly ArrayLike<number>[], log: boolean, margin: number): [number, number] {
  const usable = values
    .flatMap((list) => Array.from(list))
    .filter((value) => Number.isFinite(value) && (!log || value > 0));
  if (usable.length === 0) return log ? [0.1, 1] : [0, 1];
  // Not Math.min(...usable): a curve may have more points than a call may have arguments.
  const low = onAxis(
    usable.reduce((least, value) => Math.min(least, value)),
    log,
  );
  const high = onAxis(
    usable.reduce((most, value) => Math.max(most, value)),
    log,
  );
  const room = (high - low) * margin || (high === low ? 0.5 : 0);
  return [offAxis(low - room, log), offAxis(high + room, log)];
}

const onAxis = (value: number, log: boolean): number => Number((log ? Math.log10(value) : value).toPrecision(6));
const offAxis = (value: number, log: boolean): number => (log ? 10 ** value : value);
const lastFinite = (values: ArrayLike<number>): number => Array.from(values).filter(Number.isFinite).at(-1) ?? NaN;

/** What `bars` takes besides the bars: words, axes, size. */
export interface BarOptions extends Words {
  readonly x: string;
  readonly y: string;
  readonly yRange?: readonly [number, number];
  readonly yFormat?: string;
  /** d3 format of the number written on each bar; none where left out. */
  readonly text?: string;
  readonly height?: number;
}

/**
 * Bars over categories. Each group has its own colour.
 *
 * @param categories What stands under the bars; numbers give a numeric axis.
 * @param groups Each has one value per category. A legend names the groups where there are several.
 * @example
 * figures.bars(["0", "1"], [{ name: "train", y: [5923, 6742] }], { title: "Digits", x: "digit", y: "images" });
 */
export function bars(
  categories: readonly (string | number)[],
  groups: readonly { readonly name: string; readonly y: ArrayLike<number>; readonly color?: string }[],
  options: BarOptions,
): Figure {
  const text = options.text
    ? { texttemplate: `%{y:${options.text}}`, textposition: "outside", cliponaxis: false }
    : undefined;
  const data = groups.map((group, i) => ({
    type: "bar",
    name: group.name,
    x: [...categories],
    y: rounded(group.y, 5),
    marker: { color: group.color ?? paletteColor(i) },
    hovertemplate: "%{x}: %{y:.4~g}<extra>%{fullData.name}</extra>",
    ...text,
  }));
  const numeric = categories.every((category) => typeof category === "number");
  const few = categories.length <= 12;
  const told = few
    ? groups
        .map(
          (group) =>
            `: ${group.name} ` +
            `${categories.map((category, i) => `${category}: ${round(itemAt(group.y, i), 3)}`).join(", ")}`,
        )
        .join(";")
    : "";
  const alt =
    options.alt ??
    `${[options.title, options.caption].filter(Boolean).join(": ")} (bars of ${options.y} by ${options.x}${told})`;
  const drawn = figure(
    data,
    { ...options, alt },
    {
      height: options.height,
      x: {
        title: options.x,
        type: numeric ? undefined : "category",
        // Where there are few bars, each has its name, on a phone too.
        tickmode: numeric && few ? "array" : undefined,
        tickvals: numeric && few ? [...categories] : undefined,
      },
      y: {
        title: options.y,
        range: options.yRange && [...options.yRange],
        rangemode: options.yRange ? undefined : "tozero",
        tickformat: options.yFormat,
      },
    },
  );
  const layout = { ...drawn.layout, bargap: 0.15 };
  if (groups.length === 1) return { data: drawn.data, layout };
  return withLegend({ data: drawn.data, layout });
}
