import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { projectFolder } from "../base/paths";
import { findBrowser, launchBrowser } from "./browser";
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

interface DrawingBrowser {
  readonly browser: Browser;
  readonly page: Page;
  /** Set when the page's process is gone, which Chromium survives. */
  crashed: boolean;
}

let drawingBrowser: Promise<DrawingBrowser> | undefined;
let queue: Promise<unknown> = Promise.resolve();
let idle: NodeJS.Timeout | undefined;
let reasonForNone: string | undefined;

/**
 * Draws a figure as a static picture, for readers without JavaScript, with a headless browser that the first call
 * starts.
 *
 * @returns Undefined where it cannot be drawn; `whyNoPicture` then says why, once.
 */
export function drawPicture(figure: PlotlySpec): Promise<Picture | undefined> {
  // The browser stays open after the cell that started it, also after an interrupt.
  const detached = kernel()?.detached ?? (<T>(work: () => T) => work());
  return detached(() => {
    const drawn = queue.then(() => draw(figure));
    queue = drawn.catch(() => undefined);
    return drawn;
  });
}

/** Says why there is no picture: one sentence at the first call, then undefined. */
export function whyNoPicture(): string | undefined {
  const said = reasonForNone;
  reasonForNone = undefined;
  return said;
}

// After failures with this many figures in a row no further picture is tried.
const mostFailures = 2;
let failures = 0;

async function draw(figure: PlotlySpec): Promise<Picture | undefined> {
  if (failures >= mostFailures) return undefined;
  clearTimeout(idle);
  try {
    const picture = await drawOnce(figure).catch((error: unknown) => {
      // A browser that crashed or was killed, for lack of memory say, is started once more: the figure is not at fault.
      if (!(error instanceof Broken) || error.hopeless) throw error;
      return drawOnce(figure);
    });
    failures = 0;
    return picture;
  } catch (error) {
    const reason = (error as Error).message.split("\n")[0]?.replace(/^page\.evaluate: (?:Error: )?/, "");
    if (error instanceof Broken) {
      failures = error.hopeless ? mostFailures : failures + 1;
      const all = failures >= mostFailures;
      reasonForNone = all
        ? `Stored figures have no static picture: ${reason}`
        : `This figure has no static picture: ${reason}`;
    } else reasonForNone = `This figure has no static picture: ${reason}`;
    return undefined;
  } finally {
    idle = setTimeout(() => void closeDrawingBrowser(), idleMs).unref();
  }
}

/** A failure of the browser, not of the figure; `hopeless` if a second start would fail as well. */
class Broken extends Error {
  readonly hopeless: boolean;

  constructor(message: string, hopeless = false) {
    super(message);
    this.hopeless = hopeless;
  }
}

async function drawOnce(figure: PlotlySpec): Promise<Picture> {
  let open: DrawingBrowser | undefined;
  try {
    drawingBrowser ??= openDrawingBrowser();
    open = await drawingBrowser;
    const { page } = open;
    const spec = { data: figure.data, layout: { ...figure.layout, width, autosize: false } };
    const picture = await within(drawMs, page.evaluate(drawInPage, { spec, scale }));
    return picture.png.length * 0.75 > maxBytes
      ? await within(drawMs, page.evaluate(drawInPage, { spec, scale: 1 }))
      : picture;
  } catch (error) {
    if (error instanceof Late) {
      await closeDrawingBrowser(); // its page is stuck; the next figure has a new one
      throw error;
    }
    const gone = !open || open.crashed || open.page.isClosed() || !open.browser.isConnected();
    if (!gone) throw error;
    await closeDrawingBrowser();
    throw error instanceof Broken ? error : new Broken((error as Error).message);
  }
}

async function openDrawingBrowser(): Promise<DrawingBrowser> {
  const executablePath = findBrowser();
  if (!executablePath)
    throw new Broken(
      "no Chromium-family browser was found. Install one, or set DEEPNETS_BROWSER to its path (npm run doctor).",
      true,
    );
  const browser = await launchBrowser(executablePath);
  kernel()?.onClose(closeDrawingBrowser);
  const page = await browser.newPage();
  const open: DrawingBrowser = { browser, page, crashed: false };
  page.on("crash", () => (open.crashed = true));
  await page.addScriptTag({ path: join(projectFolder(), "node_modules/plotly.js-dist-min/plotly.min.js") });
  return open;
}

/** Ends the browser; the next picture starts it again. */
export async function closeDrawingBrowser(): Promise<void> {
  const open = drawingBrowser;
  drawingBrowser = undefined;
  await open?.then(({ browser }) => browser.close()).catch(() => undefined);
}

// Runs in the page.
async function drawInPage({ spec, scale }: { spec: PlotlySpec; scale: number }): Promise<Picture> {
  const { Plotly } = globalThis as unknown as { Plotly: { toImage(spec: unknown, options: object): Promise<string> } };
  const { width, height: wanted } = spec.layout as { width: number; height?: unknown };
  const height = Number(wanted) > 0 ? Number(wanted) : 450;
  const url = await Plotly.toImage(spec, { format: "png", width, height, scale });
  if (!url.startsWith("data:image/png;base64,"))
    throw new Error("plotly.js cannot draw it: check its data and layout.");
  return { png: url.slice(url.indexOf(",") + 1), width, height };
}

async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new Late(`the browser did not draw it within ${ms / 1000} s: show fewer points.`)),
      ms,
    );
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}

/** A figure that takes too long. */
class Late extends Error {}
