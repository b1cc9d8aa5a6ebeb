import { type DefaultTreeAdapterMap, parse, parseFragment } from "parse5";

type Node = DefaultTreeAdapterMap["node"];

/**
 * Parses a whole page as browsers do. parse5 gathers text one character at a time, which takes seconds and much memory
 * for a page with megabytes of data. So long runs of characters that mean nothing to HTML are put aside meanwhile.
 *
 * @returns What `parse` of parse5 returns, except for positions in the source.
 */
export const parsePage = (html: string): DefaultTreeAdapterMap["document"] => parsed(html, (text) => parse(text));

/** Parses a piece of a page, such as the HTML of an output, in the same way. */
export const parsePiece = (html: string): DefaultTreeAdapterMap["documentFragment"] =>
  parsed(html, (text) => parseFragment(text));

/** The sign around a run's number, in place of the run; no page of ours holds it. */
const mark = "\u{e000}";
const marks = /\u{e000}(\d+)\u{e000}/gu;
/** Runs of letters, digits and the signs of base64 and of lists of numbers; a longer run would overflow V8's stack. */
const runs = /[\w+/.,:[\]]{64,8192}/g;
/** Signs that give the letters after them a meaning: tags, comments, character references. */
const signs = new Set("&#<!?");

function parsed<Tree extends Node>(html: string, parseIt: (text: string) => Tree): Tree {
  if (html.includes(mark)) return parseIt(html);
  const aside: string[] = [];
  let left = 0; // the end of the last run that had to stay
  const short = html.replace(runs, (run, at: number) => {
    if (signs.has(html.charAt(at - 1)) || (at === left && at > 0)) {
      left = at + run.length;
      return run;
    }
    // A bracket at the end may end a CDATA section.
    const kept = /\]*$/.exec(run.slice(-64))?.[0] ?? "";
    return `${mark}${aside.push(run.slice(0, run.length - kept.length)) - 1}${mark}${kept}`;
  });
  if (aside.length === 0) return parseIt(html);
  const tree = parseIt(short);
  const whole = (text: string) => text.replace(marks, (_, at: string) => aside[Number(at)] ?? "");
  return putBack(tree, whole) ? tree : parseIt(html);
}

/** Puts the runs back in texts and values; false where one stands in a name, which browsers write in small letters. */
function putBack(node: Node, whole: (text: string) => string): boolean {
  if (node.nodeName.includes(mark)) return false;
  if ("value" in node) node.value = whole(node.value);
  if ("data" in node) node.data = whole(node.data);
  if ("attrs" in node)
    for (const attribute of node.attrs) {
      if (attribute.name.includes(mark)) return false;
      attribute.value = whole(attribute.value);
    }
  const children = [
    ...("childNodes" in node ? node.childNodes : []),
    ...("content" in node ? [node.content as Node] : []),
  ];
  if ("name" in node && `${node.name}${node.publicId}${node.systemId}`.includes(mark)) return false;
  return children.every((child) => putBack(child, whole));
}
