import { toUSVString } from "node:util";
import { isObject } from "../../src/base/is-object";
import { plotlyMime } from "../../src/figures/figure";
import { liveMime } from "../../src/live/envelope";
import { overwritten } from "../notebooks/outputs";
import { figureHtml, kindsOf, readFigure } from "./figure";
import { liveHtml, readLive } from "./live";
import { image, outsideOf } from "./pictures";
import type { Report } from "./problem";

type Fields = Record<string, unknown>;

/** A notebook in the form that the template takes: with every field, whole texts, and one form of each output. */
export interface Prepared {
  readonly notebook: object;
  /** What else each cell holds, in order. */
  readonly cells: readonly PreparedCell[];
  /** HTML of our own making, for the elements `<div data-insert="0">` and so on. */
  readonly inserts: readonly string[];
  /** Kinds of plotly trace in use. */
  readonly traces: readonly string[];
  readonly figures: number;
  /** Number of live outputs. */
  readonly live: number;
}

/** What a cell holds besides what the template shows. */
export interface PreparedCell {
  /** The source of a Markdown cell. */
  readonly markdown?: string;
  readonly attachments: Readonly<Record<string, unknown>>;
  readonly question?: string;
  readonly answer?: string;
}

interface Gathered {
  readonly inserts: string[];
  readonly traces: Set<string>;
  figures: number;
  live: number;
}

/**
 * Prepares a notebook for its page: fields that other programs leave out or set to null get their default, and each
 * output is reduced to the form that a page shows. What cannot be read is reported by cell.
 */
export function prepare(cells: readonly unknown[], report: (cell: number) => Report): Prepared {
  const gathered: Gathered = { inserts: [], traces: new Set(), figures: 0, live: 0 };
  const prepared = cells.map((cell, i) => prepareCell(cell, gathered, report(i)));
  return {
    notebook: { cells: prepared.map(({ cell }) => cell), metadata: {}, nbformat: 4, nbformat_minor: 4 },
    cells: prepared.map(({ note }) => note),
    inserts: gathered.inserts,
    traces: [...gathered.traces].sort(),
    figures: gathered.figures,
    live: gathered.live,
  };
}

function prepareCell(stored: unknown, gathered: Gathered, report: Report): { cell: object; note: PreparedCell } {
  const plain: PreparedCell = { attachments: {} };
  if (!isObject(stored)) {
    report("the file holds something that is no cell: delete it, or restore the notebook");
    return {
      cell: { cell_type: "raw", metadata: { tags: [], deepnets: {} }, source: words(stored) ?? "" },
      note: plain,
    };
  }
  const metadata = isObject(stored.metadata) ? stored.metadata : {};
  const own = isObject(metadata.deepnets) ? metadata.deepnets : {};
  const note = { ...named("question", own.question), ...named("answer", own.answer) };
  const tags = Array.isArray(metadata.tags) ? metadata.tags.map(String) : [];
  const source = words(stored.source);
  if (source === undefined) report("its source is no text: write the cell again");
  const base = { metadata: { tags, deepnets: note }, source: source ?? JSON.stringify(stored.source) };
  const type = stored.cell_type;
  if (type === "markdown")
    return {
      cell: { ...base, cell_type: "markdown" },
      note: {
        markdown: base.source,
        attachments: isObject(stored.attachments) ? stored.attachments : {},
        ...note,
      },
    };
  if (type === "code")
    return {
      cell: {
        ...base,
        cell_type: "code",
        execution_count: typeof stored.execution_count === "number" ? stored.execution_count : null,
        outputs: prepareOutputs(stored.outputs, gathered, report),
      },
      note: { ...plain, ...note },
    };
  const format = metadata.raw_mimetype ?? metadata.format;
  return {
    cell: {
      ...base,
      cell_type: "raw",
      metadata: { ...base.metadata, raw_mimetype: String(format ?? "").toLowerCase() },
    },
    note: { ...plain, ...note },
  };
}

const named = (name: "question" | "answer", value: unknown) => {
  const text = Array.isArray(value) ? value.join(", ") : value;
  return typeof text === "string" && text !== "" ? { [name]: text } : {};
};

/**
 * A text that a notebook stores whole or as lines; undefined and null count as an empty one. Half of a character
 * becomes the replacement character, since Python could not read the text otherwise.
 */
function words(value: unknown): string | undefined {
  if (value === undefined || value === null) return "";
  if (typeof value === "string") return toUSVString(value);
  return Array.isArray(value) && value.every((line) => typeof line === "string")
    ? toUSVString(value.join(""))
    : undefined;
}

function prepareOutputs(stored: unknown, gathered: Gathered, report: Report): object[] {
  if (stored === undefined || stored === null) return [];
  if (!Array.isArray(stored)) {
    report("its outputs cannot be read: run the cell again");
    return [];
  }
  return stored.flatMap((output) => {
    const made = isObject(output) ? prepareOutput(output, gathered, report) : undefined;
    if (made === undefined) report("an output cannot be read: run the cell again");
    return made ?? [];
  });
}

/** What a terminal takes for a title or for the address of a link (OSC), and does not show. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are control characters
const titles = /\u001b\][^\u0007\u001b]*(?:\u0007|\u001b\\)/g;

/** An output for the template; undefined where it is no output, empty where it has nothing to show. */
function prepareOutput(output: Fields, gathered: Gathered, report: Report): object[] | undefined {
  switch (output.output_type) {
    case "stream": {
      const text = words(output.text);
      if (text === undefined) return undefined;
      return [{ output_type: "stream", name: output.name ?? "stdout", text: overwritten(text.replace(titles, "")) }];
    }
    case "error": {
      const lines = words(output.traceback) === undefined ? [] : [output.traceback ?? []].flat();
      const name = [output.ename, output.evalue].filter(Boolean).join(": ");
      return [{ output_type: "error", ename: "", evalue: "", traceback: lines.length > 0 ? lines : [name] }];
    }
    case "display_data":
    case "execute_result": {
      if (!isObject(output.data)) return undefined;
      const metadata = isObject(output.metadata) ? output.metadata : {};
      const data = reduce({ data: whole(output.data), metadata }, gathered, report);
      return data ? [{ output_type: "display_data", data, metadata: {} }] : [];
    }
    default:
      return undefined;
  }
}

/** All texts of an output in one piece. */
const whole = (data: Fields): Fields =>
  Object.fromEntries(
    Object.entries(data).map(([type, value]) => [type, type.endsWith("json") ? value : (words(value) ?? value)]),
  );

const pictures = ["image/svg+xml", "image/png", "image/jpeg", "image/gif", "image/webp"];
const texts = ["text/html", "text/markdown", "text/latex"];

/** The one form of an output that its page shows: the richest that a page can. */
function reduce(stored: { data: Fields; metadata: Fields }, gathered: Gathered, report: Report): object | undefined {
  const { data } = stored;
  const plain = typeof data["text/plain"] === "string" ? data["text/plain"] : undefined;
  const insert = (html: string) => ({ insert: gathered.inserts.push(html) - 1 });
  if (plotlyMime in data) {
    const spec = readFigure(data[plotlyMime]);
    if (spec) {
      for (const kind of kindsOf(spec)) gathered.traces.add(kind);
      return insert(figureHtml(spec, stored, { number: ++gathered.figures, report }));
    }
  }
  if (liveMime in data) {
    const live = typeof data["text/html"] === "string" ? readLive(data["text/html"]) : undefined;
    if (live) return insert(liveHtml(live, ++gathered.live));
    report("a live output is cut short or not one of ours: run the cell again");
    return plain === undefined ? undefined : { "text/plain": plain };
  }
  for (const type of [...texts.slice(0, 2), ...pictures.slice(0, 1), ...texts.slice(2), ...pictures.slice(1)]) {
    const value = data[type];
    if (typeof value !== "string") continue;
    if (type === "text/latex") return { "text/markdown": value };
    if (!pictures.includes(type)) return { [type]: value };
    const drawn = pictureHtml(type, stored);
    const outside = type === "image/svg+xml" ? outsideOf(value) : undefined;
    if (drawn !== undefined && outside !== undefined) report(outside);
    if (drawn !== undefined) return insert(drawn);
    report(`a stored picture (${type}) is damaged: run the cell again`);
  }
  // The text of a broken figure says more than the word "figure".
  if (plotlyMime in data) return { "text/plain": JSON.stringify(data[plotlyMime], null, 2) };
  const told = ["text/plain", "application/json", ...pictures.filter((type) => typeof data[type] === "string")];
  const others = Object.keys(data).filter((type) => !told.includes(type));
  if (others.length > 0)
    report(
      `an output of type ${others.join(", ")} is something that no page can show: show it as text, HTML or a picture`,
    );
  if (plain !== undefined) return { "text/plain": plain };
  if ("application/json" in data) return { "text/plain": JSON.stringify(data["application/json"], null, 2) };
  return undefined;
}

function pictureHtml(type: string, { data, metadata }: { data: Fields; metadata: Fields }): string | undefined {
  const stored = metadata[type];
  const size = isObject(stored) ? stored : {};
  const alt = [size.alt, metadata.alt, data["text/plain"], "Picture"].find((text) => typeof text === "string" && text);
  const drawn = image({ type, data: data[type] as string, alt: alt as string, width: size.width });
  return drawn && `<figure class="picture"><div class="still">${drawn}</div></figure>`;
}
