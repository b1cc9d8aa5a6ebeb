import { itemAt } from "../base/item-at";
import { sum } from "../base/statistics";
import { type Figure, figure, plotHeight, type Spec, type Words, withRoom } from "./figure";

/** What `panels` takes besides the figures. */
export interface PanelOptions extends Words {
  /** Figures side by side in a row; default 1. */
  readonly columns?: number;
  /** Widths of the columns, as shares; default equal. */
  readonly widths?: readonly number[];
  /** Room between columns, as a share of the width; default 0.08. */
  readonly gap?: number;
}

const titleRoom = 26;

/** Pixels that a panel needs above its axes: for its own title, and for the titles of panels within it. */
const roomAbove = ({ layout: { meta } }: Figure): number =>
  (meta.room ?? 0) + (meta.title ? titleRoom : meta.room ? 0 : 8);

/**
 * Several figures as panels of one. Each keeps its title, in small print; the panels' captions are dropped.
 *
 * @param given Figures without slider or buttons (put `slides` around panels instead).
 * @throws When a panel holds a slider or buttons, or when there is no panel.
 * @example
 * figures.panels([image, kernel, map], { title: "One kernel at work", columns: 3 });
 */
export function panels(given: readonly Figure[], options: PanelOptions): Figure {
  if (given.length === 0) throw new Error("Expected at least one panel but found none: pass the figures as an array.");
  if (given.some(({ layout }) => layout.sliders || layout.updatemenus))
    throw new Error(
      "Expected panels without controls but found a slider or buttons: call slides on figures made by panels.",
    );
  const columns = Math.min(options.columns ?? 1, given.length);
  const rows = chunks(given, columns);
  const heights = rows.map((row) => Math.max(...row.map(plotHeight)));
  const rooms = rows.map((row) => Math.max(...row.map(roomAbove)));
  const bottoms: number[] = rows.map((row) => Math.max(...row.map((panel) => panel.layout.margin.b)));
  const total = sum(heights) + sum(rooms.slice(1)) + sum(bottoms.slice(0, -1));
  const spans = columnSpans(columns, options);
  const offsets = given.map((_, i) => sum(given.slice(0, i).map(axisPairs)));
  const parts = given.map((panel, i) => {
    const row = Math.floor(i / columns);
    const above = sum(heights.slice(0, row)) + sum(bottoms.slice(0, row)) + sum(rooms.slice(1, row + 1));
    const share = (pixels: number) => Number((1 - pixels / total).toFixed(5));
    return place(panel, itemAt(offsets, i), {
      x: itemAt(spans, i % columns),
      y: [share(above + itemAt(heights, row)), share(above)],
    });
  });
  const first = figure([], options, {
    height: total,
    left: Math.max(...rows.map((row) => itemAt(row, 0).layout.margin.l)),
    right: Math.max(...rows.map((row) => itemAt(row, -1).layout.margin.r)),
    bottom: itemAt(bottoms, -1),
    x: {},
    y: {},
  }).layout;
  const { xaxis, yaxis, ...base } = first;
  const layout = {
    ...base,
    ...Object.assign({}, ...parts.map((part) => part.axes)),
    annotations: parts.flatMap((part) => part.annotations),
    shapes: parts.flatMap((part) => part.shapes),
    meta: {
      ...base.meta,
      ...narrow(given, columns, total),
      alt: options.alt || [base.meta.alt, ...given.map((panel) => panel.layout.meta.alt)].join(". "),
    },
  };
  return withRoom({ data: parts.flatMap((part) => part.data), layout }, itemAt(rooms, 0));
}

/** Pictures side by side shrink with the page, and leave their height empty on a narrow one. */
function narrow(given: readonly Figure[], columns: number, height: number): Spec {
  const shares = given.map((panel) => (panel.layout.meta.narrow?.plotHeight ?? Infinity) / plotHeight(panel));
  if (!shares.every(Number.isFinite)) return {};
  const rows = Math.ceil(given.length / columns);
  return {
    narrow: {
      plotHeight: Math.round(
        Math.min(height, Math.max(70, (height * Math.max(...shares)) / columns ** 0.5 + 14 * (rows - 1))),
      ),
    },
  };
}

interface Cell {
  readonly x: readonly [number, number];
  readonly y: readonly [number, number];
}

const axisPairs = ({ layout }: Figure): number => Object.keys(layout).filter((key) => /^xaxis\d*$/.test(key)).length;

function place(
  { data, layout }: Figure,
  offset: number,
  cell: Cell,
): { data: Spec[]; axes: Spec; annotations: Spec[]; shapes: Spec[] } {
  // Panels may themselves be made of panels: every axis gets a number of its own and the domain that it has within the
  // cell.
  const rename = (axis: string) =>
    axis.replace(/^([xy])(\d*)/, (_, letter: string, number: string) => {
      const renamed = offset + Number(number || 1);
      return renamed === 1 ? letter : `${letter}${renamed}`;
    });
  const within = ([low, high]: readonly [number, number], [a, b]: readonly [number, number] = [0, 1]): number[] =>
    [low + a * (high - low), low + b * (high - low)].map((end) => Number(end.toFixed(5)));
  const axes = Object.fromEntries(
    Object.entries(layout)
      .filter(([key]) => /^[xy]axis\d*$/.test(key))
      .map(([key, axis]) => {
        const own = key[0] as "x" | "y";
        const id = key.replace("axis", "");
        const moved = {
          ...axis,
          domain: within(cell[own], axis.domain),
          anchor: rename(axis.anchor ?? id.replace(own, own === "x" ? "y" : "x")),
        };
        for (const link of ["scaleanchor", "matches"]) if (moved[link]) moved[link] = rename(moved[link]);
        return [rename(id).replace(own, `${own}axis`), moved];
      }),
  );
  const reference = (spec: Spec) => {
    const moved = { ...spec };
    for (const axis of ["x", "y"] as const) {
      const key = `${axis}ref`;
      moved[key] = spec[key] === undefined || spec[key] === "paper" ? `${rename(axis)} domain` : rename(spec[key]);
    }
    return moved;
  };
  const title = layout.meta.title
    ? [
        {
          xref: `${rename("x")} domain`,
          x: 0,
          xanchor: "left",
          yref: `${rename("y")} domain`,
          y: 1,
          yanchor: "bottom",
          yshift: 5 + (layout.meta.room ?? 0),
          showarrow: false,
          text: layout.meta.title,
          font: { size: 12 },
        },
      ]
    : [];
  return {
    data: data.map((trace) => ({ ...trace, xaxis: rename(trace.xaxis ?? "x"), yaxis: rename(trace.yaxis ?? "y") })),
    axes,
    annotations: [...title, ...(layout.annotations ?? []).map(reference)],
    shapes: (layout.shapes ?? []).map(reference),
  };
}

function columnSpans(columns: number, { gap = 0.08, widths }: PanelOptions): (readonly [number, number])[] {
  const shares = widths ?? Array.from({ length: columns }, () => 1);
  const unit = (1 - gap * (columns - 1)) / sum(shares.slice(0, columns));
  return Array.from({ length: columns }, (_, i) => {
    const start = sum(shares.slice(0, i)) * unit + i * gap;
    return [Number(start.toFixed(5)), Number((start + itemAt(shares, i) * unit).toFixed(5))] as const;
  });
}

function chunks<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, i) => items.slice(i * size, (i + 1) * size));
}
