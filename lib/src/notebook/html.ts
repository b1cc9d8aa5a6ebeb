import { displaySymbol } from "./display";
import type { Bundle } from "./kernel";

/** A piece of HTML that a cell shows as it is. */
export interface Html {
  readonly [displaySymbol]: () => Bundle;
}

/**
 * Marks a string as HTML, for `show` or as a cell's last expression.
 *
 * @param source The HTML; scripts run only in a notebook that the reader trusts.
 * @param options.text What a reader sees where HTML cannot be shown; default: the source without its tags.
 * @returns A piece of HTML for `show`, or for a cell's last expression.
 * @example
 * show(html("<b>98.4 %</b> of the digits"));
 */
export function html(source: string, { text }: { readonly text?: string } = {}): Html {
  const plain =
    text ??
    source
      .replace(/<(script|style)[\s\S]*?<\/\1>/g, "")
      .replace(/<[^>]*>/g, "")
      .trim();
  return { [displaySymbol]: () => ({ "text/html": source, "text/plain": plain }) };
}
