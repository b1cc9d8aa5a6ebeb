import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as tf from "@tensorflow/tfjs-node";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { drawSeries, lstmStates, models } from "../../lib/src";
import type { Dense, Lstm } from "../../lib/src/live/layers";
import { unpack } from "../../lib/src/live/packed";
import { nudged, sumOf } from "../../lib/src/live/series-data";
import { seriesOutput } from "../../lib/src/notebook/live/series";
import { represent } from "../../lib/src/notebook/represent";
import { exportNotebooks } from "../../lib/tools/export/pages";
import { barriers, hasBrowser, launch, leavePicture, looks, openOffline } from "./offline-page";

const home = mkdtempSync(join(tmpdir(), "deepnets-series-"));
const file = join(home, "h6-2-lstm.html");

describe.skipIf(!hasBrowser)("a series on an exported page in Chromium, from a file, without a network", () => {
  let browser: Browser;
  // An LSTM that adds, with the rule in its start: no training needed.
  const model = models.lstm({ units: 24, inputBias: 2, forgetBias: 5, outputBias: -3, readout: 40, seed: 1 });
  const series = drawSeries({ seed: 1, scale: "threshold" });
  const inputs = new Map<number, number>();
  series.test.series.forEach((digit, i) => inputs.set(digit, series.test.inputs[i]!));

  beforeAll(async () => {
    process.env.DEEPNETS_RUNS = join(home, "runs");
    process.env.DEEPNETS_NOTEBOOKS = home;
    const { output } = seriesOutput(model, series, { threshold: 100, border: 98.76 });
    const { data } = await represent(output);
    const outputs = [{ output_type: "display_data", data, metadata: {} }];
    // From here on the model has the rounded weights that the page carries.
    const [, envelope] = /<script type="application\/json">(.*?)<\/script>/s.exec(data["text/html"] as string)!;
    const [lstm, logit] = (await unpack(JSON.parse(envelope!).data.network)).layers as [Lstm, Dense];
    const weights = [lstm.kernel, lstm.recurrent, lstm.bias, logit.kernel, logit.bias];
    tf.tidy(() => model.setWeights(model.getWeights().map(({ shape }, i) => tf.tensor(weights[i]!, shape))));
    const cells = [
      { cell_type: "markdown", metadata: {}, source: "# Type a series" },
      { cell_type: "code", execution_count: 1, metadata: {}, source: "show(await live.series({ series }));", outputs },
    ];
    const notebook = JSON.stringify({ cells, metadata: {}, nbformat: 4, nbformat_minor: 5 });
    writeFileSync(join(home, "h6-2-lstm.ipynb"), notebook);
    const damaged = notebook.replace(/(\\"bytes\\":\\")[^\\"]{100}/, "$1AAAA");
    expect(damaged).not.toBe(notebook);
    writeFileSync(join(home, "t6-2-lstm.ipynb"), damaged);
    await exportNotebooks({ from: home, to: home });
    browser = await launch();
  });
  afterAll(async () => {
    await browser?.close();
    model.dispose();
    rmSync(home, { recursive: true, force: true });
  });

  const open = (options: BrowserContextOptions = {}, target = file) =>
    openOffline(browser, target, { viewport: { width: 1280, height: 1000 }, ...options });

  async function start(page: Page): Promise<void> {
    await page.getByRole("button", { name: "Type a series yourself" }).click();
    await page.waitForSelector("[data-state=live]");
  }
  const field = (page: Page) => page.getByLabel("30 digits from 0 to 9");
  const status = (page: Page) => page.getByRole("status");
  const numbers = async (page: Page, name: string) =>
    ((await page.locator(".series").getAttribute(`data-${name}`)) ?? "").split(" ").map(Number);
  const digitsOf = async (page: Page) => Array.from((await field(page).inputValue()).replaceAll(" ", ""), Number);

  /** What the library says of a series: y(t), and what a cell does. */
  function byLibrary(digits: readonly number[], cell: number) {
    const states = lstmStates(
      model as tf.LayersModel,
      Float32Array.from(digits, (digit) => inputs.get(digit)!),
    );
    const of = (name: "i" | "f" | "o" | "c" | "h") => digits.map((_, t) => states[name][t * states.units + cell]!);
    return { y: Array.from(states.y), i: of("i"), f: of("f"), o: of("o"), c: of("c"), h: of("h") };
  }

  /** The page shows what the library says. */
  async function agrees(page: Page, digits: readonly number[]): Promise<void> {
    const [cell] = await numbers(page, "cell");
    const wanted = byLibrary(digits, cell!);
    expect((await numbers(page, "sum"))[0]).toBe(sumOf(digits));
    for (const [name, values] of Object.entries(wanted)) {
      const shown = await numbers(page, name);
      expect(shown).toHaveLength(30);
      shown.forEach((value, t) => expect(Math.abs(value - values[t]!), `${name}(${t + 1})`).toBeLessThan(1e-4));
    }
  }

  test("starts as a picture with words, and stays one without scripts and on paper", async () => {
    const picture = { name: /^A test series of 30 digits.*The sum is \d+; y\(30\) is [01]\.\d{3}: the network says/ };
    for (const javaScriptEnabled of [true, false]) {
      const { page, complaints } = await open({ javaScriptEnabled });
      expect(await page.locator("canvas").count()).toBe(0);
      expect(await page.getByRole("img", picture).isVisible()).toBe(true);
      expect(await page.getByRole("button", { name: "Type a series yourself" }).count()).toBe(
        javaScriptEnabled ? 1 : 0,
      );
      expect(complaints).toEqual([]);
      if (javaScriptEnabled) {
        await start(page);
        await page.emulateMedia({ media: "print" });
        expect(await field(page).isVisible()).toBe(false);
        expect(await page.getByRole("img", picture).isVisible()).toBe(true);
      }
      await page.context().close();
    }
    expect(statSync(file).size).toBeLessThan(1_000_000);
  });

  test("takes recorded series for what the library takes them for, and shows its gates and states", async () => {
    const { page, complaints } = await open();
    await start(page);
    const near = Array.from(series.test.sums.keys()).filter((i) => Math.abs(series.test.sums[i]! - 100) < 12);
    const answers = new Set<string>();
    for (const i of [0, ...near.slice(0, 5)]) {
      const digits = Array.from(series.test.series.subarray(30 * i, 30 * i + 30));
      await field(page).fill(digits.join(" "));
      await agrees(page, digits);
      const y = byLibrary(digits, 0).y.at(-1)!;
      const answer = await page.locator(".facts b").nth(2).textContent();
      expect(answer).toMatch(y >= 0.5 ? /^1, 100 or more: / : /^0, below 100: /);
      expect(answer).toMatch(y >= 0.5 === sumOf(digits) >= 100 ? /: right$/ : /: wrong$/);
      answers.add(answer!);
    }
    expect(answers.size).toBeGreaterThan(1);
    // Another cell, from the list and by a click on its row.
    await page.getByLabel("Look into").selectOption({ index: 3 });
    await agrees(page, await digitsOf(page));
    const box = (await page.locator(".map canvas").boundingBox())!;
    await page.locator(".map canvas").click({ position: { x: 40, y: (box.height * 10.5) / 24 } });
    expect(await page.getByLabel("Look into").evaluate((select: any) => select.selectedIndex)).toBe(10);
    await agrees(page, await digitsOf(page));
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  test("draws at random, near the border, below it, and looks around it", async () => {
    const { page } = await open();
    await start(page);
    for (const [name, from, to] of [
      ["At random", 0, 270],
      ["Near 100", 95, 104],
      ["Below 100", 0, 99],
    ] as const) {
      const before = await field(page).inputValue();
      await page.getByRole("button", { name, exact: true }).click();
      const digits = await digitsOf(page);
      expect(await field(page).inputValue()).not.toBe(before);
      expect(digits).toHaveLength(30);
      expect(sumOf(digits)).toBeGreaterThanOrEqual(from);
      expect(sumOf(digits)).toBeLessThanOrEqual(to);
      await agrees(page, digits);
    }
    const below = series.test.labels.indexOf(0);
    const fixed = Array.from(series.test.series.subarray(30 * below, 30 * below + 30));
    await field(page).fill(fixed.join(""));
    await page.waitForSelector(".series[data-border]");
    const y = await numbers(page, "border");
    expect(y).toHaveLength(21);
    y.forEach((value, k) =>
      expect(Math.abs(value - byLibrary(nudged(fixed, 90 + k), 0).y.at(-1)!), `sum ${90 + k}`).toBeLessThan(1e-4),
    );
    const turn = 90 + y.findIndex((value, k) => k > 0 && value >= 0.5 !== y[k - 1]! >= 0.5);
    expect(turn).toBeGreaterThan(90);
    const words = await page.locator(".views").textContent();
    expect(words).toContain(`The answer changes between ${turn - 1} and ${turn}`);
    expect(words).toContain("Over many series the network's border lies at 98.8.");
    await page.context().close();
  });

  test("a sentence says what is wrong with letters, too many digits, large numbers and an empty field", async () => {
    const { page } = await open();
    await start(page);
    const first = await digitsOf(page);
    for (const [text, words] of [
      ["12345 hello", 'Expected digits from 0 to 9 but found "h" after 5 digits: take it out.'],
      ["7".repeat(31), "Expected 30 digits but found 31: take 1 out."],
      ["3, 14, 1", "Expected numbers from 0 to 9 but found 14: type single digits."],
    ]) {
      await field(page).fill(text!);
      expect(await status(page).textContent()).toContain(words);
      expect(await field(page).getAttribute("aria-invalid")).toBe("true");
      // What was typed stays, and so does the series that is shown.
      expect(await field(page).inputValue()).toBe(text);
      await agrees(page, first);
    }
    await field(page).fill("");
    expect(await status(page).textContent()).toBe(
      "Nothing is typed yet: type 30 digits from 0 to 9, or draw a series at random.",
    );
    expect(await page.locator(".facts").textContent()).toContain("none yet");
    await field(page).pressSequentially("31415");
    expect(await status(page).textContent()).toMatch(/^Expected 30 digits but found 5: type 25 more\./);
    const begun = byLibrary([3, 1, 4, 1, 5, ...new Array(25).fill(0)], 0).y.slice(0, 5);
    (await numbers(page, "y")).forEach((value, t) => expect(Math.abs(value - begun[t]!)).toBeLessThan(1e-4));
    expect(await page.locator(".facts").textContent()).toContain("Sum14");
    await page.getByRole("button", { name: "Back to the last whole series" }).click();
    expect(await digitsOf(page)).toEqual(first);
    await agrees(page, first);
    expect(await page.getByRole("button", { name: "Back to the last whole series" }).count()).toBe(0);
    await status(page)
      .filter({ hasText: /^The digits add up to \d+; the network says/ })
      .waitFor();
    await page.context().close();
  });

  test("is worked by keyboard alone: typed, and nudged digit by digit", async () => {
    const { page } = await open();
    await page.getByRole("button", { name: "Type a series yourself" }).focus();
    await page.keyboard.press("Enter");
    await page.waitForSelector("[data-state=live]");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Control+a");
    await page.keyboard.type("333333333333333333333333333334");
    expect((await numbers(page, "sum"))[0]).toBe(91);
    await page.keyboard.press("Tab");
    const at = () =>
      page.evaluate(() => {
        let one: any = document.activeElement;
        while (one?.shadowRoot) one = one.shadowRoot.activeElement;
        return one?.getAttribute("aria-label");
      });
    expect(await at()).toBe("x(1)");
    for (const key of ["ArrowUp", "ArrowUp", "ArrowRight", "ArrowDown", "ArrowRight", "9"])
      await page.keyboard.press(key);
    expect(await at()).toBe("x(4)");
    await page.keyboard.press("End");
    for (let i = 0; i < 7; i++) await page.keyboard.press("ArrowUp");
    expect(await at()).toBe("x(30)");
    const now = [5, 2, 9, ...new Array(26).fill(3), 9];
    expect(await digitsOf(page)).toEqual(now);
    expect(await page.getByRole("spinbutton", { name: "x(30)" }).getAttribute("aria-valuenow")).toBe("9");
    await agrees(page, now);
    await page.keyboard.press("Home");
    // The next stop is the two buttons, which a finger uses.
    await page.keyboard.press("Tab");
    expect(await at()).toBe("Lower x(1)");
    await page.keyboard.press("Enter");
    expect((await digitsOf(page))[0]).toBe(4);
    // A whole series by digits alone.
    await page.getByRole("spinbutton", { name: "x(1)" }).focus();
    await page.keyboard.type("314159265358979323846264338327");
    expect((await digitsOf(page)).join("")).toBe("314159265358979323846264338327");
    await page.context().close();
  });

  test.each(looks)("reads well: %s, %d px", async (colorScheme, width) => {
    const { page, complaints } = await open({ colorScheme, viewport: { width, height: 1000 } });
    expect(await barriers(page, { grave: false })).toEqual([]);
    await start(page);
    await page.waitForSelector(".series[data-border]");
    await leavePicture(page, `series-${colorScheme}-${width}`);
    expect(await barriers(page, { grave: false })).toEqual([]);
    await field(page).fill("12 x");
    expect(await barriers(page, { grave: false })).toEqual([]);
    await leavePicture(page, `series-wrong-${colorScheme}-${width}`, { fullPage: false });
    expect(complaints).toEqual([]);
    const sizes = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
    expect(sizes[0]).toBeLessThanOrEqual(sizes[1]!);
    // Charts are as wide as their place: their words have the size that they ask for.
    const scale = await page
      .locator(".chart-lines")
      .first()
      .evaluate((svg: any) => svg.clientWidth / svg.viewBox.baseVal.width);
    expect(Math.abs(scale - 1)).toBeLessThan(0.01);
    await page.context().close();
  });

  test("is a sentence where its weights are damaged, and in a browser that cannot unpack them", async () => {
    for (const [target, words] of [
      ["t6-2-lstm.html", /^The network's weights on this page are damaged: export the page again\.$/],
      ["h6-2-lstm.html", /^This browser cannot unpack the networks.*Firefox 113/],
    ] as const) {
      const { page } = await open({}, join(home, target));
      if (target.startsWith("h")) await page.evaluate(() => delete (globalThis as any).DecompressionStream);
      await page.getByRole("button", { name: "Type a series yourself" }).click();
      await page.waitForSelector("[data-state=failed]");
      expect(await page.getByRole("alert").textContent()).toMatch(words);
      expect(await page.getByRole("img", { name: /^A test series of 30 digits/ }).isVisible()).toBe(true);
      await page.context().close();
    }
  });
});
