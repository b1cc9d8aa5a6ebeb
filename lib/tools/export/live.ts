import type { DefaultTreeAdapterMap } from "parse5";
import { escapeHtml } from "../../src/base/text";
import { type Envelope, inScript, isEnvelope, liveAttribute } from "../../src/live/envelope";
import { parsePiece } from "../notebooks/parse-html";

type Node = DefaultTreeAdapterMap["node"];
type Element = DefaultTreeAdapterMap["element"];

/**
 * A stored live output: its picture, and the data of its widget. The stored script is not used.
 */
export interface StoredLive {
  readonly picture: { readonly address: string; readonly alt: string; readonly width: number };
  readonly envelope: Envelope;
}

/** Reads a stored live output; undefined where it is cut short, or something else. */
export function readLive(html: string): StoredLive | undefined {
  const host = find(parsePiece(html), (one) => attribute(one, liveAttribute) !== undefined);
  const picture = host && find(host, ({ tagName }) => tagName === "img");
  const data = host && find(host, (one) => one.tagName === "script" && attribute(one, "type") === "application/json");
  const address = picture ? (attribute(picture, "src") ?? "") : "";
  const envelope = data && parsed(data.childNodes.map((node) => ("value" in node ? node.value : "")).join(""));
  if (!/^data:image\/svg\+xml;base64,[A-Za-z0-9+/=]+$/.test(address) || !isEnvelope(envelope)) return undefined;
  const alt = attribute(picture!, "alt") || envelope.title;
  return { picture: { address, alt, width: Number(attribute(picture!, "width")) || 0 }, envelope };
}

/** A live output's HTML: its picture, and the data for the page's own script. */
export function liveHtml({ picture, envelope }: StoredLive, number: number): string {
  const { address, alt, width } = picture;
  const wide = width > 0 ? ` width="${Math.round(width)}"` : "";
  return [
    `<div ${liveAttribute}="${escapeHtml(envelope.widget)}" id="live-${number}">`,
    `<img src="${escapeHtml(address)}" alt="${escapeHtml(alt)}"${wide}>`,
    `<script type="application/json">${inScript(envelope)}</script>`,
    "</div>",
  ].join("");
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const attribute = ({ attrs }: Element, name: string) => attrs.find((one) => one.name === name)?.value;

function find(node: Node, wanted: (element: Element) => boolean): Element | undefined {
  if (!("childNodes" in node)) return undefined;
  for (const child of node.childNodes) {
    const found = "tagName" in child && wanted(child) ? child : find(child, wanted);
    if (found) return found;
  }
  return undefined;
}
