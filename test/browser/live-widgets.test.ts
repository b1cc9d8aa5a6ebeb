import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as tf from "@tensorflow/tfjs-node";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { live } from "../../lib/src";
import { represent } from "../../lib/src/notebook/represent";
import { barriers, hasBrowser, launch, leavePicture, openOffline } from "./offline-page";

const home = mkdtempSync(join(tmpdir(), "deepnets-widgets-"));

const image = Float32Array.from({ length: 784 }, (_, i) => ((i * 37) % 11) / 10);
const wanted = (kernel: readonly number[]) =>
  tf.tidy(() =>
    tf.conv2d(tf.tensor4d(image, [1, 28, 28, 1]), tf.tensor4d([...kernel], [5, 5, 1, 1]), 1, "same").dataSync(),
  );

describe.skipIf(!hasBrowser)("live.kernel and live.cell in Chromium, from a file, without a network", () => {
  let browser: Browser;
  beforeAll(async () => {
    for (const [name, made] of [
      ["kernel", live.kernel({ image })],
      ["drawn", live.kernel()],
      ["cell", live.cell()],
    ] as const)
      writeFileSync(
        join(home, `${name}.html`),
        `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" ` +
          `content="width=device-width"><title>${name}</title></head><body><main><h1>${name}</h1>${(await represent(made)).data["text/html"]}</main></body></html>`,
      );
    browser = await launch();
  });
  afterAll(async () => {
    await browser?.close();
    rmSync(home, { recursive: true, force: true });
  });

  async function open(name: string, { width = 1280, dark = false } = {}): Promise<Page> {
    const { page } = await openOffline(browser, join(home, `${name}.html`), {
      viewport: { width, height: 900 },
      colorScheme: dark ? "dark" : "light",
    });
    expect(await page.locator("section.live").count()).toBe(0);
    await page.locator("button.start").click();
    await page.waitForSelector("[data-state=live]");
    return page;
  }

  test("the kernel's sum is tf.conv2d's, after an edit and beyond the border; letters are refused", async () => {
    const page = await open("kernel");
    const value = async () => Number(await page.locator(".kernel").getAttribute("data-value"));
    await page.getByRole("button", { name: "Identity" }).click();
    const identity = Array.from({ length: 25 }, (_, i) => (i === 12 ? 1 : 0));
    expect(await value()).toBeCloseTo(wanted(identity)[10 * 28 + 14]!, 4);
    await page.getByLabel("Kernel: row 1, column 2", { exact: true }).fill("-0.7");
    const edited = identity.map((weight, i) => (i === 1 ? -0.7 : weight));
    expect(await value()).toBeCloseTo(wanted(edited)[10 * 28 + 14]!, 4);
    await page.getByRole("application").focus();
    for (let i = 0; i < 12; i++) await page.keyboard.press("ArrowUp");
    await page.keyboard.press("ArrowLeft");
    expect(await value()).toBeCloseTo(wanted(edited)[13]!, 4);
    await page.getByLabel("Kernel: row 1, column 2", { exact: true }).fill("");
    expect(await page.getByRole("status").textContent()).toContain("Row 1, column 2 of the kernel holds no number");
    await page.context().close();
  });

  test("the cell adds, keeps and forgets as its sliders say", async () => {
    const page = await open("cell");
    const states = async () => (await page.locator(".cell").getAttribute("data-states"))!.split(" ").map(Number);
    const sum = [3, 1, 4, 1, 5, 9, 2, 6].reduce((total, x) => total + Math.tanh(0.1 * x), 0);
    expect((await states()).at(-1)).toBeCloseTo(sum, 4);
    await page.getByRole("button", { name: "Memory" }).click();
    expect((await states()).at(-1)).toBeCloseTo(Math.tanh(1), 4);
    await page.getByLabel("Forget gate f").fill("0.5");
    expect((await states()).at(-1)).toBeCloseTo(Math.tanh(1) * 0.5 ** 7, 4);
    await page.getByLabel("Forget gate f").fill("0");
    await page.getByLabel("Input gate i").fill("0");
    expect(await states()).toEqual(new Array(8).fill(0));
    await page.context().close();
  });

  test.each([
    [1280, false],
    [390, false],
    [1280, true],
  ])("%d px, dark %s: nothing is cut off, and axe finds nothing", async (width, dark) => {
    for (const name of ["drawn", "cell"]) {
      const page = await open(name, { width, dark });
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
      expect(await barriers(page, { grave: false })).toEqual([]);
      await leavePicture(page, `${name}-${width}${dark ? "-dark" : ""}`);
      await page.context().close();
    }
  });
});
