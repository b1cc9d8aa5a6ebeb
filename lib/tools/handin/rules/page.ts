// Does the page open anywhere, alone, and show what the notebook holds and nothing else?
import { quote } from "../../../src/base/text";
import { plotlyMime } from "../../../src/figures/figure";
import { liveAttribute, liveMime } from "../../../src/live/envelope";
import { holdsPlotly, type PageContent } from "../../export/page-content";
import { formatProblem } from "../../export/problem";
import { readHtml } from "../../notebooks/html";
import type { Notebook } from "../../notebooks/notebook";
import type { Rule } from "./rule";
import { firstDifference } from "./shown-numbers";

const exportAgain = "run npm run export";

/** Rules about the pages. */
export const pageRules: readonly Rule[] = [
  {
    id: "html-missing",
    title: "Every notebook has its page",
    remedy: exportAgain,
    page: true,
    about: "both",
    find: ({ notebook, page, part }) => (notebook && !page ? [{ value: `there is no ${part.notebook}.html` }] : []),
  },
  {
    id: "html-stale",
    title: "A page shows the notebook beside it",
    remedy: exportAgain,
    page: true,
    find: ({ notebook, page, hash }) => {
      const made = page?.content.meta("deepnets-notebook");
      if (!notebook || !page || made === hash) return [];
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
    about: "both",
    find: ({ page }) => {
      if (!page) return [];
      const loaded = page.content.loads().map(({ address }) => address);
      const scripts = page.content.named("script").filter((script) => !holdsPlotly(script));
      const addresses = new Set([...loaded, ...scripts.flatMap(({ text }) => loadedByScript(text))]);
      return [...addresses].map((address) => ({ value: `its page loads ${quote(address)}` }));
    },
  },
  {
    id: "html-handlers",
    title: "No script of an output runs in a page",
    remedy: "leave it out of the cell's output, and run npm run handin -- PART",
    page: true,
    about: "both",
    find: ({ page }) =>
      (page?.content.handlers() ?? []).map(({ address, element }) => ({
        value: `its page runs ${quote(address)} at <${element}>`,
      })),
  },
  {
    id: "html-figures",
    title: "A page shows every figure of its notebook",
    remedy: exportAgain,
    page: true,
    find: ({ notebook, page }) => {
      const [wanted, shown] = [withType(notebook, plotlyMime), page?.content.withAttribute("data-figure").length ?? 0];
      return page && shown < wanted ? [{ value: `its page shows ${shown} of ${wanted} figures` }] : [];
    },
  },
  {
    id: "html-live",
    title: "A page holds every live output of its notebook, and their script once",
    remedy: exportAgain,
    page: true,
    find: ({ notebook, page }) => {
      if (!page) return [];
      const [wanted, shown] = [withType(notebook, liveMime), live(page.content)];
      const scripts = page.content.withAttribute("data-live-script").length;
      const missing = shown < wanted ? [{ value: `its page holds ${shown} of ${wanted} live outputs` }] : [];
      const once = wanted > 0 ? 1 : 0;
      return scripts === once
        ? missing
        : [...missing, { value: `its page holds the script of live outputs ${scripts} times` }];
    },
  },
  {
    id: "html-plotly",
    title: "A page holds plotly.js at most once",
    remedy: exportAgain,
    page: true,
    about: "both",
    find: ({ page }) => {
      const copies = page?.content.named("script").filter(holdsPlotly).length ?? 0;
      return copies > 1 ? [{ value: `its page holds plotly.js ${copies} times` }] : [];
    },
  },
  {
    id: "html-notice",
    title: "The page of a quick run says so",
    remedy: exportAgain,
    page: true,
    find: ({ notebook, page }) => {
      const notice = notebook?.metadata.deepnets?.notice;
      return page && notice && !page.html.includes(notice) ? [{ value: `its page does not say "${notice}"` }] : [];
    },
  },
  {
    id: "html-leaves-out",
    title: "A page leaves nothing out that its notebook shows",
    remedy: "mend it in the notebook, then run npm run export",
    page: true,
    find: ({ rendered }) =>
      (rendered?.problems ?? []).map((problem) => ({ value: formatProblem(problem).replace(/\.$/, "") })),
  },
  {
    id: "html-differs",
    title: "A page is what its notebook gives when it is exported again",
    remedy: exportAgain,
    page: true,
    about: "both",
    general: true,
    find: ({ page, rendered }) => {
      if (!page || rendered?.html === undefined || withoutLinks(page.html) === withoutLinks(rendered.html)) return [];
      const [found, wanted] = [page.html, rendered.html].map((html) => readHtml(withoutLinks(html)).text) as [
        string,
        string,
      ];
      return [
        {
          value:
            found === wanted
              ? "its page has another figure, style or script than the one made from its notebook"
              : `its page and its notebook differ: ${firstDifference(found, wanted)}`,
        },
      ];
    },
  },
];

/** A page without its links to other pages: they depend on which pages lay beside it when it was made. */
const withoutLinks = (html: string) => html.replace(/<a href="[^"]*" rel="(?:prev|next)">[^<]*<\/a> ?/g, "");

const withType = (notebook: Notebook | undefined, type: string): number =>
  (notebook?.cells ?? []).flatMap((cell) => cell.outputs ?? []).filter(({ data }) => data && type in data).length;

const live = (content: PageContent | undefined): number => content?.withAttribute(liveAttribute).length ?? 0;

const loaders = ["import", "fetch", "importScripts", "require", "sendBeacon", "EventSource", "WebSocket", "Worker"];
const address = /\s*\(?\s*(["'`])((?:https?:|wss?:|\/|\.\.?\/)[^"'`]*)\1/;
const call = new RegExp(`\\b(?:${loaders.join("|")})${address.source}`, "gi");
const assignment = /\.(?:src|href)\s*=\s*(["'`])(https?:[^"'`]*|\/\/[^"'`]*)\1/gi;

/**
 * The addresses that a script's calls load, where they are written out. Addresses that a script puts together are left
 * to the tests in a real browser.
 */
const loadedByScript = (script: string) =>
  [call, assignment].flatMap((pattern) =>
    [...script.matchAll(pattern)].flatMap(([, , found]) => (found ? [found] : [])),
  );
