import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { type Browser, chromium } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { findBrowser } from "../../lib/src/notebook/browser";
import { parts } from "../../lib/src/parts";
import { quickHandin } from "../fixtures/handin/quick";

const found = findBrowser();
const { handin } = await quickHandin();
// Evaluated by the debugger: the page's own policy lets no script of ours in.
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
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

describe.skipIf(!found)("the pages of a hand-in in Chromium, without a network", () => {
  let browser: Browser;

  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: found!, args: ["--no-sandbox"] });
  });
  afterAll(() => browser?.close());

  test.each(parts.map(({ notebook }) => notebook))(
    "%s shows all that its notebook holds, says nothing and asks for nothing",
    async (name) => {
      const notebook = saved(name);
      const figures = figuresOf(notebook);
      for (const scripts of [true, false]) {
        const context = await browser.newContext({
          offline: true,
          javaScriptEnabled: scripts,
          viewport: { width: 1280, height: 900 },
        });
        const page = await context.newPage();
        const complaints: string[] = [];
        page.on(
          "console",
          (message) => ["error", "warning"].includes(message.type()) && complaints.push(message.text()),
        );
        page.on("pageerror", (error) => complaints.push(error.message));
        page.on(
          "request",
          (request) => !/^(file|data|blob):/.test(request.url()) && complaints.push(`request ${request.url()}`),
        );
        await page.goto(pathToFileURL(join(handin, `${name}.html`)).href);
        if (scripts) {
          if (figures.length > 0)
            await page.waitForSelector(`html[data-drawn="${figures.length}"]`, { timeout: 120_000 });
          expect(await page.locator("figure.drawn .plot:visible .main-svg:first-child").count()).toBe(figures.length);
          await page.evaluate(axe);
          const { violations } = await page.evaluate(() =>
            (globalThis as any).axe.run({ exclude: [[".main-svg"]] }, { resultTypes: ["violations"] }),
          );
          expect(
            violations
              .filter(({ impact }: { impact: string }) => impact === "serious" || impact === "critical")
              .map(
                ({ id, nodes }: { id: string; nodes: { html: string }[] }) => `${id}: ${nodes[0]!.html.slice(0, 200)}`,
              ),
          ).toEqual([]);
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
        await context.close();
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
