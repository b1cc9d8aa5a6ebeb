import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

// What JupyterLab starts with here; a user's own settings win over these.
const overrides = {
  // No question about news at the first start, and no look for updates: nothing is loaded from anywhere.
  "@jupyterlab/apputils-extension:notification": { checkForUpdates: false, fetchNews: "false" },
  // The index of the parts opens as a page, not as its source.
  "@jupyterlab/docmanager-extension:plugin": { defaultViewers: { markdown: "Markdown Preview" } },
};

/** Writes the settings below a folder and returns where JupyterLab is to look for them. */
export function writeSettings(folder: string): string {
  const settings = join(folder, "settings");
  mkdirSync(settings, { recursive: true });
  writeFileSync(join(settings, "overrides.json"), JSON.stringify(overrides, null, 2) + "\n");
  return settings;
}
