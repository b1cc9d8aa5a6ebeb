import { accessSync, constants, readFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { projectFolder } from "../runs/places";

const names = [
  "chromium",
  "chromium-browser",
  "google-chrome",
  "google-chrome-stable",
  "microsoft-edge",
  "microsoft-edge-stable",
];

/** A Chromium-family browser: what `DEEPNETS_BROWSER` names, what set-up noted, or what is on the path. */
export function findBrowser(env: NodeJS.ProcessEnv = process.env): string | undefined {
  if (env.DEEPNETS_BROWSER !== undefined) return runnable(env.DEEPNETS_BROWSER) ? env.DEEPNETS_BROWSER : undefined;
  const onPath = names.flatMap((name) => (env.PATH ?? "").split(delimiter).map((folder) => join(folder, name)));
  return [noted(), ...onPath].find((path) => path !== undefined && runnable(path));
}

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
