import { accessSync, constants, readFileSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Browser } from "playwright-core";
import { fromEnvironment } from "../base/environment";
import { projectFolder } from "../base/paths";

/** The path of a Chromium-family browser: the one that `DEEPNETS_BROWSER` names, else the one that set-up noted. */
export const findBrowser = (): string | undefined =>
  [fromEnvironment("DEEPNETS_BROWSER") ?? noted()].find((path) => path !== undefined && runnable(path));

/**
 * Starts a browser without a window. Signals do not end it: the kernel survives an interrupt, and so must its browser.
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
  const launch = (chromiumSandbox: boolean) =>
    chromium.launch({
      executablePath,
      chromiumSandbox,
      args: ["--disable-dev-shm-usage"],
      handleSIGINT: false,
      handleSIGTERM: false,
      handleSIGHUP: false,
    });
  try {
    return await launch(sandbox);
  } catch (error) {
    if (!sandbox || !/sandbox/i.test(String(error))) throw error;
    return launch(false);
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
