import type { PlotlySpec } from "./picture";

/**
 * A figure in a form that a notebook can store: typed arrays become arrays, dates their ISO form, and numbers that JSON
 * cannot hold (NaN, infinities) become gaps. The picture and the interactive figure are drawn from the same values.
 *
 * @throws Error With the place of a value that cannot be stored: a BigInt, a tensor, a circle.
 */
export function plainFigure({ data, layout }: PlotlySpec): PlotlySpec {
  return {
    data: plain(data, "data", []) as PlotlySpec["data"],
    layout: plain(layout, "layout", []) as PlotlySpec["layout"],
  };
}

type Fields = Record<string, unknown>;

/** @param around The objects around this one; one of them below it would be a circle. */
function plain(value: unknown, path: string, around: readonly object[]): unknown {
  if (typeof value === "bigint") throw refused(path, `the BigInt ${value}n`, "write it as a number, as Number(x) does");
  if (typeof value === "number") return Number.isFinite(value) ? value : null;
  if (typeof value !== "object" || value === null) return value;
  if (around.includes(value)) throw refused(path, "an object that holds itself", "leave the circle out");
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString();
  if (ArrayBuffer.isView(value)) return numbers(value, path);
  const inside = [...around, value];
  const at = (key: string) => (/^\d+$/.test(key) ? `${path}[${key}]` : `${path}.${key}`);
  if (Array.isArray(value)) return Array.from(value, (one, i) => plain(one, at(String(i)), inside));
  if (isTensor(value)) throw refused(path, "a tensor", "give its values, as tensor.arraySync() does");
  if (value instanceof Map || value instanceof Set)
    throw refused(path, `a ${value.constructor.name}`, "give an array, as [...x] does");
  if (typeof (value as Fields).toJSON === "function")
    return plain((value as { toJSON(): unknown }).toJSON(), path, inside);
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, plain(inner, at(key), inside)]));
}

function numbers(view: ArrayBufferView, path: string): unknown {
  if (view instanceof DataView) throw refused(path, "a DataView", "give an array of numbers");
  const values = Array.from(view as unknown as ArrayLike<number | bigint>);
  return values.map((one, i) => plain(one, `${path}[${i}]`, []));
}

const isTensor = (value: object) => "dataId" in value && "arraySync" in value;

const refused = (path: string, found: string, remedy: string) =>
  new Error(`Expected a figure of numbers, texts, arrays and objects but found ${found} in ${path}: ${remedy}.`);
