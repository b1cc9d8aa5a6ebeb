import { accessSync, constants, readFileSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Browser } from "playwright-core";
import { fromEnvironment } from "../base/environment";
import { projectFolder } from "../base/paths";
import { removeFolder, temporaryFolder } from "../base/temporary-folder";

/** The path of a Chromium-family browser: the one that `DEEPNETS_BROWSER` names, else the one that set-up noted. */
export const findBrowser = (): string | undefined =>
  [fromEnvironment("DEEPNETS_BROWSER") ?? noted()].find((path) => path !== undefined && runnable(path));

/**
 * Starts a browser without a window. Signals do not end it: the kernel survives an interrupt, and so must its browser.
 * What it puts on disk lies in a folder of our own, which the next program removes where this one is killed.
 *
 * @param executablePath As `findBrowser` gives it.
 * @param options `sandbox`: whether Chromium isolates its pages from the system. It cannot do so as root; where the
 *   system forbids it, as in some containers, it starts without.
 * @throws Error When the browser does not start.
 */
export async function launchBrowser(
  executablePath: string,
  { sandbox = process.getuid?.() !== 0 }: { readonly sandbox?: boolean } = {},
): Promise<Browser> {
  const { chromium } = require("playwright-core") as typeof import("playwright-core");
  const folder = temporaryFolder("browser");
  // A profile that is named: Playwright would put its own into the temporary folder, under a name that tells nobody
  // whose it is.
  const launch = (chromiumSandbox: boolean) =>
    chromium.launchPersistentContext(join(folder, "profile"), {
      executablePath,
      chromiumSandbox,
      args: ["--disable-dev-shm-usage"],
      artifactsDir: join(folder, "artifacts"),
      handleSIGINT: false,
      handleSIGTERM: false,
      handleSIGHUP: false,
    });
  try {
    const context = await launch(sandbox).catch((error: unknown) => {
      if (!sandbox || !/sandbox/i.test(String(error))) throw error;
      return launch(false);
    });
    const browser = context.browser()!;
    browser.once("disconnected", () => removeFolder(folder));
    return browser;
  } catch (error) {
    removeFolder(folder);
    throw error;
  }
}

// Before each command set-up looks in all usual places and notes what it found.
function noted(): string | undefined {
  try {
    const { path } = JSON.parse(readFileSync(join(projectFolder(), ".engine/browser.json"), "utf8")) as {
      path: string | null;
    };
    return path === null ? undefined : resolve(projectFolder(), path);
  } catch {
    return undefined;
  }
}

function runnable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
