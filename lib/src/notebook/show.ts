import { escapeHtml } from "../base/text";
import { captioned, type Figure } from "../figures/figure";
import { type Content, kernel } from "./kernel";
import { isFigure, represent } from "./represent";

/**
 * Shows a value below the cell: a figure, a table, a model, the source of a model factory, a tensor, a danfojs frame,
 * HTML, or any value that implements `Jupyter.display`. A string is read as Markdown. Outside a notebook its text is
 * printed.
 *
 * @param thing What to show.
 * @param options.caption A line that goes with it: a figure's caption, or a line above anything else.
 * @example
 * show(figures.accuracy(run), { caption: "The MLP passes 97 % within one epoch." });
 * show(model);
 * show("**Answer.** The linear model is too simple.");
 */
export function show(thing: unknown, { caption }: { readonly caption?: string } = {}): void {
  const content =
    typeof thing === "string"
      ? { data: { "text/markdown": thing, "text/plain": thing } }
      : represent(captionedFigure(thing, caption));
  const whole =
    caption === undefined || isFigure(thing)
      ? content
      : content instanceof Promise
        ? content.then((it) => withCaption(it, caption))
        : withCaption(content, caption);
  const target = kernel();
  if (target) target.display(whole);
  else void Promise.resolve(whole).then(({ data }) => console.log(data["text/plain"]));
}

function captionedFigure(thing: unknown, caption: string | undefined): unknown {
  if (caption === undefined || !isFigure(thing)) return thing;
  // A figure of our own has room for its words; any other gets the caption as alternative text.
  if (thing.layout.meta?.title !== undefined) return captioned(thing as Figure, { caption });
  return { ...thing, layout: { ...thing.layout, meta: { ...thing.layout.meta, alt: caption, caption } } };
}

function withCaption(content: Content, caption: string): Content {
  const data: Record<string, unknown> = { ...content.data };
  data["text/plain"] = `${caption}\n${String(data["text/plain"])}`;
  const html = data["text/html"];
  if (typeof html === "string") data["text/html"] = `<p>${escapeHtml(caption)}</p>${html}`;
  return { ...content, data };
}
