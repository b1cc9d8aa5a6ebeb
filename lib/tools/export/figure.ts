import { isObject } from "../../src/base/is-object";
import { escapeHtml, quote } from "../../src/base/text";
import { image } from "./pictures";
import type { Report } from "./problem";

/** A figure as plotly.js takes it. */
export interface FigureSpec {
  readonly data: readonly Readonly<Record<string, unknown>>[];
  readonly layout: Readonly<Record<string, unknown>>;
  readonly frames?: readonly unknown[];
}

type Fields = Record<string, unknown>;

/**
 * Reads a stored figure: an object, or its JSON text. Mends what plotly.js could not draw (`height: null`, a typed
 * array that was stored as `{"0": 1, "1": 5}`).
 *
 * @returns Undefined where it is no figure.
 */
export function readFigure(stored: unknown): FigureSpec | undefined {
  const found = parsed(stored);
  if (!isObject(found)) return undefined;
  const { data = [], layout, frames } = found;
  const isLayout = layout === undefined || layout === null || isObject(layout);
  if (!Array.isArray(data) || !data.every(isObject) || !isLayout) return undefined;
  return {
    data: data.map((trace) => withoutNull(plainArrays(trace) as Fields)),
    layout: sized(withoutNull((plainArrays(layout) ?? {}) as Fields)),
    ...(Array.isArray(frames) && frames.length > 0 ? { frames } : {}),
  };
}

function parsed(stored: unknown): unknown {
  const isLines = Array.isArray(stored) && stored.length > 0 && stored.every((line) => typeof line === "string");
  if (typeof stored !== "string" && !isLines) return stored;
  try {
    return JSON.parse(isLines ? stored.join("") : (stored as string));
  } catch {
    return undefined;
  }
}

const withoutNull = (fields: Fields): Fields =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null));

/** Height and width as positive numbers, or left to plotly.js. */
function sized(layout: Fields): Fields {
  const sizes = ["height", "width"].map((name): [string, number] => [name, Number(layout[name])]);
  const { height: _height, width: _width, ...rest } = layout;
  return { ...rest, ...Object.fromEntries(sizes.filter(([, size]) => Number.isFinite(size) && size > 0)) };
}

/** Turns objects with numbers as names, which JSON makes of typed arrays, back into arrays. */
function plainArrays(value: unknown): unknown {
  if (Array.isArray(value)) return value.some((one) => typeof one === "object") ? value.map(plainArrays) : value;
  if (!isObject(value)) return value;
  const names = Object.keys(value);
  if (names.length > 0 && names.every((name, i) => name === String(i) && typeof value[name] !== "object"))
    return Object.values(value);
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, plainArrays(inner)]));
}

/** Traces for which plotly.js fetches maps. */
const maps = /^(?:scattergeo|choropleth|scattermap(?:box)?|choroplethmap(?:box)?|densitymap(?:box)?)$/;

/** The kinds of trace that a figure uses, one per trace. */
export const kindsOf = ({ data }: FigureSpec): string[] =>
  data.map(({ type }) => (typeof type === "string" ? type : "scatter"));

interface Stored {
  /** All forms of the output, by MIME type. */
  readonly data: Fields;
  readonly metadata: Fields;
}

/** A figure's HTML: its static picture, an empty element for the drawn one, and its data. */
export function figureHtml(
  spec: FigureSpec,
  { data, metadata }: Stored,
  at: { number: number; report: Report },
): string {
  const { number, report } = at;
  const map = kindsOf(spec).find((kind) => maps.test(kind));
  if (map !== undefined)
    report(`figure ${number} draws a map (${map}), for which plotly.js needs a network: show it as a picture`);
  const meta = isObject(spec.layout.meta) ? spec.layout.meta : {};
  const alt = [meta.alt, data["text/plain"]].find((text) => typeof text === "string" && text.trim() !== "");
  const words = typeof alt === "string" ? alt : `Figure ${number}`;
  const size = metadata["image/png"];
  const png = data["image/png"];
  const width = isObject(size) ? size.width : undefined;
  const drawn = typeof png === "string" ? image({ type: "image/png", data: png, alt: words, width }) : undefined;
  if (png !== undefined && drawn === undefined)
    report(`the static picture of figure ${number} is damaged: run the cell again`);
  const still = drawn ?? `<p class="no-picture">${escapeHtml(words)}</p>`;
  const json = JSON.stringify(withoutOutside(spec, report)).replaceAll("<", "\\u003c");
  const height = (spec.layout.height as number | undefined) ?? 450;
  return [
    `<figure data-figure id="figure-${number}"><div class="still">${still}</div>`,
    `<div class="plot" role="img" aria-label="${escapeHtml(words)}" style="height:${height}px" hidden></div>`,
    map === undefined ? `<script type="application/json">${json}</script>` : "",
    "</figure>",
  ].join("");
}

/** A figure without the pictures that it would load. */
function withoutOutside(spec: FigureSpec, report: Report): FigureSpec {
  const isOutside = (source: unknown) => typeof source === "string" && !/^\s*data:/i.test(source);
  const keep = (one: unknown): boolean => {
    if (!isObject(one) || !isOutside(one.source)) return true;
    report(`a figure shows a picture from elsewhere (${quote(String(one.source))}): give its bytes as a data: address`);
    return false;
  };
  const { images } = spec.layout;
  return {
    ...spec,
    data: spec.data.filter((trace) => trace.type !== "image" || keep(trace)),
    layout: Array.isArray(images) ? { ...spec.layout, images: images.filter(keep) } : spec.layout,
  };
}
