import { readdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { waitFor } from "../fixtures/handin/cells";
import { Lab } from "./lab-page";

interface Output {
  readonly output_type: string;
  readonly name?: string;
  readonly evalue?: string;
  readonly data?: object;
}

/** A notebook after run-all, as JupyterLab saved it, and how many figures its page showed. */
interface Ran {
  readonly cells: readonly { readonly execution_count: number; readonly outputs: readonly Output[] }[];
  readonly drawn: number;
}

const notebooks = readdirSync(join(__dirname, "../../notebooks"))
  .filter((name) => name.endsWith(".ipynb"))
  .map((name) => name.replace(".ipynb", ""))
  .sort();
const comparison = "h6-1e-comparison";
// The longest first, so that the two ends meet.
const first = ["h6-1b", "h6-1d", "h6-1c", "h6-2"];
const rank = (name: string) => [...first, ""].findIndex((start) => name.startsWith(start));
const compared = notebooks.filter((name) => /^h6-1[a-d]/.test(name));

describe.runIf(Lab.available)("run all cells in JupyterLab, quick", () => {
  let lab: Lab;
  const ran = new Map<string, Ran | Error>();

  beforeAll(async () => {
    // Two notebooks at a time, with one thread for each; the comparison last, since it reads the records of the four
    // parts.
    lab = await Lab.start({ notebooks, env: { DEEPNETS_PROFILE: "quick", DEEPNETS_THREADS: "1,1" } });
    const queue = [
      ...notebooks.filter((name) => name !== comparison).sort((one, other) => rank(one) - rank(other)),
      comparison,
    ];
    const work = async () => {
      for (let name = queue.shift(); name !== undefined; name = queue.shift()) {
        if (name === comparison) await waitFor(() => compared.every((part) => ran.has(part)), 500);
        ran.set(name, await runAll(lab, name).catch((error: Error) => error));
      }
    };
    await Promise.all([work(), work()]);
  }, 900_000);

  afterAll(async () => {
    expect(lab.foreign).toEqual([]);
    await lab.stop();
  });

  test.each(notebooks)("%s", (name) => {
    const result = ran.get(name)!;
    if (result instanceof Error) throw result;
    const { cells, drawn } = result;
    const outputs = cells.flatMap((cell) => cell.outputs);
    expect(outputs.filter(({ output_type }) => output_type === "error").map(({ evalue }) => evalue)).toEqual([]);
    expect(outputs.filter(({ name: stream }) => stream === "stderr")).toEqual([]);
    expect(cells.map((cell) => cell.execution_count)).toEqual(cells.map((_, i) => i + 1));
    const figures = outputs.filter(({ data }) => data && "application/vnd.plotly.v1+json" in data).length;
    expect(figures).toBeGreaterThan(0);
    expect(drawn).toBe(figures);
  });
});

/** Restarts the kernel, runs all cells and saves, as a user would. */
async function runAll(lab: Lab, name: string): Promise<Ran> {
  const page = await lab.openNotebook(name);
  await page.locator('.jp-NotebookPanel:not(.lm-mod-hidden) [data-command="notebook:restart-run-all"]').first().click();
  await page.locator(".jp-Dialog button", { hasText: "Restart" }).click();
  const cells = ".jp-NotebookPanel:not(.lm-mod-hidden) .jp-CodeCell";
  // Run-all queues every cell, "[*]"; the last one gets its number when all went well, and loses its star when an
  // earlier one failed.
  const prompt = async (pattern: string, timeout: number) =>
    page.waitForFunction(
      ([selector, wanted]) => {
        const last = [...(globalThis as any).document.querySelectorAll(selector)].at(-1);
        return new RegExp(wanted!).test(last?.querySelector(".jp-InputPrompt")?.textContent ?? "");
      },
      [cells, pattern] as const,
      { timeout, polling: 200 },
    );
  await prompt("\\[[*\\d]", 60_000);
  await prompt("\\[[^*]", 500_000);
  await page.keyboard.press("Escape");
  await page.keyboard.press("Control+s");
  const saved = () =>
    JSON.parse(lab.read(`notebooks/${name}.ipynb`)).cells.filter(
      (cell: { cell_type: string }) => cell.cell_type === "code",
    ) as Ran["cells"];
  await waitFor(() => {
    try {
      return (
        saved().at(-1)!.execution_count > 0 ||
        saved().some(({ outputs }) => outputs.some(({ output_type }) => output_type === "error"))
      );
    } catch {
      return false; // read while it was being written
    }
  }, 30);
  const drawn = await page.locator(".jp-NotebookPanel:not(.lm-mod-hidden) .jp-RenderedPlotly").count();
  await page.close();
  return { cells: saved(), drawn };
}
