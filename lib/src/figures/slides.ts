import { plotHeight, type Figure, type Spec, type Words } from "./figure";
import { captioned } from "./figure";
import { colors } from "./theme";

export interface SlideOptions extends Partial<Words> {
  /** Default: a slider, or buttons where there are at most four steps. */
  readonly control?: "slider" | "buttons";
  /** Which step shows first, and on paper; default 0. */
  readonly active?: number;
  /** Written before the step's label: "kernel: ". */
  readonly prefix?: string;
}

/**
 * Several states of one figure behind a slider or buttons, which live on in the exported page. The states share their
 * axes (those of the first are used) and may differ in traces, annotations and shapes.
 *
 * @param steps label and figure of each state
 * @throws when there is no step, or `active` names none
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
    { data, layout: shown.figure.layout },
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
    meta: { ...base.layout.meta, controlRoom: room },
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
            pad: { t: 4 },
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
