import { mkdirSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { inherited } from "../../src/base/environment";

// The settings that JupyterLab starts with here; a user's own win over these.
const overrides = {
  // No question about news at the first start, and no search for updates: nothing is loaded from outside.
  "@jupyterlab/apputils-extension:notification": { checkForUpdates: false, fetchNews: "false" },
  // Beside a training that takes all cores the first completion may take seconds; by default JupyterLab drops an answer
  // after one, and Tab then shows nothing.
  "@jupyterlab/completer-extension:manager": { providerTimeout: 10_000 },
  // The index of the parts opens as a page, not as its source.
  "@jupyterlab/docmanager-extension:plugin": { defaultViewers: { markdown: "Markdown Preview" } },
};

/** Writes the settings below a folder, and returns the folder in which JupyterLab is to look for them. */
export function writeSettings(folder: string): string {
  const settings = join(folder, "settings");
  mkdirSync(settings, { recursive: true });
  writeFileSync(join(settings, "overrides.json"), `${JSON.stringify(overrides, null, 2)}\n`);
  return settings;
}

/** An environment without the variables that name Jupyter's settings, folders or tokens. */
export function withoutJupyter(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !/^(JUPYTER|JUPYTERLAB|IPYTHON)/.test(name)));
}

/**
 * Variables that make Jupyter look below a folder of our own, so that no other settings (an empty token, a foreign
 * origin, an extension, a kernel of the same name) open or change this lab. Theme and shortcuts stay the user's.
 */
export function ownJupyter(folder: string, env: NodeJS.ProcessEnv = inherited()): Readonly<Record<string, string>> {
  return {
    JUPYTER_CONFIG_DIR: join(folder, "config"),
    JUPYTER_DATA_DIR: join(folder, "data"),
    JUPYTER_PREFER_ENV_PATH: "1",
    JUPYTERLAB_SETTINGS_DIR:
      env.JUPYTERLAB_SETTINGS_DIR || join(env.JUPYTER_CONFIG_DIR || join(homedir(), ".jupyter"), "lab/user-settings"),
    JUPYTERLAB_WORKSPACES_DIR: join(folder, "workspaces"),
  };
}
