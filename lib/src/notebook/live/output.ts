import { entryOf } from "../../base/item-at";
import { escapeHtml } from "../../base/text";
import { colors, dark } from "../../figures/theme";
import { type Envelope, inScript, liveAttribute, liveMime } from "../../live/envelope";
import { displaySymbol } from "../display";
import type { Bundle } from "../kernel";
import { liveScript } from "./script";
import type { Still } from "./still";

/** An output that a reader can play with: what the functions of `live` return, for `show`. */
export interface Live {
  /** What a reader sees where nothing runs, in words. */
  readonly text: string;
  readonly [displaySymbol]: () => Bundle;
}

/** What a live output is made of. */
export interface LiveOptions<Data> extends Pick<Envelope<Data>, "widget" | "title" | "start" | "data"> {
  /**
   * What a reader sees before the widget starts, and where no script runs. It uses only the colours of
   * `figures/theme.ts`.
   */
  readonly still: Still;
  /** The picture in words. */
  readonly text: string;
}

/**
 * A live output: a static picture, the widget's data, and the script that runs it when the reader asks for it. An
 * exported page takes the picture and the data; it holds the script once, for all outputs.
 */
export function liveOutput<Data>({ widget, title, start, data, still, text }: LiveOptions<Data>): Live {
  const theme = { light: colors, dark: Object.fromEntries(names.map((name) => [name, entryOf(dark, colors[name])])) };
  const envelope: Envelope<Data> = { widget, title, start, theme, data };
  const address = `data:image/svg+xml;base64,${Buffer.from(still.svg).toString("base64")}`;
  const html = () =>
    [
      `<div ${liveAttribute}="${escapeHtml(widget)}">`,
      `<img alt="${escapeHtml(text)}" width="${still.width}" height="${still.height}" ` +
        `style="max-width:100%;height:auto" src="${address}">`,
      `<script type="application/json">${inScript(envelope)}</script>`,
      "</div>",
      `<script>${liveScript()}</script>`,
    ].join("\n");
  return {
    text,
    [displaySymbol]: () => ({ "text/html": html(), "text/plain": text, [liveMime]: { widget } }),
  };
}

const names = Object.keys(colors) as (keyof typeof colors)[];
