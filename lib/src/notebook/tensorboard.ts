import { type ChildProcess, spawn } from "node:child_process";
import { cpSync, existsSync, mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { projectFolder } from "../base/paths";
import { temporaryFolder } from "../base/temporary-folder";
import { type RunLike, type Runs, recordsOf } from "../figures/runs";
import { modelStyle } from "../figures/theme";
import { eventFolder } from "../runs/checkpoint";
import { runFolder } from "../runs/places";
import { findBrowser, launchBrowser } from "./browser";
import { displaySymbol } from "./display";
import { type Bundle, kernel } from "./kernel";

/** What `tensorboard` takes besides the runs. */
export interface TensorboardOptions {
  /** The scalar to look at: "accuracy" or "loss"; default "accuracy". */
  readonly tag?: "accuracy" | "loss";
  /**
   * Draws only one of the two writers of each run. TensorBoard has seven colours; with more curves, colours repeat.
   * Default: both.
   */
  readonly split?: "train" | "test";
}

/** A picture of TensorBoard's page, or the sentence that says why there is none. */
export interface TensorboardPicture {
  /** PNG, base64; undefined without TensorBoard, browser or event files. */
  readonly png: string | undefined;
  readonly text: string;
  readonly [displaySymbol]: () => Bundle;
}

const startMs = 60_000;
const drawMs = 40_000;
const size = { width: 1100, height: 780 };

/**
 * A picture of TensorBoard's own plot of the train and test writers of some runs: starts TensorBoard on the event
 * files, opens its page in a headless browser and takes a screenshot. This takes about ten seconds.
 *
 * @param runs A run, its record, or several.
 * @returns A picture for `show`; where there can be none (no browser, no event files), a sentence that says why.
 * @example
 * show(await tensorboard(run, { tag: "accuracy" }));
 */
export function tensorboard(
  runs: Runs,
  { tag = "accuracy", split }: TensorboardOptions = {},
): Promise<TensorboardPicture> {
  const splits = split === undefined ? (["train", "test"] as const) : [split];
  const list = (Array.isArray(runs) ? runs : [runs]) as readonly RunLike[];
  // Stop must not leave TensorBoard and a browser behind: they end when the picture is taken.
  const detached = kernel()?.detached ?? (<T>(work: () => T) => work());
  return detached(async () => {
    try {
      return picture(
        await photograph(list, { tag, splits }),
        `TensorBoard's time series of ${tag} for ${recordsOf(list)
          .map(({ part }) => modelStyle(part).name)
          .join(", ")}, ${splits.join(" and ")}`,
      );
    } catch (error) {
      return picture(
        undefined,
        `TensorBoard's plot could not be photographed: ${(error as Error).message.split("\n")[0]}`,
      );
    }
  });
}

function picture(png: string | undefined, text: string): TensorboardPicture {
  return {
    png,
    text,
    [displaySymbol]: () => (png === undefined ? { "text/plain": text } : { "image/png": png, "text/plain": text }),
  };
}

/** Path of the program that serves event files to pages of this machine only, while its standard input is open. */
export function tensorboardProgram(): string {
  return join(projectFolder(), "lib/src/notebook/tensorboard.py");
}

interface Wanted {
  readonly tag: string;
  readonly splits: readonly string[];
}

async function photograph(runs: readonly RunLike[], { tag, splits }: Wanted): Promise<string> {
  const executablePath = findBrowser();
  if (!executablePath)
    throw new Error(
      "Expected a Chromium-family browser but found none: install one, or set DEEPNETS_BROWSER to its path (npm " +
        "run doctor).",
    );
  const folder = temporaryFolder("tensorboard");
  let server: ChildProcess | undefined;
  try {
    const curves = gather(runs, { folder, splits });
    server = spawn(
      join(projectFolder(), ".venv/bin/python"),
      [tensorboardProgram(), "--logdir", folder, "--host", "127.0.0.1", "--port", "0", "--reload_interval", "0"],
      { stdio: ["pipe", "ignore", "pipe"] },
    );
    const address = await addressOf(server);
    const browser = await launchBrowser(executablePath);
    try {
      const page = await browser.newPage({ viewport: size });
      page.setDefaultTimeout(drawMs);
      await page.goto(`${address}/?darkMode=false&tagFilter=${tag}&smoothing=0#timeseries`);
      await page
        .locator("card-view tb-data-table-content-row")
        .nth(curves - 1)
        .waitFor();
      await page.locator("[aria-label='Toggle settings side pane']").click();
      await page.locator("[aria-label='Toggle full size mode']").click();
      await page.mouse.move(0, 0);
      await page.waitForTimeout(1500); // lines and table are laid out anew
      return (await page.screenshot()).toString("base64");
    } finally {
      await browser.close();
    }
  } finally {
    server?.kill();
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * Copies the runs' event files into one folder, under the names that TensorBoard shows; returns how many curves
 * there are.
 */
function gather(
  runs: readonly RunLike[],
  { folder, splits }: { readonly folder: string; readonly splits: readonly string[] },
): number {
  const records = recordsOf(runs);
  const several = new Set(records.map(({ part }) => part)).size < records.length;
  let curves = 0;
  for (const run of runs) {
    const record = "record" in run ? run.record : run;
    const from = eventFolder("record" in run && "folder" in run ? String(run.folder) : runFolder(record), record);
    const name = `${modelStyle(record.part).name}${several ? ` seed ${record.seed}` : ""}`;
    for (const split of splits) {
      if (!existsSync(join(from, split)))
        throw new Error(
          `Expected event files of ${record.part} but found no ${split} folder (${from}): run npm run handin -- ` +
            `${record.part}.`,
        );
      mkdirSync(join(folder, name), { recursive: true });
      cpSync(join(from, split), join(folder, name, split), { recursive: true });
      curves++;
    }
  }
  return curves;
}

function addressOf(server: ChildProcess): Promise<string> {
  return new Promise((done, fail) => {
    let said = "";
    const timer = setTimeout(
      () =>
        fail(
          new Error(
            `Expected TensorBoard to start within ${startMs / 1000} s but found it silent: run npm run doctor.`,
          ),
        ),
      startMs,
    ).unref();
    server.stderr?.on("data", (data: Buffer) => {
      said += data.toString();
      const address = /http:\/\/127\.0\.0\.1:\d+/.exec(said)?.[0];
      if (!address) return;
      clearTimeout(timer);
      done(address);
    });
    server.on("error", () =>
      fail(new Error("Expected TensorBoard in .venv but could not start it: run npm run doctor.")),
    );
    server.on("close", (code) =>
      fail(
        new Error(
          `Expected TensorBoard to start but found exit code ${code} (${said.trim().split("\n").at(-1) ?? ""}): ` +
            "run npm run doctor.",
        ),
      ),
    );
  });
}
