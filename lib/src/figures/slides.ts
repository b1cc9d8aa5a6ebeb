import { itemAt } from "../base/item-at";
import { type Curve, curves } from "./curves";
import { captioned, type Figure, plotHeight, type Spec, type Words } from "./figure";
import { panels } from "./panels";
import { colors, paletteColor } from "./theme";

/** What `slides` takes besides the states. */
export interface SlideOptions extends Partial<Words> {
  /** Default: a slider, or buttons where there are at most four steps. */
  readonly control?: "slider" | "buttons";
  /** Which step shows first, and on paper; default 0. */
  readonly active?: number;
  /** Written before the step's label: "kernel: ". */
  readonly prefix?: string;
  /** States side by side in the static picture of slides that are not lines; default 2. */
  readonly columns?: number;
}

/**
 * Several states of one figure, chosen by a slider or buttons, which also work on the exported page. The states share
 * their axes, wide enough for all of them, and may differ in traces, annotations and shapes.
 *
 * @param steps Label and figure of each state.
 * @throws When there is no step, or `active` names none.
 * @example
 * figures.slides(kernels.map((k) => ({ label: k.name, figure: figures.heatmap(k.map, { title: "Feature map" }) })));
 */
export function slides(
  steps: readonly { readonly label: string; readonly figure: Figure }[],
  options: SlideOptions = {},
): Figure {
  const active = options.active ?? 0;
  const shown = steps[active];
  if (!shown)
    throw new Error(`Expected active to name one of ${steps.length} slides but found ${active}: count from 0.`);
  const { data, visible } = merged(steps.map((step) => step.figure.data));
  const title = { ...shown.figure.layout.meta };
  const base = captioned(
    {
      data,
      layout: {
        ...shown.figure.layout,
        ...sharedAxes(
          steps.map((step) => step.figure),
          shown.figure,
        ),
      },
    },
    {
      title: options.title ?? title.title,
      caption: options.caption ?? title.caption,
      alt:
        options.alt ?? `${title.alt}. ${options.prefix ?? "Choice of "}${steps.map((step) => step.label).join(", ")}`,
    },
  );
  const controls = steps.map(({ label, figure: { layout } }, i) => ({
    label,
    method: "update",
    args: [{ visible: visible[i] }, { annotations: layout.annotations ?? [], shapes: layout.shapes ?? [] }],
  }));
  const slider = (options.control ?? (steps.length > 4 ? "slider" : "buttons")) === "slider";
  const room = slider ? 76 : 44;
  const layout = {
    ...base.layout,
    meta: { ...base.layout.meta, controlRoom: room, still: { columns: options.columns ?? 2 } },
    height: base.layout.height + room,
    margin: { ...base.layout.margin, b: base.layout.margin.b + room },
  };
  const below = -(base.layout.margin.b + 4) / plotHeight(base);
  const shared = {
    active,
    x: 0,
    xanchor: "left",
    y: Number(below.toFixed(4)),
    yanchor: "top",
    font: { size: 12, color: colors.ink },
    bgcolor: colors.grid,
    bordercolor: colors.faint,
  };
  const control = slider
    ? {
        sliders: [
          {
            ...shared,
            steps: controls,
            len: 1,
            // Half of the outermost labels hangs over the ends.
            pad: { t: 4, l: overhang(steps[0]), r: overhang(steps.at(-1)) },
            currentvalue: { prefix: options.prefix ?? "", font: { size: 12 } },
            tickcolor: colors.faint,
          },
        ],
      }
    : {
        updatemenus: [
          { ...shared, type: "buttons", direction: "right", buttons: controls, pad: { t: 4 }, showactive: true },
        ],
      };
  return {
    data: data.map((trace, i) => ({ ...trace, visible: visible[active]?.[i] })),
    layout: { ...layout, ...control },
  };
}

/** The axes of the state that shows first, with ranges that hold those of all states. */
function sharedAxes(figures: readonly Figure[], shown: Figure): Spec {
  const axes = Object.entries(shown.layout).filter(([key, axis]) => /^[xy]axis\d*$/.test(key) && axis.range);
  return Object.fromEntries(
    axes.map(([key, axis]): [string, Spec] => {
      const ranges: [number, number][] = figures.flatMap(({ layout }) =>
        layout[key]?.range ? [layout[key].range] : [],
      );
      const [starts, ends] = [ranges.map(([start]) => start), ranges.map(([, end]) => end)];
      const falls = axis.range[0] > axis.range[1];
      const range = falls ? [Math.max(...starts), Math.min(...ends)] : [Math.min(...starts), Math.max(...ends)];
      return [key, { ...axis, range }];
    }),
  );
}

const overhang = (step: { readonly label: string } | undefined): number =>
  Math.max(0, Math.round(3.4 * (step?.label.length ?? 0)) - 8);

/**
 * A figure as a static picture shows it, where nothing can be moved. Of slides it shows all states at once: lines over
 * each other, everything else side by side. Any other figure stays as it is.
 *
 * @param drawn Any figure of this library.
 * @example
 * const shown = figures.accuracy(run);
 * figures.still(figures.slides([{ label: "one", figure: shown }, { label: "other", figure: figures.loss(run) }]));
 */
export function still(drawn: Figure): Figure {
  const { meta } = drawn.layout;
  const control = drawn.layout.sliders?.[0] ?? drawn.layout.updatemenus?.[0];
  if (!meta?.still || !control) return drawn;
  const states = statesOf(drawn, control);
  const lines = drawn.data.every((trace) => trace.type === "scatter" && trace.mode === "lines" && !trace.xaxis);
  if (lines) return overlaid(drawn, states, control.currentvalue?.prefix ?? "");
  return panels(
    states.map(({ figure }) => withSmallLabels(asNarrow(figure, meta.still.columns))),
    { title: meta.title, caption: meta.caption || undefined, alt: meta.alt, columns: meta.still.columns, gap: 0.05 },
  );
}

/** Pictures shrink with their column, and would leave their height empty; two columns are as wide as a narrow page. */
function asNarrow(drawn: Figure, columns: number): Figure {
  const { layout } = drawn;
  if (columns < 2 || !layout.meta.narrow) return drawn;
  const height = Math.round((2 / columns) * layout.meta.narrow.plotHeight);
  return { data: drawn.data, layout: { ...layout, height: layout.height - plotHeight(drawn) + height } };
}

/** Many labels on an axis stay upright in a narrow column, in small print. */
function withSmallLabels({ data, layout }: Figure): Figure {
  const axes = Object.entries(layout).map(([key, value]) =>
    /^xaxis/.test(key) && value.tickvals?.length > 15
      ? [key, { ...value, tickangle: 0, tickfont: { ...value.tickfont, size: 8 } }]
      : [key, value],
  );
  return { data, layout: Object.fromEntries(axes) };
}

interface State {
  readonly label: string;
  readonly figure: Figure;
}

/** The figures that the slides were made of, each under the label of its state. */
function statesOf({ data, layout }: Figure, control: Spec): State[] {
  const { sliders: _, updatemenus: __, ...rest } = layout;
  const room = layout.meta.controlRoom;
  return (control.steps ?? control.buttons).map(({ label, args: [{ visible }, own] }: Spec): State => {
    const words = { title: `${control.currentvalue?.prefix ?? ""}${label}`, caption: "", alt: "" };
    const figure = {
      data: data.filter((_, i) => visible[i]).map(({ visible: _, ...trace }) => trace),
      layout: {
        ...rest,
        ...own,
        height: layout.height - room,
        margin: { ...layout.margin, b: layout.margin.b - room },
      },
    };
    return { label, figure: captioned(figure, words) };
  });
}

/** Lines of all states in one pair of axes; what all states share keeps its name and colour. */
function overlaid(drawn: Figure, states: readonly State[], prefix: string): Figure {
  const key = (trace: Spec) => JSON.stringify(trace);
  const all = states.map(({ figure }) => figure.data.map(key));
  const isShared = (trace: Spec) => all.every((keys) => keys.includes(key(trace)));
  const line = ({ name, x, y, line }: Spec, own: Partial<Curve> = {}): Curve => ({ name, x, y, ...line, ...own });
  const own = states.flatMap(({ label, figure }, i) =>
    figure.data
      .filter((trace) => !isShared(trace))
      .map((trace) =>
        line(trace, { name: `${prefix}${label}`, color: paletteColor(i), dash: itemAt(dashes, i % dashes.length) }),
      ),
  );
  const shared = itemAt(states, 0)
    .figure.data.filter(isShared)
    .map((trace) => line(trace, { color: colors.ink, width: 3 }));
  const { xaxis, yaxis, meta, shapes } = drawn.layout;
  const [logX, logY] = [xaxis.type === "log", yaxis.type === "log"];
  const log = `${logX ? "x" : ""}${logY ? "y" : ""}` as const;
  const plain = ({ range }: Spec, log: boolean) =>
    range.map((end: number) => (log ? 10 ** end : end)) as [number, number];
  const overlay = curves([...shared, ...own], {
    title: meta.title,
    caption: meta.caption || undefined,
    alt: meta.alt,
    x: xaxis.title.text,
    y: yaxis.title.text,
    xRange: plain(xaxis, logX),
    yRange: plain(yaxis, logY),
    log: log === "" ? undefined : log,
    yFormat: logY ? undefined : yaxis.tickformat,
    height: plotHeight(itemAt(states, 0).figure),
  });
  return { data: overlay.data, layout: { ...overlay.layout, shapes: [...(shapes ?? []), ...overlay.layout.shapes] } };
}

const dashes = ["solid", "dash", "dot"] as const;

function merged(all: readonly (readonly Spec[])[]): { data: Spec[]; visible: boolean[][] } {
  // A trace that several states share (the input image) is stored once.
  const index = new Map<string, number>();
  const data: Spec[] = [];
  const used = all.map((traces) =>
    traces.map((trace) => {
      const key = JSON.stringify(trace);
      const place = index.get(key) ?? data.push(trace) - 1;
      index.set(key, place);
      return place;
    }),
  );
  return { data, visible: used.map((list) => data.map((_, i) => list.includes(i))) };
}
