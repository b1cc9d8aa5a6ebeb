import { accessSync, constants, readFileSync } from "node:fs";
import { join } from "node:path";
import { fromEnvironment } from "../base/environment";
import { projectFolder } from "../base/paths";

/** A Chromium-family browser: what `DEEPNETS_BROWSER` names, else the one that set-up found or brought. */
export const findBrowser = (): string | undefined =>
  [fromEnvironment("DEEPNETS_BROWSER") ?? noted()].find((path) => path !== undefined && runnable(path));

// Set-up looks in all places, before each command, and notes what it found.
function noted(): string | undefined {
  try {
    const { path } = JSON.parse(readFileSync(join(projectFolder(), ".engine/browser.json"), "utf8")) as {
      path: string | null;
    };
    return path ?? undefined;
  } catch {
    return undefined;
  }
}

function runnable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
