import { itemAt } from "../base/item-at";
import { bars, type Curve, curves } from "./curves";
import { type Figure, figure, type Words, withRoom } from "./figure";
import { heatmap } from "./images";
import { percent, round, rounded, signed } from "./numbers";
import { panels } from "./panels";
import { colors, paletteColor } from "./theme";

/** What `states` draws: one series and what the LSTM made of it. */
export interface StatesOptions extends Partial<Words> {
  /** The numbers of one series, `[steps]`. */
  readonly series: ArrayLike<number>;
  /** The cells' states after each step, row-major `[steps, units]`. */
  readonly states: ArrayLike<number>;
  /** Which cells to draw; default the five whose state follows the running sum best. */
  readonly units?: readonly number[];
  /** The network's output after each step, `[steps]`: one more panel. */
  readonly output?: ArrayLike<number>;
  /** The smallest sum of class 1; default 100. */
  readonly threshold?: number;
  /**
   * What a step adds on average. With it the top panel shows the surplus, the running sum minus `expected` per step,
   * and the cells are compared with that. Default 0: the running sum itself.
   */
  readonly expected?: number;
}

/**
 * What an LSTM does with one series: the running sum or the surplus above, some cells' states below. The caption names
 * Pearson's correlation of each cell's state with that sum.
 *
 * @param options The series, and the states that the LSTM has over it.
 * @throws When the states do not divide into the series' steps.
 * @example
 * show(figures.states({ series, states, output }));
 */
export function states(options: StatesOptions): Figure {
  const steps = options.series.length;
  const units = options.states.length / steps;
  if (!Number.isInteger(units) || units < 1)
    throw new Error(
      `Expected states of shape [${steps}, units] but found ${options.states.length} values for ${steps} steps: ` +
        "pass the states of one series.",
    );
  const x = Array.from({ length: steps }, (_, t) => t + 1);
  const expected = options.expected ?? 0;
  const sums = runningSums(options.series).map((sum, t) => sum - expected * (t + 1));
  const what = expected === 0 ? "running sum" : "surplus";
  const cell = (unit: number) => x.map((_, t) => itemAt(options.states, t * units + unit));
  const matches = Array.from({ length: units }, (_, unit) => ({ unit, r: correlation(cell(unit), sums) }));
  const chosen =
    options.units?.map((unit) => itemAt(matches, unit)) ??
    matches.sort((a, b) => Math.abs(b.r) - Math.abs(a.r)).slice(0, 5);
  const shared = { x: "step t", xRange: [1, steps] as const, title: "" };
  const lines: Curve[] = chosen.map(({ unit }, i) => ({
    name: `cell ${unit}`,
    x,
    y: cell(unit),
    color: paletteColor(i),
  }));
  const threshold = round((options.threshold ?? 100) - expected * steps);
  const last = round(itemAt(sums, -1));
  const top =
    expected === 0
      ? {
          title: "Running sum",
          yRange: [0, Math.max(threshold * 1.3, last * 1.05)] as const,
        }
      : {
          title: `Surplus: running sum minus ${round(expected, 3)} per step`,
          yRange: [Math.min(0, threshold, ...sums) - 3, Math.max(0, threshold, ...sums) + 3] as const,
        };
  const parts = [
    curves([{ name: what, x, y: sums, color: colors.ink, label: `${expected === 0 ? "sum" : what} ${last}` }], {
      ...shared,
      ...top,
      y: what,
      height: 150,
      horizontal: [{ value: threshold, label: String(threshold) }],
    }),
    curves(lines, { ...shared, y: "state", title: "States of some cells", height: 190 }),
  ];
  if (options.output)
    parts.push(
      curves([{ name: "y(t)", x, y: options.output, color: colors.pink }], {
        ...shared,
        y: "output",
        title: "Output after each step",
        height: 110,
        yRange: [0, 1],
      }),
    );
  const caption =
    options.caption ??
    `Correlation of each cell's state with the ${what}: ` +
      `${chosen.map(({ unit, r }) => `cell ${unit} ${signed(r)}`).join(", ")}.`;
  return panels(parts, {
    title: options.title ?? "LSTM states over one series",
    caption,
    alt: options.alt,
  });
}

/** What `statesBySum` draws: many series and steps. */
export interface StatesBySumOptions extends Partial<Words> {
  /** The running sum behind each point, `[points]`. */
  readonly sums: ArrayLike<number>;
  /** Each cell's state at these points, `[points]`. */
  readonly cells: readonly { readonly name: string; readonly state: ArrayLike<number> }[];
  /** Where a line marks the border; default 100. */
  readonly threshold?: number;
  /** What `sums` are, for axis and caption; default "running sum". */
  readonly x?: string;
}

/**
 * States of LSTM cells against the running sum, over many series and steps: the points of a cell that counts lie on a
 * line.
 *
 * @param options The sums, and each cell's states at the same points.
 * @example
 * show(figures.statesBySum({ sums, cells: [{ name: "cell 17", state }] }));
 */
export function statesBySum(options: StatesBySumOptions): Figure {
  const what = options.x ?? "running sum";
  const data = options.cells.map(({ name, state }, i) => ({
    type: "scatter",
    mode: "markers",
    name,
    x: rounded(options.sums, 4),
    y: rounded(state, 3),
    marker: { color: paletteColor(i), size: 4, opacity: 0.6 },
    hovertemplate: `${what} %{x}: %{y:.3f}<extra>%{fullData.name}</extra>`,
  }));

  const caption =
    options.caption ??
    `Correlation with the ${what}: ${options.cells
      .map(({ name, state }) => `${name} ${signed(correlation(Array.from(state), Array.from(options.sums)))}`)
      .join(", ")}.`;
  const drawn = figure(
    data,
    {
      title: options.title ?? `Cell state against the ${what}`,
      caption,
      alt: options.alt,
    },
    {
      height: 300,
      x: { title: what, rangemode: options.x ? undefined : "tozero" },
      y: { title: "state" },
    },
  );
  const threshold = options.threshold ?? 100;
  const shapes = [
    {
      type: "line",
      xref: "x",
      yref: "y domain",
      x0: threshold,
      x1: threshold,
      y0: 0,
      y1: 1,
      line: { color: colors.grey, width: 1, dash: "dash" },
    },
  ];
  return withRoom(
    {
      data: drawn.data,
      layout: {
        ...drawn.layout,
        shapes,
        showlegend: true,
        legend: { orientation: "h", x: 0, y: 1, yanchor: "bottom", itemsizing: "constant" },
      },
    },
    24,
  );
}

/** What `errorsBySum` draws: many series and the answers to them. */
export interface ErrorsBySumOptions extends Partial<Words> {
  /** True sum, label and predicted label of each series, `[n]` each. */
  readonly sums: ArrayLike<number>;
  readonly labels: ArrayLike<number>;
  readonly predictions: ArrayLike<number>;
  readonly threshold?: number;
  /** Sums drawn; default 20 below to 20 above the threshold. */
  readonly range?: readonly [number, number];
}

/**
 * Where an LSTM errs: the share of wrong answers at each true sum, and below it how many series have that sum.
 *
 * @param options Sums, labels and predictions of many series.
 * @example
 * show(figures.errorsBySum({ sums: fresh.sums, labels: fresh.labels, predictions }));
 */
export function errorsBySum(options: ErrorsBySumOptions): Figure {
  const threshold = options.threshold ?? 100;
  const [low, high] = options.range ?? [threshold - 20, threshold + 20];
  const sums = Array.from({ length: high - low + 1 }, (_, i) => low + i);
  const total = sums.map(() => 0);
  const wrong = sums.map(() => 0);
  let errors = 0;
  for (let i = 0; i < options.sums.length; i++) {
    const bin = itemAt(options.sums, i) - low;
    const error = options.labels[i] === options.predictions[i] ? 0 : 1;
    errors += error;
    if (bin < 0 || bin >= sums.length) continue;
    total[bin] = itemAt(total, bin) + 1;
    wrong[bin] = itemAt(wrong, bin) + error;
  }
  const share = total.map((all, i) => (all === 0 ? NaN : itemAt(wrong, i) / all));
  const outside = errors - wrong.reduce((sum, value) => sum + value, 0);
  const caption =
    options.caption ??
    `${errors} errors in ${options.sums.length.toLocaleString("en-US")} series, ${outside} of them outside the ` +
      `drawn sums. Share wrong at ${threshold - 1}: ${percentOr(share[threshold - 1 - low])}, at ${threshold}: ` +
      `${percentOr(share[threshold - low])}.`;
  const rule = {
    type: "line",
    xref: "x",
    yref: "y domain",
    x0: threshold - 0.5,
    x1: threshold - 0.5,
    y0: 0,
    y1: 1,
    line: { color: colors.grey, width: 1, dash: "dash" },
  };
  const withRule = (drawn: Figure): Figure => ({ data: drawn.data, layout: { ...drawn.layout, shapes: [rule] } });
  return panels(
    [
      withRule(
        bars(sums, [{ name: "share wrong", y: share, color: colors.orange }], {
          title: "Share of wrong answers",
          x: "true sum",
          y: "share wrong",
          yFormat: ".0%",
          height: 200,
        }),
      ),
      withRule(
        bars(sums, [{ name: "series", y: total, color: colors.grey }], {
          title: "How many series have that sum",
          x: "true sum",
          y: "series",
          height: 110,
        }),
      ),
    ],
    {
      title: options.title ?? "Errors by the true sum",
      caption,
      alt: options.alt,
    },
  );
}

/** What `gates` draws: one series and what the LSTM made of it. */
export interface GatesOptions extends Partial<Words> {
  /** Values over time by name, each row-major `[steps, units]`: gates in [0, 1], candidate and states in [-1, 1]. */
  readonly gates: Readonly<Record<string, ArrayLike<number>>>;
  readonly steps: number;
  /** The numbers of the series, written under the last panel. */
  readonly series?: ArrayLike<number>;
}

/**
 * Gates and states of an LSTM over time as heatmaps: a row per cell, a column per step. Values with a sign are dark
 * blue below 0, grey at 0 and light orange above.
 *
 * @param options The values of gates and states over one series.
 * @throws When a gate's values do not divide into the steps.
 * @example
 * show(figures.gates({ gates: { forget, input, cell }, steps: 30, series }));
 */
export function gates(options: GatesOptions): Figure {
  const { steps } = options;
  const labels = options.series
    ? Array.from(options.series, String)
    : Array.from({ length: steps }, (_, t) => String(t + 1));
  const parts = Object.entries(options.gates).map(([name, values]) => {
    const units = values.length / steps;
    if (!Number.isInteger(units) || units < 1)
      throw new Error(
        `Expected ${name} to have shape [${steps}, units] but found ${values.length} values: pass the gates of ` +
          "one series.",
      );
    const list = Array.from(values);
    const signed = list.some((value) => value < 0);
    const reach = signed ? Math.max(1, ...list.map(Math.abs)) : 1;
    const rows = Array.from({ length: units }, (_, unit) =>
      Array.from({ length: steps }, (_, t) => itemAt(list, t * units + unit)),
    );
    return heatmap(rows, {
      title: name,
      scale: signed ? "diverging" : "activation",
      range: signed ? [-reach, reach] : [0, 1],
      square: false,
      height: Math.max(36, Math.min(110, units * 8)),
      x: options.series ? "number at each step" : "step t",
      xLabels: labels,
    });
  });
  // Only the last panel says what the columns are.
  const quiet = parts.map((part, i) =>
    i === parts.length - 1
      ? part
      : {
          ...part,
          layout: {
            ...part.layout,
            xaxis: { ...part.layout.xaxis, visible: false },
            margin: { ...part.layout.margin, b: 4 },
            height: part.layout.height - part.layout.margin.b + 4,
          },
        },
  );
  return panels(quiet, {
    title: options.title ?? "Gates and states over time",
    caption:
      options.caption ??
      "One row per cell, one column per step. Gates: no colour is 0 (closed), full blue 1 (open). Candidate and " +
        "states: light orange is positive, grey 0, dark blue negative.",
    alt: options.alt,
  });
}

function runningSums(series: ArrayLike<number>): number[] {
  let sum = 0;
  return Array.from(series, (value) => (sum += value));
}

function correlation(a: readonly number[], b: readonly number[]): number {
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [ma, mb] = [mean(a), mean(b)];
  let ab = 0;
  let aa = 0;
  let bb = 0;
  for (const [i, value] of a.entries()) {
    const [da, db] = [value - ma, itemAt(b, i) - mb];
    ab += da * db;
    aa += da ** 2;
    bb += db ** 2;
  }
  return aa > 0 && bb > 0 ? ab / Math.sqrt(aa * bb) : 0;
}

const percentOr = (fraction: number | undefined): string =>
  fraction === undefined || Number.isNaN(fraction) ? "no such series" : percent(fraction, 0);
