import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { exportNotebooks } from "../../lib/tools/export/pages";
import { samples } from "../fixtures/figures";
import { sampleNotebook } from "../fixtures/notebook";
import { barriers, hasBrowser, launch, leavePicture, looks, openOffline, pictureFile } from "./offline-page";

const home = mkdtempSync(join(tmpdir(), "deepnets-pages-"));
const figures = Object.keys(samples).length;
const file = join(home, "h6-1b-mlp.html");

describe.skipIf(!hasBrowser)("an exported page in Chromium, without a network", () => {
  let browser: Browser;
  // Drawing all figures takes seconds: what only looks shares a page.
  const drawn = new Map<string, ReturnType<typeof open>>();
  const sharedPage = (colorScheme: "light" | "dark", width: number) => {
    const key = `${colorScheme} ${width}`;
    if (!drawn.has(key)) drawn.set(key, open({ colorScheme, viewport: { width, height: 900 } }));
    return drawn.get(key)!;
  };

  beforeAll(async () => {
    process.env.DEEPNETS_RUNS = join(home, "runs");
    process.env.DEEPNETS_NOTEBOOKS = home;
    writeFileSync(
      join(home, "h6-1b-mlp.ipynb"),
      JSON.stringify(sampleNotebook(undefined, { deepnets: { notice: "quick run, not for hand-in" } })),
    );
    await exportNotebooks({ from: home, to: home, authors: [{ name: "Jörg Müller", matriculation: "123456" }] });
    browser = await launch();
  }, 60_000);
  afterAll(async () => {
    await browser?.close();
    rmSync(home, { recursive: true, force: true });
  });

  async function open(options: BrowserContextOptions = {}, target = file): ReturnType<typeof openOffline> {
    const opened = await openOffline(browser, target, options);
    if (options.javaScriptEnabled !== false && target === file)
      await opened.page.waitForSelector(`html[data-drawn="${figures}"]`, { timeout: 50_000 });
    return opened;
  }

  const widths = (page: Page) =>
    page.evaluate(() => ({ page: document.documentElement.scrollWidth, window: innerWidth }));

  test.each(looks)(
    "draws every figure, says nothing, asks for nothing, and reads well: %s, %d px",
    async (colorScheme, width) => {
      const { page, complaints } = await sharedPage(colorScheme, width);
      await leavePicture(page, `page-${colorScheme}-${width}`);
      expect(await page.locator("figure.drawn .plot:visible .main-svg:first-child").count()).toBe(figures);
      expect(await page.locator("figure[data-figure] .still:visible").count()).toBe(0);
      expect(complaints).toEqual([]);
      expect(await barriers(page)).toEqual([]);
      const { page: whole, window } = await widths(page);
      expect(whole).toBeLessThanOrEqual(window);
      const paper = await page
        .locator("figure.drawn .main-svg")
        .first()
        .evaluate((svg: any) => getComputedStyle(svg).backgroundColor);
      expect(paper).toBe(colorScheme === "dark" ? "rgb(20, 24, 29)" : "rgb(255, 255, 255)");
    },
  );

  test("opens and draws within three seconds of a processor's time", async () => {
    const context = await browser.newContext({ offline: true, viewport: { width: 1280, height: 900 } });
    const page = await context.newPage();
    const session = await context.newCDPSession(page);
    // Ticks of the page's own thread: other work on the machine does not count.
    await session.send("Performance.enable", { timeDomain: "threadTicks" });
    await page.goto(pathToFileURL(file).href);
    await page.waitForSelector(`html[data-drawn="${figures}"]`, { timeout: 50_000 });
    const { metrics } = await session.send("Performance.getMetrics");
    const seconds = metrics.find(({ name }) => name === "TaskDuration")!.value;
    expect(seconds).toBeGreaterThan(0.05);
    expect(seconds).toBeLessThan(3);
    await context.close();
  });

  test("keeps the words within each figure at 390 px", async () => {
    const { page } = await sharedPage("light", 390);
    const outside = await page.locator("figure.drawn").evaluateAll((all: any[]) =>
      all.flatMap((figure) =>
        [...figure.querySelectorAll(".gtitle tspan, .annotation-text, .xtitle, .ytitle")]
          .filter((text) => {
            const [a, b] = [text.getBoundingClientRect(), figure.getBoundingClientRect()];
            return a.width > 0 && (a.left < b.left - 2 || a.right > b.right + 2 || a.top < b.top - 2);
          })
          .map((text) => `${figure.id}: ${text.textContent}`),
      ),
    );
    expect(outside).toEqual([]);
  });

  test("keeps names above the axes off the title, and matrices legible, at 390 px", async () => {
    const { page } = await sharedPage("light", 390);
    const found = await page.locator("figure.drawn").evaluateAll((all: any[]) =>
      all.map((figure) => {
        const box = (selector: string) => figure.querySelector(selector)?.getBoundingClientRect();
        const [title, legend, matrix] = [".gtitle", ".legend", ".heatmaplayer .hm"].map(box);
        const covered = title && legend ? title.bottom - legend.top : 0;
        return { id: figure.id, covered, matrix: matrix ? Math.min(matrix.width, matrix.height) : undefined };
      }),
    );
    expect(found.filter(({ covered }) => covered > 1)).toEqual([]);
    const matrices = found.filter(({ matrix }) => matrix !== undefined);
    expect(matrices.length).toBeGreaterThan(2);
    expect(matrices.filter(({ matrix }) => matrix! < 50)).toEqual([]);
  });

  test("shows as many pictures as figures, and all formulas, with scripts off", async () => {
    const { page, complaints } = await open({ javaScriptEnabled: false });
    await leavePicture(page, "page-no-script");
    expect(await page.locator("figure[data-figure] img:visible").count()).toBe(figures);
    expect(await page.locator(".plot:visible").count()).toBe(0);
    expect(await page.locator("math:visible").count()).toBeGreaterThanOrEqual(7);
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  test("moves sliders and buttons by keyboard", async () => {
    const { page } = await sharedPage("light", 1280);
    const visible = (index: number) =>
      page
        .locator("figure[data-figure]")
        .nth(index)
        .locator(".plot")
        .evaluate((plot: any) => plot.data.map((trace: any) => trace.visible));
    const [slider, buttons] = [Object.keys(samples).indexOf("slider"), Object.keys(samples).indexOf("buttons")];
    const before = await visible(slider);
    await page.locator("input[type=range]").focus();
    await page.keyboard.press("ArrowRight");
    await expect.poll(() => visible(slider)).not.toEqual(before);
    expect(await page.locator(".controls output").textContent()).toBe("position 1");
    const first = await visible(buttons);
    await page.getByRole("button", { name: "vertical" }).focus();
    await page.keyboard.press("Enter");
    await expect.poll(() => visible(buttons)).not.toEqual(first);
    expect(await page.getByRole("button", { name: "vertical" }).getAttribute("aria-pressed")).toBe("true");
  });

  test("shows and folds all code at a click", async () => {
    const { page } = await sharedPage("light", 1280);
    const shown = () => page.locator("pre.source:visible").count();
    const all = await page.locator("pre.source").count();
    expect(await shown()).toBe(all - 1);
    await page.getByRole("button", { name: "Show all code" }).click();
    expect(await shown()).toBe(all);
    await page.getByRole("button", { name: "Fold all code" }).click();
    expect(await shown()).toBe(0);
  });

  test("prints with static pictures, folded code open, and without navigation", async () => {
    const { page } = await sharedPage("light", 1280);
    const path = pictureFile("page.pdf");
    const pdf = await page.pdf({ format: "A4", ...(path && { path }) });
    expect(pdf.subarray(0, 4).toString()).toBe("%PDF");
    await page.emulateMedia({ media: "print" });
    await leavePicture(page, "page-print");
    expect(await page.locator("figure[data-figure] img:visible").count()).toBe(figures);
    expect(await page.locator(".plot:visible, .toc:visible, .bar:visible").count()).toBe(0);
    const long = page.locator("details.code:not([open]) pre.source", { hasText: "line 29" });
    expect((await long.boundingBox())!.height).toBeGreaterThan(200);
  });

  test.each(["light", "dark"] as const)("has an index that reads well: %s", async (colorScheme) => {
    for (const width of [1280, 390]) {
      const { page, complaints } = await open(
        { colorScheme, viewport: { width, height: 800 } },
        join(home, "index.html"),
      );
      await leavePicture(page, `index-${colorScheme}-${width}`);
      expect(await page.getByText("Jörg Müller (123456)").count()).toBe(1);
      expect(await page.getByText("quick run, not for hand-in").count()).toBe(1);
      expect(complaints).toEqual([]);
      expect(await barriers(page)).toEqual([]);
      const { page: whole, window } = await widths(page);
      expect(whole).toBeLessThanOrEqual(window);
      await page.context().close();
    }
  });

  test("is a file of at most 8 MB", () => expect(statSync(file).size).toBeLessThan(8_000_000));
});
