import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { exportNotebooks } from "../../lib/tools/export/pages";
import { hostile } from "../fixtures/hostile";
import { picture } from "../fixtures/notebook";
import { hasBrowser, launch, openOffline } from "./offline-page";

// What the tests of pages read in the text, a browser does: it runs, loads, draws and lays out.

const home = mkdtempSync(join(tmpdir(), "deepnets-hostile-"));
const file = join(home, "h6-1b-mlp.html");

const closing = "</script><script>alert('figure')</script><img src=x onerror=alert(2)><!--<script>";
const code = (data: object) => ({
  cell_type: "code",
  execution_count: 1,
  metadata: {},
  source: `show("${closing}");`,
  outputs: [{ output_type: "display_data", data, metadata: {} }],
});
const markdown = (source: string) => ({ cell_type: "markdown", metadata: {}, source });
const figure = {
  data: [{ type: "bar", y: [1, 5, 2], name: closing, text: [closing, "", ""], hovertext: closing }],
  layout: { title: { text: closing }, meta: { alt: `">${closing}` }, annotations: [{ text: closing, x: 0, y: 0 }] },
};
const places: readonly ((text: string) => object)[] = [
  (text) => code({ "text/html": text, "text/plain": "text" }),
  (text) => code({ "text/markdown": text }),
  (text) => markdown(text),
  (text) => ({ cell_type: "raw", metadata: { format: "text/html" }, source: text }),
];
// After each of them a heading and a figure that must be where and as they would be without it.
const pieces = places.flatMap((place) => hostile.map(place));
const cells = [
  markdown("# Hostile"),
  code({ "application/vnd.plotly.v1+json": figure, "image/png": picture(), "text/plain": closing }),
  ...pieces.flatMap((piece, i) => [piece, markdown(`## After ${i}\n\nstill here`)]),
];

describe.skipIf(!hasBrowser)("a page whose notebook is hostile, in Chromium", () => {
  let browser: Browser;
  let opened: Awaited<ReturnType<typeof openOffline>>;

  beforeAll(async () => {
    process.env.DEEPNETS_RUNS = join(home, "runs");
    process.env.DEEPNETS_NOTEBOOKS = home;
    writeFileSync(
      join(home, "h6-1b-mlp.ipynb"),
      JSON.stringify({ cells, metadata: {}, nbformat: 4, nbformat_minor: 5 }),
    );
    await exportNotebooks({ from: home, to: home });
    browser = await launch();
    // With a network: what a page asks for is seen, not only that it fails.
    opened = await openOffline(browser, file, { offline: false });
    await opened.page.waitForSelector('html[data-drawn="1"]', { timeout: 60_000 });
  }, 240_000);
  afterAll(async () => {
    await browser?.close();
    rmSync(home, { recursive: true, force: true });
  });

  test("shows what stands after each of them, in its place, uncovered, in the page's own style", async () => {
    const { page } = opened;
    const headings = await page.locator("main h2").evaluateAll((all: any[]) =>
      all
        .filter((one) => /^After \d/.test(one.textContent))
        .map((one) => {
          one.scrollIntoView({ block: "center", behavior: "instant" });
          const { left, top, width, height } = one.getBoundingClientRect();
          const { document, getComputedStyle } = globalThis as any;
          const { color, fontSize, fontWeight, textDecorationLine, display } = getComputedStyle(one);
          const paragraph = one.nextElementSibling;
          return {
            text: one.textContent.replace(/ #$/, ""),
            place: one.parentElement.parentElement.parentElement.id,
            seen: one.contains(document.elementFromPoint(left + Math.min(20, width / 2), top + height / 2)),
            style: [left, width, color, fontSize, fontWeight, textDecorationLine, display].join(),
            below: `${paragraph?.tagName} ${paragraph?.textContent} ${paragraph?.getBoundingClientRect().height > 0}`,
          };
        }),
    );
    expect(headings.map(({ text }) => text)).toEqual(pieces.map((_, i) => `After ${i}`));
    const [first] = headings;
    for (const [i, heading] of headings.entries())
      expect({ piece: pieces[i], ...heading }).toEqual({
        piece: pieces[i],
        text: `After ${i}`,
        place: "content",
        seen: true,
        style: first!.style,
        below: "P still here true",
      });
  });

  test("keeps its own parts: one of each, and its button works", async () => {
    const { page } = opened;
    for (const selector of ["main", "#content", "#fold", "#dark-colors", "header .bar", "nav.toc", "footer"])
      expect(await page.locator(selector).count(), selector).toBe(selector === "footer" ? 0 : 1);
    const shown = () => page.locator("pre.source:visible").count();
    await page.getByRole("button", { name: "Fold all code" }).click();
    expect(await shown()).toBe(0);
    await page.getByRole("button", { name: "Show all code" }).click();
    expect(await shown()).toBe(places.length > 1 ? 1 + 2 * hostile.length : 1);
  });

  test("draws a figure whose words would end its data, and shows them as words", async () => {
    const { page } = opened;
    expect(await page.locator("figure.drawn .plot .bars path").count()).toBe(3);
    const data = await page.locator("figure .plot").evaluate((plot: any) => plot.data[0].name);
    expect(data).toBe(closing);
  });

  test("says nothing offline and with scripts off", async () => {
    for (const javaScriptEnabled of [true, false]) {
      const { page, complaints } = await openOffline(browser, file, { javaScriptEnabled });
      if (javaScriptEnabled) await page.waitForSelector('html[data-drawn="1"]', { timeout: 60_000 });
      expect(complaints).toEqual([]);
      await page.context().close();
    }
  });
});
