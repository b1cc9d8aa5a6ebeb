import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Browser, Page } from "playwright-core";
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

  /** Touches whatever stands in the cells as a reader might: pointer, keyboard, focus, and all events by name. */
  const touch = (page: Page) =>
    page.evaluate(() => {
      const { document, Event } = globalThis as any;
      const names =
        "click mouseover mouseenter mousemove focus load error toggle animationend beforetoggle input submit";
      const stay = (event: Event) => event.preventDefault();
      document.addEventListener("click", stay, true);
      // Plotly takes its own events only.
      for (const element of document.querySelectorAll("main :not(figure, figure *)"))
        for (const name of names.split(" "))
          element.dispatchEvent(new Event(name, { bubbles: true, cancelable: true }));
      document.removeEventListener("click", stay, true);
    });

  test("runs nothing, loads nothing, goes nowhere, also when touched", async () => {
    // A page of its own: the others are looked at as they open.
    const { page, complaints } = await openOffline(browser, file, { offline: false });
    await page.waitForSelector('html[data-drawn="1"]', { timeout: 60_000 });
    await touch(page);
    await page.mouse.move(400, 400);
    for (let i = 0; i < 20; i++) await page.keyboard.press("Tab");
    await page.waitForTimeout(300);
    expect(complaints).toEqual([]);
    expect(page.url()).toBe(pathToFileURL(file).href);
    expect(page.frames()).toHaveLength(1);
    expect(await page.title()).toBe("Hostile");
    const links = await page
      .locator("main a")
      .evaluateAll((all: any[]) => all.map((one) => one.getAttribute("href") ?? one.getAttribute("xlink:href") ?? ""));
    expect(links.length).toBeGreaterThan(pieces.length);
    expect(links.filter((link) => !/^(#|https?:|$)/.test(link))).toEqual([]);
    await page.context().close();
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

  test("would run and load nothing even if its outputs were not cleaned: the policy in the page holds", async () => {
    const opening = /^[\s\S]*<main id="content">/.exec(readFileSync(file, "utf8"))![0];
    const run = "document.title = 'ran'";
    const raw = [
      `<script>${run}</script>`,
      `<img src=x onerror="${run}">`,
      `<svg onload="${run}"></svg>`,
      `<a id=link href="javascript:${run}">x</a>`,
      "<form action=http://a.example/send><button id=link>send</button></form>",
      "<style>@import 'http://a.example/x.css'; body { background: url(http://a.example/x.png) }</style>",
      // No policy forbids a page to be left.
      ...hostile.filter((piece) => !piece.includes("http-equiv")),
    ];
    const bare = join(home, "bare.html");
    const { page, complaints } = await openOffline(browser, file, { offline: false });
    const reached: string[] = [];
    await page.context().route(/^https?:/, (route) => {
      reached.push(route.request().url());
      return route.abort();
    });
    for (const piece of raw) {
      writeFileSync(bare, `${opening}<h1>Bare</h1>${piece}`);
      await page.goto(pathToFileURL(bare).href);
      if (piece.includes("id=link")) {
        await page.locator("#link").dispatchEvent("click");
        // Until the policy has refused it, it is under way, and may cross the next page's way.
        const words = piece.startsWith("<form") ? "Sending form data" : "Running the JavaScript URL";
        await expect.poll(() => complaints.filter((line) => line.startsWith(words))).toHaveLength(1);
      }
      expect(await page.title(), piece).not.toBe("ran");
      expect(reached, piece).toEqual([]);
    }
    expect(complaints.filter((line) => line.includes("Content Security Policy")).length).toBeGreaterThan(10);
    expect(complaints.filter((line) => line.startsWith("dialog"))).toEqual([]);
    await page.context().close();
  });
});
