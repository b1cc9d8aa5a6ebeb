import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { projectFolder } from "../base/paths";
import { findBrowser } from "./browser";
import { kernel } from "./kernel";

/** What plotly.js draws. */
export interface PlotlySpec {
  readonly data: readonly object[];
  readonly layout: Readonly<Record<string, any>>;
}

/** A picture in PNG format; the size in CSS pixels is smaller than the one in the file. */
export interface Picture {
  /** Base64. */
  readonly png: string;
  readonly width: number;
  readonly height: number;
}

const width = 760;
// Sharp enough on paper. A picture that becomes too heavy for a hand-in is drawn once more, at one pixel per CSS pixel.
const scale = 1.5;
const maxBytes = 70_000;
const idleMs = 60_000;
const drawMs = 20_000;

let studio: Promise<{ browser: Browser; page: Page }> | undefined;
let queue: Promise<unknown> = Promise.resolve();
let idle: NodeJS.Timeout | undefined;
let excuse: string | undefined;

/**
 * Draws a figure as a static picture, for readers without JavaScript, with a headless browser that the first call
 * starts.
 *
 * @returns undefined without a browser; `pictureExcuse` then says why, once
 */
export function drawPicture(figure: PlotlySpec): Promise<Picture | undefined> {
  // The browser outlives the cell that needed it first, and its interrupt.
  const detached = kernel()?.detached ?? (<T>(work: () => T) => work());
  return detached(() => {
    const drawn = queue.then(() => draw(figure));
    queue = drawn.catch(() => undefined);
    return drawn;
  });
}

/** Why there are no pictures: returns the sentence once, then undefined. */
export function pictureExcuse(): string | undefined {
  const said = excuse;
  excuse = undefined;
  return said;
}

let unavailable = false;

async function draw(figure: PlotlySpec): Promise<Picture | undefined> {
  if (unavailable) return undefined;
  clearTimeout(idle);
  try {
    studio ??= openStudio();
    const { page } = await studio;
    const spec = { data: figure.data, layout: { ...figure.layout, width, autosize: false } };
    const picture = await within(drawMs, page.evaluate(drawInPage, { spec, scale }));
    return picture.png.length * 0.75 > maxBytes
      ? await within(drawMs, page.evaluate(drawInPage, { spec, scale: 1 }))
      : picture;
  } catch (error) {
    unavailable = true;
    excuse = `Stored figures have no static picture: ${(error as Error).message.split("\n")[0]}`;
    await closeStudio();
    return undefined;
  } finally {
    idle = setTimeout(() => void closeStudio(), idleMs).unref();
  }
}

async function openStudio(): Promise<{ browser: Browser; page: Page }> {
  const executablePath = findBrowser();
  if (!executablePath)
    throw new Error(
      "no Chromium-family browser was found. Install one, or set DEEPNETS_BROWSER to its path (npm run doctor).",
    );
  const { chromium } = require("playwright-core") as typeof import("playwright-core");
  // Signals are ours: at an interrupt the kernel lives on, and so does its browser.
  const browser = await chromium.launch({
    executablePath,
    args: ["--no-sandbox", "--disable-dev-shm-usage"],
    handleSIGINT: false,
    handleSIGTERM: false,
    handleSIGHUP: false,
  });
  kernel()?.onClose(closeStudio);
  const page = await browser.newPage();
  await page.addScriptTag({ path: join(projectFolder(), "node_modules/plotly.js-dist-min/plotly.min.js") });
  return { browser, page };
}

/** Ends the browser; the next picture starts it again. */
export async function closeStudio(): Promise<void> {
  const open = studio;
  studio = undefined;
  await open?.then(({ browser }) => browser.close()).catch(() => undefined);
}

// Runs in the page.
async function drawInPage({ spec, scale }: { spec: PlotlySpec; scale: number }): Promise<Picture> {
  const { Plotly } = globalThis as unknown as { Plotly: { toImage(spec: unknown, options: object): Promise<string> } };
  const { width, height = 450 } = spec.layout as { width: number; height?: number };
  const url = await Plotly.toImage(spec, { format: "png", width, height, scale });
  return { png: url.slice(url.indexOf(",") + 1), width, height };
}

async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`the browser did not draw one within ${ms / 1000} s.`)), ms);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}
