import { readdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Lab } from "./lab-page";

// The run-all of every notebook in JupyterLab, in their order: the comparison reads the records of the four before it.
const notebooks = readdirSync(join(__dirname, "../../notebooks")).filter((name) => name.endsWith(".ipynb")).map((name) => name.replace(".ipynb", "")).sort();

describe.runIf(Lab.available)("run all cells in JupyterLab, quick", () => {
  let lab: Lab;
  beforeAll(async () => {
    lab = await Lab.start({ notebooks, env: { DEEPNETS_PROFILE: "quick" } });
  });
  afterAll(async () => {
    expect(lab.foreign).toEqual([]);
    await lab.stop();
  });

  test.each(notebooks)("%s", async (name) => {
    const page = await lab.openNotebook(name);
    await page.locator('.jp-NotebookPanel:not(.lm-mod-hidden) [data-command="notebook:restart-run-all"]').first().click();
    await page.locator(".jp-Dialog button", { hasText: "Restart" }).click();
    const cells = ".jp-NotebookPanel:not(.lm-mod-hidden) .jp-CodeCell";
    // The last cell has run, or one has failed.
    await page.waitForFunction((selector) => {
      const all = [...(globalThis as any).document.querySelectorAll(selector)];
      return /\[\d+\]/.test(all.at(-1)?.querySelector(".jp-InputPrompt")?.textContent ?? "") || all.some((cell) => cell.querySelector('[data-mime-type="application/vnd.jupyter.error"]'));
    }, cells, { timeout: 280_000, polling: 500 });
    await page.keyboard.press("Escape");
    await page.keyboard.press("Control+s");
    await expect.poll(() => JSON.parse(lab.read(`notebooks/${name}.ipynb`)).cells.filter((cell: any) => cell.cell_type === "code").at(-1).execution_count, { timeout: 15_000 }).toBeGreaterThan(0);
    const saved = JSON.parse(lab.read(`notebooks/${name}.ipynb`)).cells.filter((cell: { cell_type: string }) => cell.cell_type === "code");
    const outputs = saved.flatMap((cell: { outputs: object[] }) => cell.outputs) as { output_type: string; name?: string; evalue?: string; data?: object }[];
    expect(outputs.filter(({ output_type }) => output_type === "error").map(({ evalue }) => evalue)).toEqual([]);
    expect(outputs.filter(({ name: stream }) => stream === "stderr")).toEqual([]);
    expect(saved.map((cell: { execution_count: number }) => cell.execution_count)).toEqual(saved.map((_: object, i: number) => i + 1));
    const figures = outputs.filter(({ data }) => data && "application/vnd.plotly.v1+json" in data).length;
    expect(figures).toBeGreaterThan(0);
    expect(await page.locator(".jp-NotebookPanel:not(.lm-mod-hidden) .jp-RenderedPlotly").count()).toBe(figures);
    await page.close();
  });
});
