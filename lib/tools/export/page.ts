import { readFileSync } from "node:fs";
import { join } from "node:path";
import { dark } from "../../src/figures/theme";
import { root } from "../notebooks/places";
import { templateFolder, type Rendered } from "./render";

/** Where a page stands among the others. */
export interface Place {
  readonly file: string;
  readonly title: string;
}

export interface PageOptions {
  readonly title: string;
  /** SHA-256 of the notebook's file. */
  readonly hash: string;
  /** What every page of a quick run says. */
  readonly notice?: string;
  readonly previous?: Place;
  readonly next?: Place;
}

/** What the smaller of plotly's two builds draws. */
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

/** One notebook's page, complete: nothing in it is loaded from anywhere. */
export function page({ body, toc, traces, figures }: Rendered, options: PageOptions): string {
  const { title, hash, notice, previous, next } = options;
  const links = [
    previous && `<a href="${escape(previous.file)}" rel="prev">← ${escape(previous.title)}</a>`,
    next && `<a href="${escape(next.file)}" rel="next">${escape(next.title)} →</a>`,
  ].filter(Boolean);
  const entries = toc
    .filter(({ level }) => level === 2 || level === 3)
    .map(({ level, id, html }) => `<li${level === 3 ? ' class="sub"' : ""}><a href="#${id}">${plain(html)}</a></li>`);
  return document(
    title,
    [
      `<header>${banner(notice)}<div class="bar"><a href="index.html">All parts</a><span class="end">${links.join(" ")}<button type="button" id="fold" hidden></button></span></div></header>`,
      `<div class="layout"><nav class="toc" aria-label="Contents"><details open><summary>Contents</summary><ol>${entries.join("")}</ol></details></nav>`,
      `<main id="content">${body}</main></div>`,
      `<script type="application/json" id="dark-colors">${JSON.stringify(dark)}</script>`,
      figures > 0 ? `<script data-plotly>${plotly(traces)}</script>` : "",
      `<script>${asset("page.js")}</script>`,
    ],
    `<meta name="deepnets-notebook" content="${hash}">`,
  );
}

/** What a page says about a quick run, in its head. */
export const banner = (notice: string | undefined): string =>
  notice ? `<p class="banner" role="note">${escape(notice)}</p>` : "";

/** A whole HTML document in the pages' style. */
export function document(title: string, parts: readonly string[], head = ""): string {
  return [
    "<!doctype html>",
    `<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>${escape(title)}</title>${head}`,
    `<link rel="icon" href="data:,"><style>${asset("page.css")}</style></head>`,
    `<body><a class="skip" href="#content">Skip to the content</a>`,
    ...parts.filter(Boolean),
    "</body></html>\n",
  ].join("\n");
}

export const escape = (text: string): string =>
  text.replace(/[&<>"]/g, (sign) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[sign]!);

const plain = (html: string): string => html.replace(/<\/?(?:a|span)\b[^>]*>/g, "");

const assets = new Map<string, string>();

function asset(name: string): string {
  if (!assets.has(name)) assets.set(name, readFileSync(join(templateFolder, name), "utf8"));
  return assets.get(name)!;
}

function plotly(traces: readonly string[]): string {
  const file = traces.every((trace) => cartesian.has(trace))
    ? "plotly.js-cartesian-dist-min/plotly-cartesian.min.js"
    : "plotly.js-dist-min/plotly.min.js";
  // A closing tag within a string of the script would end it.
  return readFileSync(join(root, "node_modules", file), "utf8").replace(/<\/script/gi, "<\\/script");
}
