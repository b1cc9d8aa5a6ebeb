import { statSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { expect } from "vitest";
import { waitFor } from "../fixtures/handin/cells";
import { type Lab, panel } from "./lab-page";

/** A stored output, as far as these tests look at it. */
export interface Output {
  readonly output_type: string;
  readonly name?: string;
  readonly evalue?: string;
  readonly data?: Readonly<Record<string, unknown>>;
}

/** The code cells of a notebook as JupyterLab holds them, and how many figures its page shows. */
export interface Shown {
  readonly cells: readonly { readonly execution_count: number; readonly outputs: readonly Output[] }[];
  readonly drawn: number;
}

/** How many of the stored outputs are figures. */
export const figuresIn = ({ cells }: Pick<Shown, "cells">): number =>
  cells.flatMap(({ outputs }) => outputs).filter(({ data }) => data && "application/vnd.plotly.v1+json" in data).length;

const read = (lab: Lab, name: string): Shown["cells"] =>
  JSON.parse(lab.read(`notebooks/${name}.ipynb`)).cells.filter(
    (cell: { cell_type: string }) => cell.cell_type === "code",
  );

/** Restarts the kernel, runs all cells and saves, as a user would. It starts without the outputs of an earlier run. */
export async function runAll(lab: Lab, name: string): Promise<Shown> {
  // Their numbers and figures would pass for those of this run.
  lab.clearOutputs(name);
  const page = await lab.openNotebook(name);
  await page.locator(`${panel} [data-command="notebook:restart-run-all"]`).first().click();
  await page.locator(".jp-Dialog button", { hasText: "Restart" }).click();
  // Run-all queues every cell, "[*]"; the last one gets its number when all went well, and loses its star when an
  // earlier one failed.
  const prompt = async (pattern: string, timeout: number) =>
    page.waitForFunction(
      ([selector, wanted]) => {
        const last = [...document.querySelectorAll(selector!)].at(-1);
        return new RegExp(wanted!).test(last?.querySelector(".jp-InputPrompt")?.textContent ?? "");
      },
      [`${panel} .jp-CodeCell`, pattern] as const,
      { timeout, polling: 200 },
    );
  await prompt("\\[[*\\d]", 60_000);
  await prompt("\\[[^*]", 500_000);
  await page.keyboard.press("Escape");
  const saved = () => statSync(join(lab.folder, `notebooks/${name}.ipynb`)).mtimeMs;
  const before = saved();
  await page.keyboard.press("Control+s");
  await waitFor(() => {
    try {
      const cells = read(lab, name);
      const ended =
        cells.at(-1)!.execution_count > 0 ||
        cells.some(({ outputs }) => outputs.some(({ output_type }) => output_type === "error"));
      return ended && saved() > before;
    } catch {
      return false; // read while it was being written
    }
  }, 30);
  const drawn = await page.locator(`${panel} .jp-RenderedPlotly`).count();
  await page.close();
  return { cells: read(lab, name), drawn };
}

/** Opens a notebook with the outputs that it holds, beside those that the page shows, and waits until they are drawn. */
export async function openSaved(lab: Lab, page: Page, name: string): Promise<Shown> {
  const cells = read(lab, name);
  await lab.openBeside(page, name);
  // The renderer shows the stored picture first, and draws anew where the reader comes with the mouse.
  const drawn = page.locator(`${panel} .jp-RenderedPlotly:has(img[src^="data:image/"], .main-svg)`);
  await drawn.nth(figuresIn({ cells }) - 1).waitFor({ state: "attached", timeout: 60_000 });
  return { cells, drawn: await drawn.count() };
}

/** Every cell ran, in order, without a word on stderr, and all figures are drawn. */
export function expectAllRan({ cells, drawn }: Shown): void {
  const outputs = cells.flatMap((cell) => cell.outputs);
  expect(outputs.filter(({ output_type }) => output_type === "error").map(({ evalue }) => evalue)).toEqual([]);
  expect(outputs.filter(({ name }) => name === "stderr")).toEqual([]);
  expect(cells.map((cell) => cell.execution_count)).toEqual(cells.map((_, i) => i + 1));
  expect(figuresIn({ cells })).toBeGreaterThan(0);
  expect(drawn).toBe(figuresIn({ cells }));
}
