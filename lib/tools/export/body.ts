import { type DefaultTreeAdapterMap, serialize, html as spec, defaultTreeAdapter as tree } from "parse5";
import { itemAt } from "../../src/base/item-at";
import { quote } from "../../src/base/text";
import { parsePiece } from "../notebooks/parse-html";
import { type Formula, Typesetter } from "./formulas";
import { findPicture } from "./pictures";
import type { PreparedCell } from "./prepare";
import type { Report } from "./problem";

type Node = DefaultTreeAdapterMap["node"];
type Element = DefaultTreeAdapterMap["element"];
type Parent = DefaultTreeAdapterMap["parentNode"];

/** A heading of a notebook. */
export interface Heading {
  readonly level: number;
  readonly id: string;
  /** Its content, as HTML without links. */
  readonly html: string;
}

/** The inside of a page. */
export interface Body {
  readonly html: string;
  readonly toc: readonly Heading[];
}

/** What `finishBody` needs besides the rendered notebook. */
export interface BodyOptions {
  readonly cells: readonly PreparedCell[];
  /** HTML for the elements with `data-insert`, by number. */
  readonly inserts: readonly string[];
  /** Folders to look for pictures in. */
  readonly folders: readonly string[];
  /** Names that the page itself uses. */
  readonly taken: readonly string[];
  readonly report: (cell: number) => Report;
}

/**
 * Finishes a rendered notebook: typesets formulas, embeds pictures and figures, gives headings the names that
 * JupyterLab gives them, and makes links to notebooks lead to pages.
 *
 * @throws Error When the HTML does not have one section for each cell.
 */
export function finishBody(rendered: string, options: BodyOptions): Body {
  const { cells, report } = options;
  const fragment = parsePiece(rendered);
  const sections = fragment.childNodes.filter(isElement);
  if (sections.length !== cells.length || sections.some(({ tagName }) => tagName !== "section"))
    throw new Error(`the page has ${sections.length} sections for ${cells.length} cells`);

  // Names first: a link may lead to a place further down.
  const names = new Names(options.taken);
  sections.forEach((section, i) => nameSection(section, itemAt(cells, i), names));
  const toc: Heading[] = [];
  const headings = sections.flatMap((section, i) =>
    nameHeadings(section, itemAt(cells, i).markdown !== undefined, names),
  );
  const named = new Set(headings.map(({ element }) => element));
  for (const section of sections) keepOwnNames(section, { names, named });

  const formulas = sections.flatMap((section, cell) => texIn(section).map((element) => ({ element, cell })));
  const typesetter = new Typesetter(formulas.map(({ element }) => formulaOf(element)));
  for (const { element, cell } of formulas) typeset(element, typesetter, report(cell));
  for (const { element, id, level } of headings) {
    toc.push({ level, id, html: withoutLinks(element) });
    appendHtml(element, ` <a class="anchor" href="${fragmentOf(id)}" aria-label="Link to this section">#</a>`);
  }

  let tables = 0;
  sections.forEach((section, i) => {
    for (const element of all(section)) {
      const isPicture = element.tagName === "img" || (element.tagName === "image" && isSvg(element));
      if (isPicture) embed(element, { ...options, attachments: itemAt(cells, i).attachments, report: report(i) });
      if (element.tagName === "a") lead(element, names, report(i));
      if (element.tagName === "table" && !isSvg(element)) scroll(element, ++tables);
      // The keyboard must reach text that scrolls by itself.
      if (element.tagName === "pre" && attribute(element, "tabindex") === undefined) {
        setAttribute(element, "tabindex", "0");
        setAttribute(element, "aria-label", "Text");
      }
    }
    for (const element of all(section)) {
      const number = attribute(element, "data-insert");
      if (number !== undefined) replace(element, itemAt(options.inserts, Number(number)));
    }
  });
  return { html: serialize(fragment), toc };
}

/** The names of a page's elements, each of which occurs once. */
class Names {
  readonly #taken: Set<string>;

  constructor(taken: readonly string[]) {
    this.#taken = new Set(taken);
  }

  take(wanted: string): string {
    let name = wanted;
    for (let n = 2; this.#taken.has(name); n++) name = `${wanted}-${n}`;
    this.#taken.add(name);
    return name;
  }

  takeExactly(name: string): boolean {
    if (this.#taken.has(name)) return false;
    this.#taken.add(name);
    return true;
  }

  /** The name that a link means: the same one, or one that differs only in case and punctuation. */
  find(wanted: string): string | undefined {
    if (this.#taken.has(wanted)) return wanted;
    const key = loose(wanted);
    return [...this.#taken].find((name) => loose(name) === key);
  }
}

const loose = (name: string) =>
  name
    .normalize("NFC")
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, "-")
    .replace(/^-+|-+$/g, "");

/** Names an answer's or a question's cell, so that `#answer-h6-1-b` leads to it. */
function nameSection(section: Element, { question, answer }: PreparedCell, names: Names): void {
  const name = answer === undefined ? question && `question ${question}` : `answer ${answer}`;
  if (name) setAttribute(section, "id", names.take(loose(name)));
}

function nameHeadings(section: Element, isMarkdown: boolean, names: Names) {
  if (!isMarkdown) return [];
  return all(section)
    .filter(({ tagName }) => /^h[1-6]$/.test(tagName))
    .map((element) => {
      // JupyterLab: the heading's text, TeX included, with dashes for blanks.
      const id = names.take(headingText(element).trim().replaceAll(" ", "-") || "section");
      setAttribute(element, "id", id);
      return { element, id, level: Number(element.tagName[1]) };
    });
}

const headingText = (node: Node): string => {
  if (isElement(node) && hasClass(node, "tex")) return `$${textOf(node)}$`;
  return "childNodes" in node ? node.childNodes.map(headingText).join("") : textOf(node);
};

/** Keeps a notebook's own names where they are still free; others are removed. */
function keepOwnNames(section: Element, { names, named }: { names: Names; named: ReadonlySet<Element> }): void {
  for (const element of all(section)) {
    if (named.has(element)) continue;
    for (const name of ["id", "name"]) {
      const value = attribute(element, name);
      if (value !== undefined && (value === "" || !names.takeExactly(value))) removeAttribute(element, name);
    }
  }
}

const texIn = (section: Element) => all(section).filter((element) => hasClass(element, "tex"));

const formulaOf = (element: Element): Formula => ({
  tex: textOf(element),
  isDisplayed: element.tagName === "div" || hasClass(element, "display"),
});

function typeset(element: Element, typesetter: Typesetter, report: Report): void {
  const { tex, isDisplayed } = formulaOf(element);
  try {
    const math = typesetter.next();
    setHtml(element, math);
    setAttribute(element, "class", isDisplayed ? "tex display" : "tex");
    if (!isDisplayed) return;
    setAttribute(element, "tabindex", "0");
    setAttribute(element, "role", "group");
    setAttribute(element, "aria-label", "Formula");
  } catch (error) {
    report(`a formula cannot be typeset, ${quote(tex)} (${(error as Error).message}): correct it`);
    element.tagName = element.nodeName = "code";
    element.attrs = [{ name: "class", value: "tex-error" }];
  }
}

interface Embedding extends Pick<BodyOptions, "folders"> {
  readonly attachments: PreparedCell["attachments"];
  readonly report: Report;
}

function embed(element: Element, { folders, attachments, report }: Embedding): void {
  const source = attribute(element, "src") ?? attribute(element, "href");
  const picture = findPicture(source, { folders, attachments });
  const alt = attribute(element, "alt")?.trim();
  if ("address" in picture) {
    if (picture.outside) report(picture.outside);
    setAttribute(element, element.tagName === "img" ? "src" : "href", picture.address);
    if (element.tagName === "img" && !alt) setAttribute(element, "alt", attribute(element, "title") || "Picture");
    return;
  }
  report(picture.missing);
  if (isSvg(element)) {
    tree.detachNode(element);
    return;
  }
  const words = [alt, /^data:/i.test(source ?? "") ? "" : source].filter(Boolean).join(", ");
  const note = tree.createElement("span", spec.NS.HTML, [{ name: "class", value: "no-picture" }]);
  tree.insertText(note, `[Picture not on this page${words ? `: ${words}` : ""}]`);
  tree.insertBefore(element.parentNode!, note, element);
  tree.detachNode(element);
}

/** Makes a link to a notebook lead to its page, since a browser would not open the notebook. */
function lead(element: Element, names: Names, report: Report): void {
  const address = attribute(element, "href");
  if (address === undefined || isSvg(element)) return;
  if (!address.startsWith("#")) {
    setAttribute(element, "href", address.replace(/^(?!\w+:)([^#?]*)\.ipynb(?=$|[#?])/, "$1.html"));
    // A hand-in holds notebooks and their pages, and no other files.
    if (!/^(?:[a-z][\w+.-]*:|\/\/)/i.test(address) && !/^[^#?]*\.(?:ipynb|html)(?:[#?]|$)/i.test(address))
      report(
        `the link ${quote(address)} leads to a file that is not handed in: show what it holds, or link to an address`,
      );
    return;
  }
  const wanted = decoded(address.slice(1));
  const name = wanted === "" || wanted === "top" ? wanted : names.find(wanted);
  if (name === undefined) report(`the link ${quote(address)} leads nowhere: this notebook has no such heading`);
  else setAttribute(element, "href", fragmentOf(name));
}

const fragmentOf = (name: string) => `#${encodeURIComponent(name)}`;

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Puts a table into a box that scrolls by itself and that the keyboard reaches. */
function scroll(table: Element, number: number): void {
  const attrs = { class: "scroll", role: "region", "aria-label": `Table ${number}`, tabindex: "0" };
  const box = tree.createElement(
    "div",
    spec.NS.HTML,
    Object.entries(attrs).map(([name, value]) => ({ name, value })),
  );
  tree.insertBefore(table.parentNode!, box, table);
  tree.detachNode(table);
  tree.appendChild(box, table);
}

function withoutLinks(heading: Element): string {
  const copy = parsePiece(serialize(heading));
  for (const element of all(copy))
    if (["a", "span", "img"].includes(element.tagName) && !isSvg(element)) unwrap(element);
  return serialize(copy);
}

function unwrap(element: Element): void {
  for (const child of [...element.childNodes]) {
    tree.detachNode(child);
    tree.insertBefore(element.parentNode!, child, element);
  }
  tree.detachNode(element);
}

const isElement = (node: Node): node is Element => "tagName" in node;
const isSvg = ({ namespaceURI }: Element) => namespaceURI === spec.NS.SVG;
const hasClass = (element: Element, name: string) => (attribute(element, "class") ?? "").split(/\s+/).includes(name);

/** All elements below a node, in order. It is a copy, so that the tree may change meanwhile. */
function all(node: Parent): Element[] {
  return node.childNodes.filter(isElement).flatMap((child) => [child, ...all(child)]);
}

function textOf(node: Node): string {
  if (node.nodeName === "#text") return (node as DefaultTreeAdapterMap["textNode"]).value;
  return "childNodes" in node ? node.childNodes.map(textOf).join("") : "";
}

const attribute = ({ attrs }: Element, name: string) => attrs.find((one) => one.name === name)?.value;

function removeAttribute(element: Element, name: string): void {
  element.attrs = element.attrs.filter((one) => one.name !== name);
}

function setAttribute(element: Element, name: string, value: string): void {
  const found = element.attrs.find((one) => one.name === name);
  if (found) found.value = value;
  else element.attrs.push({ name, value });
}

function setHtml(element: Element, html: string): void {
  for (const child of [...element.childNodes]) tree.detachNode(child);
  appendHtml(element, html);
}

function appendHtml(element: Element, html: string): void {
  for (const child of [...parsePiece(html).childNodes]) {
    tree.detachNode(child);
    tree.appendChild(element, child);
  }
}

function replace(element: Element, html: string): void {
  for (const child of [...parsePiece(html).childNodes]) {
    tree.detachNode(child);
    tree.insertBefore(element.parentNode!, child, element);
  }
  tree.detachNode(element);
}
