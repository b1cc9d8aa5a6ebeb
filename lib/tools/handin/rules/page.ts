// Does the page open anywhere, alone, and show what the notebook holds?
import type { Notebook } from "../../notebooks/notebook";
import { quote, type Rule } from "./rule";

const exportAgain = "run npm run export";
export const largestPage = 8_000_000;

export const pageRules: readonly Rule[] = [
  {
    id: "html-missing",
    title: "Every notebook has its page",
    remedy: exportAgain,
    page: true,
    index: true,
    find: ({ notebook, html, part }) =>
      notebook && html === undefined ? [{ value: `there is no ${part.notebook}.html` }] : [],
  },
  {
    id: "html-stale",
    title: "A page shows the notebook beside it",
    remedy: exportAgain,
    page: true,
    find: ({ html, hash }) => {
      const made = html && /<meta name="deepnets-notebook" content="([0-9a-f]*)"/.exec(html)?.[1];
      if (html === undefined || made === hash) return [];
      return [
        {
          value: made
            ? "its page was made from another version of the notebook"
            : "its page does not say from which notebook it was made",
        },
      ];
    },
  },
  {
    id: "html-outside",
    title: "A page loads nothing from outside",
    remedy: "embed it, or leave it out, and run npm run export",
    page: true,
    index: true,
    find: ({ html }) => loads(html ?? "").map((address) => ({ value: `its page loads ${quote(address)}` })),
  },
  {
    id: "html-figures",
    title: "A page shows every figure of its notebook",
    remedy: exportAgain,
    page: true,
    find: ({ notebook, html }) => {
      const [wanted, shown] = [figures(notebook), elements(html ?? "", "data-figure").length];
      return html !== undefined && shown < wanted ? [{ value: `its page shows ${shown} of ${wanted} figures` }] : [];
    },
  },
  {
    id: "html-plotly",
    title: "A page holds plotly.js at most once",
    remedy: exportAgain,
    page: true,
    index: true,
    find: ({ html }) => {
      const copies = plotlyCopies(html ?? "");
      return copies > 1 ? [{ value: `its page holds plotly.js ${copies} times` }] : [];
    },
  },
  {
    id: "html-size",
    title: "A page has at most 8 MB",
    remedy: "show fewer or smaller figures (npm run export says what takes how much)",
    page: true,
    index: true,
    find: ({ html }) => {
      const bytes = Buffer.byteLength(html ?? "");
      return bytes > largestPage ? [{ value: `its page has ${(bytes / 1e6).toFixed(1)} MB` }] : [];
    },
  },
  {
    id: "html-notice",
    title: "The page of a quick run says so",
    remedy: exportAgain,
    page: true,
    find: ({ notebook, html }) => {
      const notice = notebook?.metadata.deepnets?.notice;
      return html !== undefined && notice && !html.includes(notice)
        ? [{ value: `its page does not say "${notice}"` }]
        : [];
    },
  },
];

const plotlyMime = "application/vnd.plotly.v1+json";

function figures(notebook: Notebook | undefined): number {
  return (notebook?.cells ?? []).flatMap((cell) => cell.outputs ?? []).filter(({ data }) => data && plotlyMime in data)
    .length;
}

/** Page without the contents of its scripts, styles and comments: what a browser reads as elements. */
const skeleton = (html: string) =>
  html.replace(/<!--[\s\S]*?-->/g, "").replace(/(<(script|style)\b[^>]*>)[\s\S]*?(<\/\2\s*>)/gi, "$1$3");

/** Start tags that carry an attribute. */
function elements(html: string, attribute: string): readonly string[] {
  return skeleton(html).match(new RegExp(`<[a-z][^<>]*\\s${attribute}(?=[\\s=>])[^<>]*>`, "gi")) ?? [];
}

interface Element {
  /** Its start tag. */
  readonly open: string;
  readonly text: string;
}

function contents(html: string, name: "script" | "style"): Element[] {
  const whole = new RegExp(`(<${name}\\b[^>]*>)([\\s\\S]*?)</${name}\\s*>`, "gi");
  return [...html.matchAll(whole)].map(([, open, text]) => ({ open: open!, text: text! }));
}

const isPlotly = ({ open, text }: Element) =>
  /\sdata-plotly(?=[\s=>])/.test(open) || /^\s*\/\*\*\s*\* plotly\.js/.test(text);

const plotlyCopies = (html: string) => contents(html, "script").filter(isPlotly).length;

/** Addresses that a browser would fetch when it opens the page. A link that a reader may click loads nothing. */
function loads(html: string): string[] {
  const attributes = /\s(src|srcset|href|xlink:href|data|poster|background|style|content)\s*=\s*(["'])([\s\S]*?)\2/gi;
  const found: string[] = [];
  for (const [element, name] of skeleton(html).matchAll(/<([a-z][\w-]*)\b(?:"[^"]*"|'[^']*'|[^<>"'])*>/gi))
    for (const [, attribute, , value] of element.matchAll(attributes)) {
      if (attribute!.toLowerCase() === "style") found.push(...styleLoads(value!));
      else if (fetches(name!.toLowerCase(), attribute!.toLowerCase(), element)) found.push(value!);
    }
  for (const { text } of contents(html, "style")) found.push(...styleLoads(text));
  for (const script of contents(html, "script")) if (!isPlotly(script)) found.push(...scriptLoads(script.text));
  const addresses = new Set(found.map((address) => address.trim()));
  return [...addresses].filter((address) => address !== "" && !/^(?:data:|blob:|#|about:)/i.test(address));
}

function fetches(element: string, attribute: string, whole: string): boolean {
  if (attribute === "href" || attribute === "xlink:href") {
    if (element === "link") return !/\brel\s*=\s*["']?(?:canonical|author|license|help|next|prev)\b/i.test(whole);
    return ["base", "image", "use", "feimage", "script"].includes(element);
  }
  if (attribute === "content")
    return element === "meta" && /http-equiv\s*=\s*["']?refresh/i.test(whole) && /url/i.test(whole);
  return attribute !== "data" || element === "object";
}

const inStyle = /url\(\s*(["']?)(.*?)\1\s*\)|@import\s+(["'])(.*?)\3/gi;
const scriptCall =
  /\b(?:import|fetch|importScripts|require|sendBeacon|EventSource|WebSocket|Worker)\s*\(?\s*(["'`])((?:https?:|wss?:|\/|\.\.?\/)[^"'`]*)\1|\.(?:src|href)\s*=\s*(["'`])(https?:[^"'`]*|\/\/[^"'`]*)\3/gi;

const styleLoads = (css: string) => [...css.matchAll(inStyle)].map((match) => match[2] ?? match[4] ?? "");

/** Calls that load, with an address written out; what a script puts together is left to the tests in a real browser. */
const scriptLoads = (script: string) => [...script.matchAll(scriptCall)].map((match) => match[2] ?? match[4] ?? "");
