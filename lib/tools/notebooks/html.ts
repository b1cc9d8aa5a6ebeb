import type { DefaultTreeAdapterMap } from "parse5";
import { parsePiece } from "./parse-html";

type Node = DefaultTreeAdapterMap["node"];

/** A table of an output: the texts of its cells by row, with the head. */
export type TextTable = readonly (readonly string[])[];

/** What HTML says to a reader: its text, and its tables. */
export interface HtmlContent {
  readonly text: string;
  readonly tables: readonly TextTable[];
}

/**
 * Reads the HTML of an output.
 *
 * @example
 * readHtml("<table><tr><th>test</th></tr><tr><td>98 %</td></tr></table>").tables; // [[["test"], ["98 %"]]]
 */
export function readHtml(html: string): HtmlContent {
  const fragment = parsePiece(html);
  const tables = find(fragment, /^table$/).map((table) =>
    find(table, /^tr$/).map((row) => find(row, /^t[dh]$/).map((cell) => tidy(textOf(cell)))),
  );
  return { text: tidy(textOf(fragment)), tables };
}

const tidy = (text: string) => text.replace(/\s+/g, " ").trim();

const childrenOf = (node: Node): readonly Node[] => ("childNodes" in node ? node.childNodes : []);

/** Elements with a name, without those inside another one. */
function find(node: Node, name: RegExp): Node[] {
  return childrenOf(node).flatMap((child) => (name.test(child.nodeName) ? [child] : find(child, name)));
}

function textOf(node: Node): string {
  if (node.nodeName === "#text") return (node as DefaultTreeAdapterMap["textNode"]).value;
  if (/^(?:script|style|template|#comment)$/.test(node.nodeName)) return "";
  // A cell, a line or a paragraph ends a word.
  return (
    childrenOf(node).map(textOf).join("") + (/^(?:t[dhr]|p|div|br|li|caption|h\d)$/.test(node.nodeName) ? " " : "")
  );
}
