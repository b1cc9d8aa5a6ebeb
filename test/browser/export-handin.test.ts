import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parts } from "../../lib/src/parts";
import { quickHandin } from "../fixtures/handin/quick";
import { barriers, hasBrowser, launch, openOffline } from "./offline-page";

const { handin } = await quickHandin();
const plotly = "application/vnd.plotly.v1+json";

interface Saved {
  readonly cells: readonly {
    readonly cell_type: string;
    readonly source: string | string[];
    readonly outputs?: readonly { readonly data?: Record<string, unknown> }[];
  }[];
}
const saved = (name: string): Saved => JSON.parse(readFileSync(join(handin, `${name}.ipynb`), "utf8"));
const figuresOf = ({ cells }: Saved) =>
  cells.flatMap(({ outputs }) => outputs ?? []).filter(({ data }) => data && plotly in data);

describe.skipIf(!hasBrowser)("the pages of a hand-in in Chromium, without a network", () => {
  let browser: Browser;

  beforeAll(async () => {
    browser = await launch();
  });
  afterAll(() => browser?.close());

  test.each(parts.map(({ notebook }) => notebook))(
    "%s shows all that its notebook holds, says nothing and asks for nothing",
    async (name) => {
      const notebook = saved(name);
      const figures = figuresOf(notebook);
      for (const scripts of [true, false]) {
        const { page, complaints } = await openOffline(browser, join(handin, `${name}.html`), {
          javaScriptEnabled: scripts,
        });
        if (scripts) {
          if (figures.length > 0)
            await page.waitForSelector(`html[data-drawn="${figures.length}"]`, { timeout: 120_000 });
          expect(await page.locator("figure.drawn .plot:visible .main-svg:first-child").count()).toBe(figures.length);
          expect(await barriers(page)).toEqual([]);
        } else expect(await page.locator("figure[data-figure] img:visible").count()).toBe(figures.length);
        // Whatever is a formula in the notebook is one on the page: nothing is left as TeX.
        expect(await page.locator(".tex-error").allTextContents()).toEqual([]);
        const text = await page.locator("main .prose").evaluateAll((all: any[]) =>
          all.map((one) => {
            const prose = one.cloneNode(true);
            for (const code of prose.querySelectorAll("pre, code")) code.remove();
            return prose.textContent as string;
          }),
        );
        expect(text.filter((part) => /(^|\s)\$[^$\s]|\\\(/.test(part.replace(/\$\d/g, "")))).toEqual([]);
        const images = await page
          .locator("main img")
          .evaluateAll((all: any[]) => all.filter((image) => !image.alt || !image.src.startsWith("data:")).length);
        expect(images).toBe(0);
        expect(complaints).toEqual([]);
        await page.context().close();
      }
    },
  );

  test("take little room, and have an index that names them all", () => {
    const pages = readdirSync(handin).filter((name) => name.endsWith(".html"));
    const index = readFileSync(join(handin, "index.html"), "utf8");
    for (const { notebook } of parts) {
      expect(existsSync(join(handin, `${notebook}.html`))).toBe(true);
      expect(index).toContain(`href="${notebook}.html"`);
    }
    for (const name of pages) {
      const live = readFileSync(join(handin, name), "utf8").includes("data-live-script");
      expect(statSync(join(handin, name)).size).toBeLessThanOrEqual(live ? 14_000_000 : 8_000_000);
    }
    expect(pages.reduce((sum, name) => sum + statSync(join(handin, name)).size, 0)).toBeLessThanOrEqual(60_000_000);
  });
});
