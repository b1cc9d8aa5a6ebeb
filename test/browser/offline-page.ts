// An exported page in Chromium, opened from its file without a network.
import { mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { fromEnvironment } from "../../lib/src/base/environment";
import { findBrowser } from "../../lib/src/notebook/browser";

const found = findBrowser();
export const hasBrowser = found !== undefined;

/** How a page is looked at: theme, and width in pixels of a screen and of a phone. */
export const looks = [
  ["light", 1280],
  ["dark", 1280],
  ["light", 390],
  ["dark", 390],
] as const;

export const launch = (): Promise<Browser> => chromium.launch({ executablePath: found!, args: ["--no-sandbox"] });

/** Opens a page and gathers what it says on the console and what it asks the network for. */
export async function openOffline(
  browser: Browser,
  file: string,
  options: BrowserContextOptions = {},
): Promise<{ readonly page: Page; readonly complaints: readonly string[] }> {
  const context = await browser.newContext({ offline: true, viewport: { width: 1280, height: 900 }, ...options });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on("console", (message) => ["error", "warning"].includes(message.type()) && complaints.push(message.text()));
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("dialog", (dialog) => {
    complaints.push(`dialog ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on(
    "request",
    (request) => !/^(file|data|blob):/.test(request.url()) && complaints.push(`request ${request.url()}`),
  );
  await page.goto(pathToFileURL(file).href);
  return { page, complaints };
}

// Evaluated by the debugger: the page's own policy lets no script of ours in.
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/**
 * What axe finds on a page, one line a rule: with `grave` only what it calls serious or critical. Plotly's own drawings
 * are not ours.
 */
export async function barriers(page: Page, { grave = true } = {}): Promise<string[]> {
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() =>
    (globalThis as any).axe.run({ exclude: [[".main-svg"]] }, { resultTypes: ["violations"] }),
  );
  return violations
    .filter(({ impact }: { impact: string }) => !grave || impact === "serious" || impact === "critical")
    .map(
      ({ id, nodes }: { id: string; nodes: { html: string }[] }) =>
        `${id}: ${nodes[0]!.html.slice(0, 200)} (${nodes.length})`,
    );
}

const shots = fromEnvironment("DEEPNETS_SCREENSHOTS");

/** Leaves a picture of the page where a person wants to look at what the tests saw. */
export async function leavePicture(page: Page, name: string, { fullPage = true } = {}): Promise<void> {
  if (!shots) return;
  mkdirSync(shots, { recursive: true });
  await page.screenshot({ path: join(shots, `${name}.png`), fullPage });
}

/** Where a file goes that a person may want to look at, if anywhere. */
export const pictureFile = (name: string): string | undefined => shots && join(shots, name);
