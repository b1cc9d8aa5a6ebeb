import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { BrowserContext, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { fromEnvironment } from "../../lib/src/base/environment";
import { codeCell, ended, growsTo, Lab, pointsOf, runCell } from "./lab-page";

// Written where DEEPNETS_SCREENSHOTS says, to be looked at.
const shots = fromEnvironment("DEEPNETS_SCREENSHOTS");
const shot = async (page: Page, name: string) => {
  if (shots) await page.screenshot({ path: join(shots, `${name}.png`) });
};

// The long tests run one at a time (lab.long.test.ts); beside others a bound would measure those.
const alone = fromEnvironment("DEEPNETS_LONG_TESTS") === true;

const name = "live";
const sources = [
  'import { figures, loadMnist, models, parameters, show, train } from "deepnets";',
  `const { part, iterations, pause } = JSON.parse(require("fs").readFileSync("plan.json", "utf8"));
const p = parameters(part, { seed: 1, iterations, evalEvery: 25, batchSize: 100, optimizer: { name: "sgd", learningRate: 0.5 } });
const mnist = await loadMnist();
const model = models.linear();`,
  "const run = await train(model, mnist, p, { onEvaluation: () => new Promise((done) => setTimeout(done, pause)) });",
  "show(figures.accuracy(run)); run.record.status",
  "model",
];
const [imports, prepare, training, figure, shown] = [0, 1, 2, 3, 4];

/** Holds each answer to a completion back, as a machine that computes on all cores does. */
const completionsComeLate = (context: BrowserContext, ms: number) =>
  context.routeWebSocket(/\/channels/, (toPage) => {
    const toKernel = toPage.connectToServer();
    toKernel.onMessage((message) => {
      if (message.includes("complete_reply")) setTimeout(() => toPage.send(message), ms);
      else toPage.send(message);
    });
  });

describe.runIf(Lab.available)("a notebook in JupyterLab", () => {
  let lab: Lab;
  let page: Page;
  beforeAll(async () => {
    if (shots) mkdirSync(shots, { recursive: true });
    lab = await Lab.start();
    lab.write(name, sources);
    plan({ part: "long", iterations: 100_000, pause: alone ? 0 : 400 });
  });
  afterAll(async () => {
    expect(lab.foreign).toEqual([]);
    expect(await lab.stop()).toBe(0);
  });

  // JupyterLab's plotly extension shows the static picture until the mouse comes; then it draws.
  const drawn = async (on: Page) => {
    const output = codeCell(on, figure).locator(".jp-RenderedPlotly");
    await output.locator("img").waitFor({ state: "attached" });
    await output.locator("img").dispatchEvent("mouseenter");
    await output.locator(".main-svg").first().waitFor();
  };
  const text = (index: number) => codeCell(page, index).locator(".jp-OutputArea").innerText();
  const saved = () => JSON.parse(lab.read(`notebooks/${name}.ipynb`));
  // A pause after each evaluation, in ms: whoever tests beside this needs the processor, the curve does not.
  const plan = (what: { part: string; iterations: number; pause: number }) =>
    writeFileSync(join(lab.folder, "notebooks/plan.json"), JSON.stringify(what));
  const liveHtml = (): string => [saved().cells[training].outputs.at(-1)?.data?.["text/html"] ?? ""].flat().join("");
  const save = async () => {
    await page.keyboard.press("Escape");
    await page.keyboard.press("Control+s");
  };
  const stop = () =>
    page.locator('.jp-NotebookPanel:not(.lm-mod-hidden) [data-command="notebook:interrupt-kernel"]').first().click();

  test("the address that is printed opens the index of the parts, and nothing asks about news", async () => {
    page = await lab.open();
    await page.waitForSelector(".jp-RenderedMarkdown table");
    expect(await page.locator(".jp-RenderedMarkdown a", { hasText: /^[ht]6-/ }).count()).toBe(8);
    expect(await page.locator(".jp-Dialog, .jp-toastContainer").count()).toBe(0);
    await shot(page, "index");
    await page.close();
  });

  test("the curve grows while the cell runs, and completion answers, late too", async () => {
    await completionsComeLate(page.context(), 1500);
    page = await lab.openNotebook(name);
    expect(await page.locator(".jp-NotebookPanel-toolbar").innerText()).toContain("TypeScript (deepnets)");
    await runCell(page, imports);
    await ended(page, imports);
    await runCell(page, prepare);
    await ended(page, prepare);
    await runCell(page, training);
    const first = await growsTo(page, 3);
    await shot(page, "growing");
    await codeCell(page, shown).locator(".jp-InputArea-editor").click();
    await page.keyboard.press("End");
    await page.keyboard.type(".summ");
    await page.keyboard.press("Tab");
    await page.locator(".jp-Completer", { hasText: "summary" }).waitFor({ timeout: 15_000 });
    await page.keyboard.press("Escape");
    for (let i = 0; i < ".summ".length; i++) await page.keyboard.press("Backspace");
    expect(await growsTo(page, first + 3)).toBeGreaterThan(first);
    expect(await text(training)).toMatch(
      /iteration [\d,]+ of 100,000 .*steps\/s .* left .* train [\d.]+ % · test [\d.]+ %/,
    );
  });

  test("Stop ends it with the run so far and says how to go on; alone on the machine, within 2 s", async () => {
    const at = Date.now();
    await stop();
    await codeCell(page, training).getByText("Run this cell again to go on from there").waitFor({ timeout: 20_000 });
    await ended(page, training);
    const seconds = (Date.now() - at) / 1000;
    console.log(`Stop took ${seconds.toFixed(2)} s`);
    if (alone) expect(seconds).toBeLessThan(2);
    const stopped = await text(training);
    expect(stopped).toMatch(/stopped at iteration [\d,]+ of 100,000/);
    await shot(page, "stopped");
    await runCell(page, figure);
    await ended(page, figure);
    await drawn(page);
    expect(await text(figure)).toContain("'interrupted'");
    expect(await text(training)).toBe(stopped);
  });

  test("run again, it goes on from there", async () => {
    const stopped = Number(/stopped at iteration ([\d,]+)/.exec(await text(training))![1]!.replaceAll(",", ""));
    await runCell(page, training);
    await codeCell(page, training).getByText("from a checkpoint").waitFor({ timeout: 20_000 });
    const from = Number(/going on at iteration (\d+)/.exec(await text(training))![1]);
    expect(from).toBe(stopped);
  });

  test("in a second tab, and in one that is closed and opened again in mid-run, the curve goes on", async () => {
    const before = await growsTo(page, 8);
    await save();
    await expect.poll(liveHtml).toContain("<script");
    // The page's program and where it finds its numbers; neither plotly.js nor the numbers.
    expect(liveHtml().length).toBeLessThan(12_000);
    const second = await lab.openNotebook(name);
    const there = await growsTo(second, before);
    expect(await growsTo(second, there + 2)).toBeGreaterThan(there);
    await page.close();
    await second.close();
    page = await lab.openNotebook(name);
    const again = await growsTo(page, before);
    await shot(page, "opened-again");
    expect(await growsTo(page, again + 2)).toBeGreaterThan(again);
  });

  test("the end becomes a static output; restart and run all ends well, and nothing is left in the file", async () => {
    await stop();
    await page.locator('[data-part="text"]', { hasText: "stopped at iteration" }).waitFor({ timeout: 20_000 });
    await shot(page, "stopped-in-reopened-tab");
    plan({ part: "short", iterations: 1500, pause: 0 });
    await page
      .locator('.jp-NotebookPanel:not(.lm-mod-hidden) [data-command="notebook:restart-run-all"]')
      .first()
      .click();
    await page.locator(".jp-Dialog button", { hasText: "Restart" }).click();
    await growsTo(page, 2);
    await codeCell(page, training)
      .getByText(/1,500 iterations in/)
      .waitFor({ timeout: 240_000 });
    await ended(page, shown);
    await drawn(page);
    expect(await pointsOf(page)).toBe(0);
    await shot(page, "finished");
    await save();
    await expect.poll(liveHtml).not.toContain("<script");
    const { cells } = saved() as {
      cells: {
        execution_count: number;
        outputs: { output_type: string; name?: string; data?: Record<string, string | string[]> }[];
      }[];
    };
    expect(cells.map(({ execution_count }) => execution_count)).toEqual([1, 2, 3, 4, 5]);
    const outputs = cells.flatMap((cell) => cell.outputs);
    expect(outputs.filter(({ output_type, name: stream }) => output_type === "error" || stream === "stderr")).toEqual(
      [],
    );
    expect(liveHtml()).toContain("data:image/svg+xml");
    expect(cells[figure]!.outputs[0]!.data).toHaveProperty("image/png");
    expect(JSON.stringify(saved())).not.toContain("plotly.min.js");
    expect(existsSync(join(lab.folder, "cells.jsonl"))).toBe(true);
  });

  test("figures and pictures are shown in a notebook that the reader does not trust", async () => {
    const copy = saved();
    copy.cells[0].source = "// changed by somebody else";
    lab.write("untrusted", []);
    writeFileSync(join(lab.folder, "notebooks/untrusted.ipynb"), JSON.stringify(copy));
    await lab.openBeside(page, "untrusted");
    const picture = codeCell(page, training).locator("img");
    await picture.waitFor();
    expect(await picture.evaluate((image) => (image as HTMLImageElement).naturalWidth)).toBeGreaterThan(300);
    await codeCell(page, figure).locator(".jp-RenderedPlotly img, .js-plotly-plot").first().waitFor();
    await shot(page, "untrusted");
  });
});
