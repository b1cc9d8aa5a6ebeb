import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { escapeHtml } from "../../src/base/text";
import { dark } from "../../src/figures/theme";
import { liveScript } from "../../src/notebook/live/script";
import { root } from "../notebooks/places";
import type { Body } from "./body";
import { templateFolder } from "./render";

/** Where a page stands among the others. */
export interface PageLink {
  readonly file: string;
  readonly title: string;
}

/** What `page` takes besides the content. */
export interface PageOptions {
  readonly title: string;
  /** SHA-256 of the notebook's file. */
  readonly hash: string;
  /** What every page of a quick run says. */
  readonly notice: string | undefined;
  readonly previous: PageLink | undefined;
  readonly next: PageLink | undefined;
}

/** The kinds of trace that the smaller of plotly's two builds draws. */
const cartesian = new Set([
  "bar",
  "box",
  "contour",
  "heatmap",
  "histogram",
  "histogram2d",
  "histogram2dcontour",
  "image",
  "pie",
  "scatter",
  "scatterternary",
  "violin",
]);

/** The inside of a page and what it needs. */
export interface Content extends Body {
  /** Kinds of plotly trace that the figures use. */
  readonly traces: readonly string[];
  readonly figures: number;
  /** Number of live outputs. */
  readonly live: number;
}

/** Ids that a page uses besides its figures'. */
export const pageNames = ["content", "fold", "dark-colors"] as const;

/** One notebook's page, complete: it loads nothing. */
export function page({ html, toc, traces, figures, live }: Content, options: PageOptions): string {
  const { title, hash, notice, previous, next } = options;
  const links = [
    previous && `<a href="${escapeHtml(previous.file)}" rel="prev">← ${escapeHtml(previous.title)}</a>`,
    next && `<a href="${escapeHtml(next.file)}" rel="next">${escapeHtml(next.title)} →</a>`,
  ].filter(Boolean);
  const entries = toc
    .filter(({ level }) => level === 2 || level === 3)
    .map(
      ({ level, id, html: text }) =>
        `<li${level === 3 ? ' class="sub"' : ""}><a href="#${encodeURIComponent(id)}">${text}</a></li>`,
    );
  return document(title, {
    meta: `<meta name="deepnets-notebook" content="${hash}">`,
    scripts: [
      ...(figures > 0 ? [{ text: plotly(traces), mark: "data-plotly" }] : []),
      ...(live > 0 ? [{ text: liveScript(), mark: "data-live-script" }] : []),
      { text: asset("page.js") },
    ],
    parts: [
      `<header>${banner(notice)}<div class="bar"><a href="index.html">All parts</a><span ` +
        `class="end">${links.join(" ")}<button type="button" id="fold" hidden></button></span></div></header>`,
      `<div class="layout"><nav class="toc" aria-label="Contents"><details ` +
        `open><summary>Contents</summary><ol>${entries.join("")}</ol></details></nav>`,
      `<main id="content">${html}</main></div>`,
      `<script type="application/json" id="dark-colors">${JSON.stringify(dark)}</script>`,
    ],
  });
}

/** The line at the top of a quick run's page. */
export const banner = (notice: string | undefined): string =>
  notice ? `<p class="banner" role="note">${escapeHtml(notice)}</p>` : "";

interface DocumentOptions {
  readonly parts: readonly string[];
  /** Elements for the head. */
  readonly meta?: string;
  /** Scripts for the end, in order: the only ones that the page's policy lets run. */
  readonly scripts?: readonly { readonly text: string; readonly mark?: string }[];
}

/** A whole HTML document in the pages' style. */
export function document(title: string, { parts, meta = "", scripts = [] }: DocumentOptions): string {
  return [
    "<!doctype html>",
    // The policy comes before anything that it governs.
    `<html lang="en"><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" ` +
      `content="${policy(scripts)}">`,
    `<meta name="viewport" content="width=device-width, initial-scale=1"><title>${escapeHtml(title)}</title>${meta}`,
    `<link rel="icon" href="data:,"><style>${asset("formulas.css")}${asset("page.css")}</style></head>`,
    `<body><a class="skip" href="#content">Skip to the content</a>`,
    ...parts.filter(Boolean),
    ...scripts.map(({ text, mark }) => `<script${mark ? ` ${mark}` : ""}>${text}</script>`),
    "</body></html>\n",
  ].join("\n");
}

/** A policy: only these scripts run, and nothing is loaded, sent or framed. All styles may stand: they load nothing. */
function policy(scripts: readonly { readonly text: string }[]): string {
  const hashes = scripts.map(({ text }) => `'sha256-${createHash("sha256").update(text).digest("base64")}'`);
  return [
    "default-src 'none'",
    `script-src ${hashes.join(" ") || "'none'"}`,
    "style-src 'unsafe-inline'",
    "img-src data:",
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");
}

const assets = new Map<string, string>();

function asset(name: "page.js" | "page.css" | "formulas.css"): string {
  if (!assets.has(name)) assets.set(name, name === "formulas.css" ? formulaStyle() : read(join(templateFolder, name)));
  return assets.get(name)!;
}

/** Temml's own style, without its font, which is another file. */
const formulaStyle = () =>
  read(join(root, "node_modules/temml/dist/Temml-Local.css"))
    .replace(/\/\*[\s\S]*?\*\//g, "")
    .replace(/@font-face\s*\{[^}]*\}/g, "")
    .replace(/\n\s*\n+/g, "\n");

const read = (file: string) => readFileSync(file, "utf8");

function plotly(traces: readonly string[]): string {
  // The strict build, which is larger, makes no code from text: the page's policy forbids that.
  const file = traces.every((trace) => cartesian.has(trace))
    ? "plotly.js-cartesian-dist-min/plotly-cartesian.min.js"
    : "plotly.js-strict-dist-min/plotly-strict.min.js";
  // A closing tag within a string of the script would end it.
  return read(join(root, "node_modules", file)).replace(/<\/script/gi, "<\\/script");
}
