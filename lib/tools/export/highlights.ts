import { isObject } from "../../src/base/is-object";
import { plotlyMime } from "../../src/figures/figure";
import { liveMime } from "../../src/live/envelope";
import { readFigure } from "./figure";
import { readLive } from "./live";

/** What the front page shows of one notebook. */
export interface Highlights {
  /** The first sentence of an answer, as plain text. */
  readonly answer?: string | undefined;
  /** The static picture of a figure: a `data:` address. */
  readonly figure?: { readonly address: string; readonly alt: string } | undefined;
  /** The picture of the first live output, and where the page has it. */
  readonly live?:
    | { readonly address: string; readonly alt: string; readonly anchor: string; readonly title: string }
    | undefined;
}

/** The tag of the answer and of the figure that stand for a notebook; without tags, the first ones do. */
const tag = "front-page";

type Fields = Record<string, unknown>;

/** Picks from a notebook's stored cells what stands for it on the front page. */
export function highlights(cells: readonly unknown[]): Highlights {
  const all = cells.filter(isObject);
  const answer = first(all, (cell) => (isAnswer(cell) ? firstSentence(textOf(cell.source)) : undefined));
  const figure = first(all, (cell) => outputsOf(cell).map(pictureOf).find(Boolean));
  const live = all
    .flatMap((cell) => outputsOf(cell))
    .map(liveOf)
    .find(Boolean);
  return { answer, figure, live };
}

/** The first that is found, in the tagged cells before all others. */
function first<T>(cells: readonly Fields[], find: (cell: Fields) => T | undefined): T | undefined {
  for (const cell of [...cells.filter(isTagged), ...cells]) {
    const found = find(cell);
    if (found !== undefined) return found;
  }
  return undefined;
}

const metadataOf = (cell: Fields): Fields => (isObject(cell.metadata) ? cell.metadata : {});

const isTagged = (cell: Fields): boolean => {
  const tags = metadataOf(cell).tags;
  return Array.isArray(tags) && tags.includes(tag);
};

const isAnswer = (cell: Fields): boolean => {
  const own = metadataOf(cell).deepnets;
  return cell.cell_type === "markdown" && isObject(own) && own.answer !== undefined;
};

const textOf = (value: unknown): string =>
  typeof value === "string"
    ? value
    : Array.isArray(value)
      ? value.filter((line) => typeof line === "string").join("")
      : "";

/** Plain text of the first sentence below the headings; undefined where there is none. */
function firstSentence(markdown: string): string | undefined {
  const plain = markdown
    .replace(/^#.*$/gm, "")
    .replace(/<[^>]*>/g, "")
    .replace(/\[([^\]]*)\]\([^)]*\)/g, "$1")
    .replace(/[*`]/g, "")
    .replace(/^\s*[-+]\s+/gm, "")
    .trim()
    .replace(/\s+/g, " ");
  // A word or two, as in "Curves.", serve as a heading.
  return plain
    .match(/.+?[.!?](?=\s|$)/g)
    ?.map((one) => one.trim())
    .find((one) => one.split(" ").length > 4);
}

const outputsOf = (cell: Fields): Fields[] =>
  (Array.isArray(cell.outputs) ? cell.outputs : []).flatMap((output) =>
    isObject(output) && isObject(output.data) ? [output.data] : [],
  );

function pictureOf(data: Fields): Highlights["figure"] {
  const spec = readFigure(data[plotlyMime]);
  const png = textOf(data["image/png"]).replace(/\s+/g, "");
  if (!spec || !/^[A-Za-z0-9+/]+=*$/.test(png)) return undefined;
  const meta = isObject(spec.layout.meta) ? spec.layout.meta : {};
  return { address: `data:image/png;base64,${png}`, alt: textOf(meta.alt) || textOf(data["text/plain"]) };
}

function liveOf(data: Fields): Highlights["live"] {
  const stored = data[liveMime] === undefined ? undefined : readLive(textOf(data["text/html"]));
  if (!stored) return undefined;
  const { picture, envelope } = stored;
  return { address: picture.address, alt: picture.alt, anchor: "live-1", title: envelope.title };
}
