import { cpSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as tf from "@tensorflow/tfjs-node";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { loadMnist, models } from "../../lib/src";
import type { DigitsModel } from "../../lib/src/live/digits-data";
import { prepare } from "../../lib/src/live/drawing";
import { liveMime } from "../../lib/src/live/envelope";
import { pack } from "../../lib/src/live/pack";
import { type DigitsNetwork, digitsOutput } from "../../lib/src/notebook/live/digits";
import { networkOf } from "../../lib/src/notebook/live/network";
import { represent } from "../../lib/src/notebook/represent";
import { exportNotebooks } from "../../lib/tools/export/pages";
import { digitStrokes } from "../fixtures/strokes";
import { barriers, hasBrowser, launch, leavePicture, looks, openOffline } from "./offline-page";

const home = mkdtempSync(join(tmpdir(), "deepnets-pad-"));
const file = join(home, "h6-1e-comparison.html");

/** Small networks that answer differently from digit to digit, as the library holds them. */
const networks: tf.LayersModel[] = [];
const names = [
  ["h6-1a", "linear", "grey"],
  ["h6-1b", "MLP", "blue"],
  ["h6-1c", "dropout", "orange"],
  ["h6-1d", "CNN", "green"],
] as const;

describe.skipIf(!hasBrowser)("the pad on an exported page in Chromium, from a file, without a network", () => {
  let browser: Browser;

  beforeAll(async () => {
    process.env.DEEPNETS_RUNS = join(home, "runs");
    process.env.DEEPNETS_NOTEBOOKS = home;
    const mnist = await loadMnist();
    const linear = models.linear();
    linear.compile({ optimizer: tf.train.sgd(0.5), loss: "categoricalCrossentropy" });
    const [x, y] = tf.tidy(() => [
      tf.tensor2d(mnist.train.inputs.subarray(0, 784 * 10_000), [10_000, 784]),
      tf.oneHot(tf.tensor1d(mnist.train.labels.subarray(0, 10_000), "int32"), 10),
    ]);
    await linear.fit(x!, y!, { epochs: 3, batchSize: 100, verbose: 0, shuffle: false });
    const small = (model: tf.LayersModel) => {
      const random = model.getWeights().map((weight, i) => tf.randomNormal(weight.shape, 0, 0.15, "float32", 7 + i));
      model.setWeights(random);
      return model;
    };
    networks.push(
      linear,
      small(models.mlp({ hidden: [40, 30] })),
      small(models.mlp({ hidden: [40], dropout: 0.5 })),
      small(models.cnn({ maps: [6, 8] })),
    );
    const shown = names.map(([part, name, color], i): DigitsNetwork => {
      const { packed, network } = pack(networkOf(networks[i]!), { step: 0 });
      const model: DigitsModel = { part, name, color, network: packed };
      return { model, network, classes: mnist.test.labels };
    });
    await write("h6-1e-comparison", shown, mnist.test);
    const { network: _none, ...missing } = shown[1]!.model;
    const cut = { ...shown[2]!.model, network: { ...shown[2]!.model.network!, bytes: "AAAA" } };
    await write(
      "h6-1d-cnn",
      [
        shown[0]!,
        {
          model: {
            ...missing,
            missing: "Expected a finished full run of h6-1b but found none: run npm run handin -- h6-1b.",
          },
        },
        { ...shown[2]!, model: cut },
      ],
      mnist.test,
    );
    await exportNotebooks({ from: home, to: home });
    browser = await launch();
  }, 240_000);
  afterAll(async () => {
    await browser?.close();
    for (const model of networks) model.dispose();
    rmSync(home, { recursive: true, force: true });
  });

  async function write(name: string, shown: readonly DigitsNetwork[], test: Parameters<typeof digitsOutput>[1]) {
    const { data } = await represent(digitsOutput(shown, test));
    const outputs = [{ output_type: "display_data", data, metadata: {} }];
    const cells = [
      { cell_type: "markdown", metadata: {}, source: "# Draw a digit" },
      { cell_type: "code", execution_count: 1, metadata: {}, source: "show(await live.digits({ mnist }));", outputs },
    ];
    writeFileSync(join(home, `${name}.ipynb`), JSON.stringify({ cells, metadata: {}, nbformat: 4, nbformat_minor: 5 }));
  }

  const open = (options: BrowserContextOptions = {}, target = file) =>
    openOffline(browser, target, { viewport: { width: 1280, height: 1000 }, ...options });

  async function start(page: Page): Promise<void> {
    await page.getByRole("button", { name: "Draw a digit yourself" }).click();
    await page.waitForSelector("[data-state=live]", { timeout: 60_000 });
  }

  /** Draws a digit with the mouse, and gives back the strokes as the pad saw them. */
  async function draw(page: Page, digit: number) {
    const box = (await page.locator(".pad").boundingBox())!;
    for (const stroke of digitStrokes[digit]!) {
      const at = ([x, y]: readonly [number, number]) => [box.x + x * box.width, box.y + y * box.height] as const;
      await page.mouse.move(...at(stroke[0]!));
      await page.mouse.down();
      for (const point of stroke.slice(1)) await page.mouse.move(...at(point));
      await page.mouse.up();
    }
    await frames(page);
  }

  /** What was asked for is shown in the next frame but one. */
  const frames = (page: Page) =>
    page.evaluate(() => new Promise<void>((done) => requestAnimationFrame(() => requestAnimationFrame(() => done()))));

  const answers = async (page: Page) => ((await page.locator(".digits").getAttribute("data-answers")) ?? "").trim();

  const byLibrary = (image: Float32Array) =>
    networks
      .map((model) =>
        tf.tidy(() => (model.predict(tf.tensor2d(image, [1, 784])) as tf.Tensor2D).argMax(1).dataSync()[0]),
      )
      .join(" ");

  /** Ink that the networks see, from 0 to 1, read off the picture. */
  const seen = (page: Page) =>
    page.locator(".seen canvas").evaluate((canvas: any) => {
      const { data } = canvas.getContext("2d").getImageData(0, 0, 28, 28);
      return Array.from({ length: 784 }, (_, i) => (255 - data[4 * i]) / (255 - 0x1f));
    });

  test("does nothing until it is asked to, and is a picture with words", async () => {
    const { page, complaints } = await open();
    expect(await page.locator("canvas").count()).toBe(0);
    expect(await page.getByRole("img", { name: /^A 3 drawn by hand.*linear \d, MLP \d/ }).count()).toBe(1);
    expect(complaints).toEqual([]);
    expect(statSync(file).size).toBeLessThan(1_000_000);
    await page.context().close();
  });

  test("takes each drawn digit for what the library takes the same image for", async () => {
    const { page, complaints } = await open();
    await start(page);
    const linear: string[] = [];
    for (let digit = 0; digit < 10; digit++) {
      await page.getByRole("button", { name: "Clear" }).click();
      await draw(page, digit);
      const image = prepare({ strokes: digitStrokes[digit]! })!;
      (await seen(page)).forEach((value, i) => expect(Math.abs(value - image[i]!)).toBeLessThan(0.03));
      expect(await answers(page), `digit ${digit}`).toBe(byLibrary(image));
      linear.push((await answers(page)).split(" ")[0]!);
    }
    // The trained one knows most of them.
    expect(linear.filter((answer, digit) => answer === String(digit)).length).toBeGreaterThanOrEqual(7);
    // That this test reads the picture ten times is its own affair.
    expect(complaints.filter((one) => !/willReadFrequently/.test(one))).toEqual([]);
    await page.context().close();
  });

  test("shifts by arrow keys, turns and thickens by sliders, and clears", async () => {
    const { page } = await open();
    await start(page);
    await draw(page, 3);
    await page.locator(".pad").focus();
    for (const key of ["ArrowRight", "ArrowRight", "ArrowRight", "ArrowUp"]) await page.keyboard.press(key);
    await frames(page);
    const shifted = prepare({ strokes: digitStrokes[3]! }, { shift: [3, -1] })!;
    (await seen(page)).forEach((value, i) => expect(Math.abs(value - shifted[i]!)).toBeLessThan(0.03));
    expect(await answers(page)).toBe(byLibrary(shifted));
    await page.getByRole("slider", { name: "Turn" }).focus();
    for (let i = 0; i < 4; i++) await page.keyboard.press("ArrowRight");
    await page.getByRole("slider", { name: "Thickness" }).focus();
    await page.keyboard.press("ArrowRight");
    await frames(page);
    const turned = prepare({ strokes: digitStrokes[3]! }, { shift: [3, -1], turn: 20, thicken: 0.5 })!;
    expect(await answers(page)).toBe(byLibrary(turned));
    await page.locator(".pad").focus();
    await page.keyboard.press("Delete");
    await page.getByText("Nothing is drawn yet: draw a digit on the pad").waitFor();
    await frames(page);
    expect(await answers(page)).toBe("");
    await page.context().close();
  });

  test("takes a test image by keyboard alone", async () => {
    const mnist = await loadMnist();
    const { page } = await open();
    await page.getByRole("button", { name: "Draw a digit yourself" }).focus();
    await page.keyboard.press("Enter");
    await page.waitForSelector("[data-state=live]");
    await page.getByRole("radio", { name: "Test image 3: a 0" }).focus();
    await page.keyboard.press("ArrowRight");
    await frames(page);
    const second = mnist.test.labels.indexOf(1);
    expect(await answers(page)).toBe(byLibrary(mnist.test.inputs.slice(784 * second, 784 * (second + 1))));
    // The choice is shown until something is drawn in its place.
    expect(await page.getByRole("radio", { name: `Test image ${second}: a 1`, exact: true }).isChecked()).toBe(true);
    await draw(page, 3);
    expect(await page.locator(".cells input:checked").count()).toBe(0);
    await page.context().close();
  });

  test("shows the feature maps of the CNN and the ten sums of the linear model", async () => {
    const { page } = await open();
    await start(page);
    await draw(page, 5);
    const painted = (index: number) =>
      page
        .locator(".details canvas")
        .nth(index)
        .evaluate((canvas: any) => {
          const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
          return new Set(data).size;
        });
    await page.getByRole("button", { name: "CNN: feature maps" }).press("Enter");
    expect(await page.getByRole("img", { name: /feature maps of the (first|second) convolution/ }).count()).toBe(2);
    expect(await painted(0)).toBeGreaterThan(20);
    // Six maps in a row for eight: nothing stands where the seventh and eighth would.
    const alpha = (left: number) =>
      page
        .locator(".maps canvas")
        .first()
        .evaluate((canvas: any, x) => canvas.getContext("2d").getImageData(x, 14, 1, 1).data[3], left);
    expect(await Promise.all([14, 5 * 29 + 14, 6 * 29 + 14, 7 * 29 + 14].map(alpha))).toEqual([255, 255, 0, 0]);
    // A click on a row is a click on its button.
    await page.locator(".row").first().locator(".chart").click();
    expect(await page.getByRole("img", { name: /^Sum of the digit/ }).count()).toBe(10);
    expect(await page.locator(".sum.best").textContent()).toMatch(/^5: /);
    await page.locator(".row").first().locator(".chart").click();
    expect(await page.locator(".details:visible").count()).toBe(0);
    await page.context().close();
  });

  test.each(looks)("reads well: %s, %d px", async (colorScheme, width) => {
    const { page, complaints } = await open({ colorScheme, viewport: { width, height: 1000 } });
    expect(await barriers(page, { grave: false })).toEqual([]);
    await start(page);
    await draw(page, 4);
    await page.getByRole("button", { name: "CNN: feature maps" }).click();
    await page.waitForTimeout(700);
    await leavePicture(page, `pad-${colorScheme}-${width}`);
    expect(await barriers(page, { grave: false })).toEqual([]);
    expect(complaints).toEqual([]);
    const sizes = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
    expect(sizes[0]).toBeLessThanOrEqual(sizes[1]!);
    const paper = await page.locator(".live").evaluate((live: any) => getComputedStyle(live).backgroundColor);
    expect(paper).toBe(colorScheme === "dark" ? "rgb(20, 24, 29)" : "rgb(255, 255, 255)");
    await page.context().close();
  });

  test("is the picture again on paper", async () => {
    const { page } = await open();
    await start(page);
    await page.emulateMedia({ media: "print" });
    expect(await page.locator(".pad:visible").count()).toBe(0);
    expect(await page.getByRole("img", { name: /^A 3 drawn by hand/ }).isVisible()).toBe(true);
    await page.context().close();
  });

  test("says which network is missing or damaged, and the rest works", async () => {
    const { page } = await open({}, join(home, "h6-1d-cnn.html"));
    await start(page);
    await draw(page, 3);
    expect(await page.getByText("Expected a finished full run of h6-1b but found none").count()).toBe(1);
    expect(await page.getByText("Its weights on this page are damaged: export the page again.").count()).toBe(1);
    expect((await answers(page)).trim()).toBe("3");
    await page.context().close();
  });

  test("is a sentence in a browser that cannot unpack networks", async () => {
    const { page } = await open();
    await page.evaluate(() => delete (globalThis as any).DecompressionStream);
    await page.getByRole("button", { name: "Draw a digit yourself" }).click();
    await page.waitForSelector("[data-state=failed]");
    expect(await page.getByRole("alert").textContent()).toMatch(
      /^This browser cannot unpack the networks.*Firefox 113/,
    );
    expect(await page.getByRole("img", { name: /^A 3 drawn by hand/ }).isVisible()).toBe(true);
    await page.context().close();
  });
});

const savedNotebooks = join(import.meta.dirname, "../../notebooks");
const saved = "h6-1e-comparison";
const holdsNetworks = readFileSync(join(savedNotebooks, `${saved}.ipynb`), "utf8").includes(liveMime);

// As handed in: networks of the sheet's size.
describe.skipIf(!hasBrowser || !holdsNetworks)("the pad of the saved notebook in Chromium", () => {
  test("takes an image through all four networks in milliseconds", async () => {
    const place = mkdtempSync(join(tmpdir(), "deepnets-saved-"));
    const browser = await launch();
    try {
      cpSync(join(savedNotebooks, `${saved}.ipynb`), join(place, `${saved}.ipynb`));
      await exportNotebooks({ from: place, to: place, notebooks: [saved] });
      const { page } = await openOffline(browser, join(place, `${saved}.html`));
      await page.getByRole("button", { name: "Draw a digit yourself" }).click();
      await page.waitForSelector("[data-state=live]", { timeout: 120_000 });
      const times: number[] = [];
      for (const image of await page.locator(".cells input").all()) {
        await image.check({ force: true });
        for (const key of ["ArrowLeft", "ArrowUp"]) {
          await page.locator(".pad").press(key);
          await page.evaluate(
            () => new Promise<void>((done) => requestAnimationFrame(() => requestAnimationFrame(() => done()))),
          );
          times.push(Number(await page.locator(".digits").getAttribute("data-milliseconds")));
        }
      }
      expect(times.length).toBeGreaterThanOrEqual(40);
      times.sort((a, b) => a - b);
      const median = times[Math.floor(times.length / 2)]!;
      console.log(`one image through all four networks: ${median} ms (${times[0]} to ${times.at(-1)})`);
      // The goal is 50 ms on a quiet machine; other work may run beside this test.
      expect(median).toBeLessThan(300);
    } finally {
      await browser.close();
      rmSync(place, { recursive: true, force: true });
    }
  });
});
