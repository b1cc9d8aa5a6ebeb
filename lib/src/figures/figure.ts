import { isObject } from "../base/is-object";
import { colors, font } from "./theme";

/** The MIME type under which a notebook stores a figure. */
export const plotlyMime = "application/vnd.plotly.v1+json";

/** Any JSON object that plotly.js reads. */
export type Spec = Record<string, any>;

/**
 * What plotly.js draws: traces and their layout. `layout.meta` holds `alt` (alternative text), `title` and `caption`.
 */
export interface Figure {
  readonly data: readonly Spec[];
  readonly layout: Spec;
}

/** What is written above a figure, and read aloud in its place. */
export interface Words {
  /** A few words in bold above the figure. */
  readonly title: string;
  /** What to see, with the final numbers. */
  readonly caption?: string | undefined;
  /** What a reader who cannot see the figure needs; default: title and caption. */
  readonly alt?: string | undefined;
}

/** The drawing area of a figure with one pair of axes. */
export interface Area {
  /** Pixels between the axes' ends; default 260. */
  readonly height?: number | undefined;
  readonly x: Spec;
  readonly y: Spec;
  /** Pixels kept free right of the axes for direct labels; default 16. */
  readonly right?: number | undefined;
  /** Pixels left of the axes; default 56. */
  readonly left?: number | undefined;
  /** Pixels below the axes, for ticks and the axis title; default 48. */
  readonly bottom?: number | undefined;
}

// A page narrower than this many characters wraps title and caption anew, from `layout.meta`.
const lineLength = 112;
const titleHeight = 36;
const lineHeight = 17;

/**
 * A figure with one pair of axes, in this library's style: nearly all figures start from it. A setting of a trace or an
 * axis that is undefined is left out.
 */
export function figure(data: readonly Spec[], words: Words, area: Area): Figure {
  const layout = {
    autosize: true,
    paper_bgcolor: colors.paper,
    plot_bgcolor: colors.paper,
    font: { family: font, size: 12, color: colors.ink },
    hoverlabel: { font: { family: font } },
    showlegend: false,
    xaxis: axis(area.x),
    yaxis: axis(area.y),
    margin: { l: area.left ?? 56, r: area.right ?? 16, b: area.bottom ?? 48 },
    height: area.height ?? 260,
  };
  return withWords(
    {
      data: data.map(defined),
      layout: { ...layout, margin: { ...layout.margin, t: 0 }, height: layout.height + layout.margin.b },
    },
    words,
  );
}

/** A spec without the settings that are undefined, so that `opacity: curve.opacity` can be written as it is meant. */
function defined(spec: Spec): Spec {
  const settings = Object.entries(spec).filter(([, value]) => value !== undefined);
  return Object.fromEntries(
    settings.map(([name, value]) => [name, isObject(value) && !ArrayBuffer.isView(value) ? defined(value) : value]),
  );
}

function axis(spec: Spec): Spec {
  const title =
    typeof spec.title === "string" ? { text: spec.title, font: { color: colors.soft }, standoff: 8 } : spec.title;
  return defined({
    gridcolor: colors.grid,
    zeroline: false,
    linecolor: colors.faint,
    tickfont: { color: colors.soft },
    automargin: false,
    ...spec,
    title,
  });
}

/**
 * The same figure with another title, caption or alternative text.
 *
 * @param drawn Any figure of this library.
 * @param words What is left out stays as it was.
 * @example
 * captioned(figures.accuracy(run), { caption: "The curve bends where the learning rate is too large." });
 */
export function captioned(drawn: Figure, words: Partial<Words>): Figure {
  const { title, caption, alt } = drawn.layout.meta;
  return withWords(drawn, { title, caption, alt: words.caption === undefined ? alt : undefined, ...words });
}

function withWords(drawn: Figure, words: Words): Figure {
  const lines = words.caption ? wrap(words.caption, lineLength) : [];
  const room: number = drawn.layout.meta?.room ?? 0;
  const top = (words.title ? titleHeight : 8) + lines.length * lineHeight + (lines.length > 0 ? 6 : 0) + room;
  const layout = drawn.layout;
  const text = [
    words.title && `<b>${words.title}</b>`,
    ...lines.map((line) => `<span style="font-size:12px">${line}</span>`),
  ]
    .filter(Boolean)
    .join("<br>");
  return {
    data: drawn.data,
    layout: {
      ...layout,
      title: {
        text,
        x: 0,
        xref: "container",
        xanchor: "left",
        y: 1,
        yref: "container",
        yanchor: "top",
        pad: { l: 10, t: lines.length > 0 ? 17 : 8 },
        font: { size: 14 },
      },
      margin: { ...layout.margin, t: top },
      height: layout.height - layout.margin.t + top,
      meta: {
        ...layout.meta,
        alt: words.alt ?? [words.title, words.caption].filter(Boolean).join(": "),
        title: words.title,
        caption: words.caption ?? "",
      },
    },
  };
}

/** The same figure with more room between its words and the axes: for a legend or the titles of panels. */
export function withRoom(drawn: Figure, pixels: number): Figure {
  const { margin, meta, height } = drawn.layout;
  return {
    data: drawn.data,
    layout: {
      ...drawn.layout,
      height: height + pixels,
      margin: { ...margin, t: margin.t + pixels },
      meta: { ...meta, room: (meta.room ?? 0) + pixels },
    },
  };
}

function wrap(text: string, length: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + word.length < length) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}

/** Pixels between the ends of a figure's vertical axes. */
export const plotHeight = ({ layout }: Figure): number => layout.height - layout.margin.t - layout.margin.b;
