import type { DefaultTreeAdapterMap } from "parse5";
import { parsePage } from "../notebooks/parse-html";

type Node = DefaultTreeAdapterMap["node"];

/** One element of a page as a browser sees it. */
export interface PageElement {
  /** Lower case, but for SVG names such as `linearGradient`. */
  readonly name: string;
  /** Values by name in lower case; the first of a repeated attribute counts. */
  readonly attributes: ReadonlyMap<string, string>;
  /** All text inside, scripts and styles included. */
  readonly text: string;
  /** The names of the elements around it, the outermost first. */
  readonly path: readonly string[];
}

/** Something that a page would load or run when a browser opens it. */
export interface Load {
  /** The address, or the first words of the script. */
  readonly address: string;
  readonly element: string;
}

/**
 * A page, parsed as browsers parse it, with unquoted attributes, stray tags and text that looks like a tag.
 *
 * @example
 * const page = new PageContent(html);
 * page.withAttribute("data-figure").length; // the number of figures
 * page.meta("deepnets-notebook");           // SHA-256 of the notebook
 * page.loads();                             // what it would load from outside
 */
export class PageContent {
  /** All elements, in the order of their start tags. */
  readonly elements: readonly PageElement[];

  constructor(html: string) {
    const elements: PageElement[] = [];
    gather(parsePage(html), [], elements);
    this.elements = elements;
  }

  /** Elements with a name: `named("script")`. */
  named(name: string): readonly PageElement[] {
    return this.elements.filter((element) => element.name === name);
  }

  /** Elements that carry an attribute, whatever its value: `withAttribute("data-figure")`. */
  withAttribute(attribute: string): readonly PageElement[] {
    return this.elements.filter(({ attributes }) => attributes.has(attribute));
  }

  /** The content of `<meta name="...">`. */
  meta(name: string): string | undefined {
    return this.named("meta")
      .find(({ attributes }) => attributes.get("name") === name)
      ?.attributes.get("content");
  }

  /** The page's Content-Security-Policy, undefined where it has none. */
  get policy(): string | undefined {
    return this.named("meta")
      .find(({ attributes }) => attributes.get("http-equiv")?.toLowerCase() === "content-security-policy")
      ?.attributes.get("content");
  }

  /** The students that an index page names. */
  get authors(): readonly string[] {
    return this.elements.filter(({ attributes }) => attributes.has("data-author")).map(({ text }) => text);
  }

  /** Addresses that a browser fetches when it opens the page. A link that a reader may click loads nothing. */
  loads(): readonly Load[] {
    return this.elements.flatMap((element) =>
      addresses(element)
        .map((address) => address.trim())
        .filter((address) => !isInside(address))
        .map((address) => ({ address, element: element.name })),
    );
  }

  /** Attributes that would run a script: `onclick`, and addresses that begin with `javascript:`. */
  handlers(): readonly Load[] {
    return this.elements.flatMap(({ name, attributes }) =>
      [...attributes]
        .filter(
          ([attribute, value]) => attribute.startsWith("on") || (address.has(attribute) && isScriptAddress(value)),
        )
        .map(([attribute, value]) => ({ address: `${attribute}=${value}`, element: name })),
    );
  }
}

/** Whether a script element holds plotly.js. */
export const holdsPlotly = ({ name, attributes, text }: PageElement): boolean =>
  name === "script" && (attributes.has("data-plotly") || /^\s*\/\*\*\s*\* plotly\.js/.test(text));

function gather(node: Node, path: readonly string[], into: PageElement[]): string {
  if (node.nodeName === "#text") return (node as DefaultTreeAdapterMap["textNode"]).value;
  if (!("childNodes" in node)) return "";
  const isElement = "tagName" in node;
  // An element comes before those within it, though its text is known only after them.
  const at = into.length;
  if (isElement) into.push(undefined as never);
  const inner = isElement ? [...path, node.tagName] : path;
  // The content of a template is a fragment of its own.
  const children = "content" in node ? node.content.childNodes : node.childNodes;
  const text = children.map((child) => gather(child, inner, into)).join("");
  if (isElement) into[at] = { name: node.tagName, attributes: attributesOf(node), text, path };
  return text;
}

function attributesOf({ attrs }: DefaultTreeAdapterMap["element"]): ReadonlyMap<string, string> {
  return new Map(
    attrs.map(({ name, value, prefix }) => [prefix ? `${prefix}:${name}`.toLowerCase() : name.toLowerCase(), value]),
  );
}

/** Attributes that fetch an address, on any element. */
const fetchingAnywhere = "src srcset imagesrcset poster background lowsrc dynsrc manifest longdesc".split(" ");

/** Further attributes that fetch an address, by element. */
const fetching: Readonly<Record<string, readonly string[]>> = {
  base: ["href"],
  image: ["href", "xlink:href"],
  use: ["href", "xlink:href"],
  feimage: ["href", "xlink:href"],
  script: ["href", "xlink:href"],
  object: ["data", "codebase"],
  embed: ["code"],
  applet: ["archive", "code", "codebase"],
};

function addresses({ name, attributes, text }: PageElement): string[] {
  const names = [...fetchingAnywhere, ...(fetching[name.toLowerCase()] ?? [])];
  const found = names.flatMap((attribute) => {
    const value = attributes.get(attribute);
    if (value === undefined) return [];
    return attribute.endsWith("srcset") ? sources(value) : [value];
  });
  // SVG's own attributes take styles' url(...), as in filter="url(...)".
  for (const [attribute, value] of attributes)
    if (attribute === "style" || /url\(/i.test(value)) found.push(...styleAddresses(value));
  if (name === "link" && !isMerelyNamed(attributes.get("rel") ?? "")) found.push(attributes.get("href") ?? "");
  if (name === "meta" && attributes.get("http-equiv")?.toLowerCase() === "refresh")
    found.push(/url\s*=\s*(.*)$/i.exec(attributes.get("content") ?? "")?.[1] ?? "");
  if (name === "iframe" && attributes.has("srcdoc")) found.push("srcdoc");
  if (name === "style") found.push(...styleAddresses(text));
  return found;
}

/** The addresses of a `srcset`, which commas and sizes separate. A data address holds commas of its own. */
const sources = (value: string): string[] =>
  value
    .split(/\s+(?:[\d.]+[wxh]\s*)?,?|,\s+/)
    .map((text) => text.trim())
    .filter((text) => text !== "" && !/^[\d.]+[wxh],?$/.test(text));

const isMerelyNamed = (rel: string) =>
  rel !== "" && rel.split(/\s+/).every((word) => /^(?:canonical|author|license|help|next|prev)$/i.test(word));

const inStyle = /url\(\s*(?:"([^"]*)"|'([^']*)'|([^)]*?))\s*\)|@import\s+(?:"([^"]*)"|'([^']*)')/gi;

/** Addresses in a style, whose escapes (`u\72l(...)`) and comments are undone first. */
function styleAddresses(css: string): string[] {
  const plain = css
    .replace(/\/\*[\s\S]*?\*\//g, " ")
    .replace(/\\([0-9a-f]{1,6})\s?/gi, (_, code: string) =>
      String.fromCodePoint(Math.min(parseInt(code, 16), 0x10ffff)),
    );
  return [...plain.matchAll(inStyle)].map((match) => match.slice(1).find((text) => text !== undefined) ?? "");
}

const isInside = (address: string) => address === "" || /^(?:data:|blob:|#|about:blank$)/i.test(address);

const address: ReadonlySet<string> = new Set([
  "href",
  "xlink:href",
  "src",
  "action",
  "formaction",
  "data",
  "to",
  "values",
]);

// A browser skips blanks and control characters within a scheme.
const isScriptAddress = (value: string) =>
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what a browser skips
  /^(?:javascript|vbscript):/i.test(value.replace(/[\u0000-\u0020]/g, ""));
