import { type ChildProcess, spawn } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";
import { findBrowser } from "../../lib/src/notebook/browser";

const root = resolve(__dirname, "../..");

/** The notebook that a page of JupyterLab shows, among those in its tabs. */
export const panel = ".jp-NotebookPanel:not(.lm-mod-hidden)";

interface LabParts {
  readonly folder: string;
  readonly server: ChildProcess;
  readonly address: URL;
  readonly browser: Browser;
  readonly context: BrowserContext;
}

/** A real JupyterLab on a folder of its own, with links to the packages and the data, and a browser in front of it. */
export class Lab {
  readonly folder: string;
  readonly #server: ChildProcess;
  readonly #address: URL;
  readonly #browser: Browser;
  readonly #context: BrowserContext;

  constructor({ folder, server, address, browser, context }: LabParts) {
    this.folder = folder;
    this.#server = server;
    this.#address = address;
    this.#browser = browser;
    this.#context = context;
  }

  /** Requests to anywhere but this machine; there must be none. */
  readonly foreign: string[] = [];

  static readonly available = findBrowser() !== undefined;

  static async start({
    notebooks = [],
    from,
    env = {},
  }: {
    readonly notebooks?: readonly string[];
    /** A folder of executed notebooks, taken with their outputs; by default the project's, without. */
    readonly from?: string;
    readonly env?: Readonly<Record<string, string>>;
  } = {}): Promise<Lab> {
    const folder = join(mkdtempSync(join(tmpdir(), "deepnets-lab-")), `Übung 6's "final" (100 % $HOME)`);
    mkdirSync(join(folder, "notebooks"), { recursive: true });
    mkdirSync(join(folder, "data/runs"), { recursive: true });
    mkdirSync(join(folder, "home"));
    linkPackages(join(root, "node_modules"), join(folder, "node_modules"));
    cpSync(join(root, "notebooks/README.md"), join(folder, "notebooks/README.md"));
    for (const name of notebooks) {
      cpSync(join(from ?? join(root, "notebooks"), `${name}.ipynb`), join(folder, "notebooks", `${name}.ipynb`));
    }
    const settings = {
      HOME: join(folder, "home"),
      JUPYTER_CONFIG_DIR: join(folder, "home/config"),
      DEEPNETS_LAB_ROOT: folder,
      DEEPNETS_RUNS: join(folder, "data/runs"),
      DEEPNETS_CELLS: join(folder, "cells.jsonl"),
    };
    const server = spawn(
      process.execPath,
      [join(root, "lib/tools/setup/start.cjs"), join(root, "lib/dist/tools/lab/lab.js"), "lab", "--no-browser"],
      { env: { ...process.env, ...settings, ...env }, stdio: ["ignore", "pipe", "inherit"] },
    );
    const address = await new Promise<URL>((found, failed) => {
      let text = "";
      server.stdout!.on("data", (chunk) => {
        text += chunk;
        const url = /^JupyterLab: (\S+)$/m.exec(text)?.[1];
        if (url) found(new URL(url));
      });
      server.on("close", () => failed(new Error(`JupyterLab did not start: ${text}`)));
    });
    const browser = await chromium.launch({ executablePath: findBrowser()!, args: ["--no-sandbox"] });
    const context = await browser.newContext({ viewport: { width: 1300, height: 1000 } });
    const lab = new Lab({ folder, server, address, browser, context });
    if (!from) for (const name of notebooks) lab.clearOutputs(name);
    context.on("request", (request) => {
      const url = new URL(request.url());
      if (url.protocol.startsWith("http") && url.hostname !== "127.0.0.1") lab.foreign.push(request.url());
    });
    return lab;
  }

  #pages = 0;

  /** Opens a path as the address that the command prints does: the token comes with the first page. */
  async open(path = ""): Promise<Page> {
    const page = await this.#context.newPage();
    const url = new URL(this.#address);
    // A workspace of its own: otherwise JupyterLab opens again what an earlier page had open, in hidden tabs beside it.
    if (path) url.pathname = `/lab/workspaces/page${++this.#pages}/tree/${path}`;
    await page.goto(url.href);
    return page;
  }

  /** Opens a notebook and waits until its kernel is idle. */
  async openNotebook(name: string): Promise<Page> {
    const page = await this.open(`notebooks/${name}.ipynb`);
    await page.waitForSelector(`${panel} .jp-Notebook .jp-CodeCell`);
    await page.waitForFunction(
      () =>
        /Idle|Busy/.test(
          (globalThis as any).document.querySelector("#jp-bottom-panel, #jp-main-statusbar")?.textContent ?? "",
        ),
      undefined,
      { timeout: 120_000 },
    );
    return page;
  }

  /**
   * Opens a notebook in a tab beside those that the page shows, from its list of files. One that names no kernel gets
   * none.
   */
  async openBeside(page: Page, name: string): Promise<void> {
    const file = `${name}.ipynb`;
    const { metadata } = JSON.parse(this.read(`notebooks/${file}`));
    await page.locator('[data-command="filebrowser:refresh"]').first().click();
    await page.locator(".jp-DirListing-itemText", { hasText: file }).dblclick();
    await page.locator(".lm-TabBar-tab.jp-mod-current", { hasText: file }).waitFor();
    if (!metadata.kernelspec) await page.locator(".jp-Dialog button", { hasText: "No Kernel" }).click();
  }

  read(path: string): string {
    return readFileSync(join(this.folder, path), "utf8");
  }

  /** Takes the outputs out of a notebook that no page shows. */
  clearOutputs(name: string): void {
    this.#change(name, ({ cells }) => {
      for (const cell of cells)
        if (cell.cell_type === "code") Object.assign(cell, { outputs: [], execution_count: null });
    });
  }

  /** Takes the kernel's name out of a notebook: JupyterLab then asks which one it should start, if any. */
  clearKernel(name: string): void {
    this.#change(name, (notebook) => (notebook.metadata = {}));
  }

  #change(name: string, how: (notebook: any) => void): void {
    const path = `notebooks/${name}.ipynb`;
    const notebook = JSON.parse(this.read(path));
    how(notebook);
    writeFileSync(join(this.folder, path), JSON.stringify(notebook));
  }

  write(name: string, sources: readonly string[]): void {
    const cells = sources.map((source, i) => ({
      cell_type: "code",
      id: `cell-${i}`,
      execution_count: null,
      metadata: {},
      outputs: [],
      source,
    }));
    const metadata = {
      kernelspec: { name: "deepnets", display_name: "TypeScript (deepnets)", language: "typescript" },
    };
    writeFileSync(
      join(this.folder, "notebooks", `${name}.ipynb`),
      JSON.stringify({ cells, metadata, nbformat: 4, nbformat_minor: 5 }),
    );
  }

  async stop(): Promise<number | null> {
    await this.#browser.close();
    const ended = new Promise<number | null>((done) => this.#server.once("close", done));
    this.#server.kill("SIGINT");
    const code = await ended;
    rmSync(dirname(this.folder), { recursive: true, force: true });
    return code;
  }
}

/** Links to all packages; the server offers nothing that a link leads out of its folder, so plotly.js is copied. */
function linkPackages(from: string, to: string): void {
  mkdirSync(to);
  for (const name of readdirSync(from)) {
    if (name === "plotly.js-dist-min") cpSync(join(from, name), join(to, name), { recursive: true });
    else symlinkSync(join(from, name), join(to, name));
  }
}

/** The code cell of a number, counted from 0. */
export const codeCell = (page: Page, index: number) => page.locator(`${panel} .jp-CodeCell`).nth(index);

/** Runs one cell, as Ctrl-Enter does. */
export async function runCell(page: Page, index: number): Promise<void> {
  await codeCell(page, index).locator(".jp-InputArea-editor").click();
  await page.keyboard.press("Control+Enter");
}

/** Waits until a cell's prompt shows a number: it has run. */
export async function ended(page: Page, index: number, timeout = 120_000): Promise<void> {
  await codeCell(page, index)
    .locator(".jp-InputPrompt", { hasText: /\[\d+\]/ })
    .waitFor({ timeout });
}

/** Points of the test curve that the live figure holds now; 0 before it is drawn. */
export const pointsOf = (page: Page): Promise<number> =>
  page.evaluate(
    () => ((globalThis as any).document.querySelector('[data-part="plot"]')?.data?.[1]?.x.length ?? 0) as number,
  );

/** Waits until the live figure holds so many points. */
export async function growsTo(page: Page, points: number, timeout = 120_000): Promise<number> {
  await page.waitForFunction(
    (least) => ((globalThis as any).document.querySelector('[data-part="plot"]')?.data?.[1]?.x.length ?? 0) >= least,
    points,
    { timeout, polling: 100 },
  );
  return pointsOf(page);
}
