import { existsSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { executionRules } from "../../lib/tools/handin/rules/execution";
import { digitStrokes } from "../fixtures/strokes";
import { codeCell, ended, Lab, panel, runCell } from "./lab-page";
import { leavePicture } from "./offline-page";

const root = resolve(import.meta.dirname, "../..");
const runs = join(root, "data/runs");
// The networks of the committed runs; those that are not committed are named on the pad.
const kept = ["h6-1a", "h6-1d"].every((part) => existsSync(join(runs, part, "full-s1/model/model.json")));

describe.runIf(Lab.available)("outputs that live in JupyterLab", () => {
  let lab: Lab;
  let page: Page;
  beforeAll(async () => {
    lab = await Lab.start({
      notebooks: ["h6-1e-comparison"],
      from: join(root, "notebooks"),
      env: { DEEPNETS_RUNS: runs },
    });
    lab.clearKernel("h6-1e-comparison"); // its outputs need none
    lab.write("pad", [
      'import { live, loadMnist, show } from "deepnets";',
      `const { train, test } = await loadMnist();
const few = { inputs: test.inputs.subarray(0, 784 * 100), labels: test.labels.subarray(0, 100), size: 100 };
show(await live.digits({ seed: 1, mnist: { train, test: few } }));`,
    ]);
  });
  afterAll(async () => {
    expect(lab.foreign).toEqual([]);
    expect(await lab.stop()).toBe(0);
  });

  const picture = () => page.locator(panel).getByRole("img", { name: /^A 3 drawn by hand/ });

  test.runIf(kept)(
    "the pad runs where its cell has run: a drawn digit is read by each network that there is",
    async () => {
      page = await lab.openNotebook("pad");
      await runCell(page, 0);
      await ended(page, 0);
      await runCell(page, 1);
      await ended(page, 1);
      const output = codeCell(page, 1);
      await picture().waitFor();
      await output.getByRole("button", { name: "Draw a digit yourself" }).click();
      await output.locator("[data-state=live]").waitFor();
      const pad = output.locator(".pad");
      await pad.scrollIntoViewIfNeeded();
      const box = (await pad.boundingBox())!;
      for (const stroke of digitStrokes[3]!) {
        const at = ([x, y]: readonly [number, number]) => [box.x + x * box.width, box.y + y * box.height] as const;
        await page.mouse.move(...at(stroke[0]!));
        await page.mouse.down();
        for (const point of stroke.slice(1)) await page.mouse.move(...at(point));
        await page.mouse.up();
      }
      await output.getByText(/^Read as: linear 3.*CNN 3\.$/).waitFor();
      // Arrow keys move the drawing and not the notebook's selection.
      await pad.press("ArrowRight");
      await output.getByText(/shifted by \+1, 0/).waitFor();
      await leavePicture(page, "lab-pad", { fullPage: false });
    },
  );

  test.runIf(kept)("the pad is a picture where a notebook that ran elsewhere is opened and not trusted", async () => {
    await lab.openBeside(page, "h6-1e-comparison");
    await picture().first().waitFor();
    expect(await page.locator(panel).getByRole("button", { name: "Draw a digit yourself" }).count()).toBe(0);
    await page.close();
  });

  test("what a cell shows after its end stands below it, and the check finds only what came after the notebook was closed", async () => {
    lab.write("late", [
      'import { figures, show } from "deepnets"; const wait = (ms: number) => new Promise((done) => setTimeout(done, ms));',
      `setTimeout(() => console.log("late text"), 500);
void wait(1000).then(() => show(figures.curves([{ name: "late", y: [1, 2] }], { title: "Late", x: "x", y: "y" })));
"at once"`,
      'await wait(3000); console.log("second");',
      `setTimeout(() => console.log("after the last"), 800);
const timer = setInterval(() => {
  if (!require("fs").existsSync("closed.txt")) return;
  clearInterval(timer);
  console.log("after closing");
}, 100);`,
    ]);
    const [start, first, second, last] = [0, 1, 2, 3];
    const late = await lab.openNotebook("late");
    const shownBy = (index: number) => codeCell(late, index).locator(".jp-OutputArea-output");
    for (const index of [start, first, second, last]) {
      await runCell(late, index);
      if (index !== first) await ended(late, index);
    }
    await shownBy(last).getByText("after the last").waitFor({ timeout: 10_000 });
    await codeCell(late, first).locator(".jp-RenderedPlotly").waitFor({ timeout: 30_000 });
    expect(await shownBy(first).allInnerTexts()).toEqual([
      "'at once'",
      expect.stringMatching(/^late text\s*$/),
      expect.anything(),
    ]);
    expect((await shownBy(second).allInnerTexts()).join("").trim()).toBe("second");
    expect((await shownBy(last).allInnerTexts()).join("").trim()).toBe("after the last");
    await leavePicture(late, "lab-late", { fullPage: false });
    await late.keyboard.press("Escape");
    await late.keyboard.press("Control+s");
    const notebook = () => JSON.parse(lab.read("notebooks/late.ipynb"));
    const outputs = () => JSON.stringify(notebook().cells[last].outputs);
    await expect.poll(outputs).toContain("after the last");
    const log = () =>
      lab
        .read("cells.jsonl")
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line));
    const { find } = executionRules.find(({ id }) => id === "outputs-differ")!;
    const breaches = () => find({ notebook: notebook(), part: { notebook: "late" }, log: log() } as never);
    // The kernel notes what came late a second after it came.
    await expect.poll(breaches).toEqual([]);
    await late.close();
    writeFileSync(join(lab.folder, "notebooks/closed.txt"), "");
    await expect.poll(breaches).toEqual([
      {
        cell: last,
        value: expect.stringMatching(/^it showed more after its end than the notebook holds, .* printed text in all$/),
      },
    ]);
    const again = await lab.openNotebook("late");
    expect(await codeCell(again, last).locator(".jp-OutputArea").innerText()).not.toContain("after closing");
    await again.close();
  });
});
