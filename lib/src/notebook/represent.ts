import { inspect } from "node:util";
import { isObject } from "../base/is-object";
import { fitsMimeType } from "../base/mime-forms";
import { type Figure, plotlyMime } from "../figures/figure";
import { still } from "../figures/slides";
import { displaySymbol } from "./display";
import { isFactory, representFactory } from "./factory";
import { plainFigure } from "./figure-data";
import { isFrame, isSeries, representFrame, representSeries } from "./frames";
import type { Bundle, Content } from "./kernel";
import { isModel, representModel } from "./model";
import { drawPicture, type PlotlySpec, whyNoPicture } from "./picture";
import { isRun, representRun } from "./run";
import { isTensor, representTensor } from "./tensor";

/**
 * What a notebook shows of a value. A value that implements `Jupyter.display` decides for itself. Figures, tensors,
 * models and danfojs frames have a form of their own. Everything else is printed as Node prints it.
 *
 * @returns A promise where a picture has to be drawn first.
 * @throws When a figure, or what `Jupyter.display` returns, cannot be stored in a notebook.
 */
export function represent(value: unknown): Content | Promise<Content> {
  const own = (value as Record<symbol, unknown> | null | undefined)?.[displaySymbol];
  if (typeof own === "function") return ownContent(value, own.call(value) as Bundle | Promise<Bundle>);
  if (value instanceof Promise) return { data: { "text/plain": representPromise(value) } };
  if (isFactory(value)) return { data: representFactory(value) };
  if (isRun(value)) return { data: representRun(value) };
  if (isFigure(value)) return representFigure(value);
  if (isTensor(value)) return { data: representTensor(value) };
  if (isModel(value)) return { data: representModel(value) };
  if (isFrame(value)) return { data: representFrame(value) };
  if (isSeries(value)) return { data: representSeries(value) };
  return { data: { "text/plain": plain(value) } };
}

/** A promise as the last value of a cell is usually one whose `await` was forgotten. */
function representPromise(promise: Promise<unknown>): string {
  const text = plain(promise);
  return text.includes("<pending>")
    ? `${text}\nThe value is not there yet: write "await" in front of the expression, and the cell waits for it.`
    : text;
}

/** Whether a value is data and layout for plotly.js: traces are objects. */
export function isFigure(value: unknown): value is PlotlySpec {
  const { data, layout } = (value ?? {}) as Partial<PlotlySpec>;
  return Array.isArray(data) && data.every(isObject) && isObject(layout);
}

function ownContent(value: unknown, bundle: Bundle | Promise<Bundle>): Content | Promise<Content> {
  const content = (data: Bundle): Content => {
    if (!isObject(data))
      throw new Error(`Expected what a notebook can store by MIME type but found ${nameOf(data)}: return an object.`);
    for (const [type, form] of Object.entries(data)) checkStorable(type, form);
    return { data: "text/plain" in data ? data : { ...data, "text/plain": plain(value) } };
  };
  return bundle instanceof Promise ? bundle.then(content) : content(bundle);
}

function checkStorable(type: string, form: unknown): void {
  const refused = (found: string, remedy: string) =>
    new Error(`Expected what a notebook can store but found ${found} in ${type}: ${remedy}.`);
  let stored: string | undefined;
  try {
    stored = JSON.stringify(form);
  } catch (error) {
    const why = (error as Error).message.split("\n")[0];
    throw refused(`something else (${why})`, "give text, numbers, arrays and plain objects");
  }
  if (stored === undefined) throw refused(nameOf(form), "give text, numbers, arrays and plain objects");
  if (!fitsMimeType(type, form)) throw refused(nameOf(form), "give a string");
}

const nameOf = (value: unknown) => (typeof value === "object" && value !== null ? "an object" : inspect(value));

/** A figure that cannot be stored is an error of the code that shows it, before anything is drawn. */
function representFigure(figure: PlotlySpec): Promise<Content> {
  return drawFigure(plainFigure(figure));
}

async function drawFigure({ data, layout }: PlotlySpec): Promise<Content> {
  const { alt, title: own } = (isObject(layout.meta) ? layout.meta : {}) as { alt?: string; title?: string };
  const title: unknown = typeof layout.title === "string" ? layout.title : layout.title?.text;
  const text = [alt, own, title].find((words) => typeof words === "string" && words !== "") ?? "figure";
  const plotly = { data, layout, config: { displaylogo: false, responsive: true } };
  const picture = await drawPicture(still({ data, layout } as Figure));
  const reasonForNone = whyNoPicture();
  if (reasonForNone) console.log(reasonForNone);
  const bundle = { [plotlyMime]: plotly, "text/plain": text };
  if (!picture) return { data: bundle };
  const { png, width, height } = picture;
  return { data: { ...bundle, "image/png": png }, metadata: { "image/png": { width, height, alt: text } } };
}

const plain = (value: unknown) =>
  inspect(value, { depth: 3, maxArrayLength: 20, maxStringLength: 2000, breakLength: 100 });
