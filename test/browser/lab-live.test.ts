import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { digitStrokes } from "../fixtures/strokes";
import { codeCell, ended, Lab, runCell } from "./lab-page";
import { leavePicture } from "./offline-page";

const root = resolve(import.meta.dirname, "../..");
const runs = join(root, "data/runs");
// The networks of the committed runs; those that are not committed are named on the pad.
const kept = ["h6-1a", "h6-1d"].every((part) => existsSync(join(runs, part, "full-s1/model/model.json")));

describe.runIf(Lab.available && kept)("the pad in JupyterLab", () => {
  let lab: Lab;
  beforeAll(async () => {
    lab = await Lab.start({
      notebooks: ["h6-1e-comparison"],
      from: join(root, "notebooks"),
      env: { DEEPNETS_RUNS: runs },
    });
    lab.write("pad", [
      'import { live, loadMnist, show } from "deepnets";',
      "show(await live.digits({ seed: 1, mnist: await loadMnist() }));",
    ]);
  });
  afterAll(async () => {
    expect(lab.foreign).toEqual([]);
    expect(await lab.stop()).toBe(0);
  });

  const picture = (page: Page) => page.getByRole("img", { name: /^A 3 drawn by hand/ });

  test("runs where its cell has run: a drawn digit is read by each network that there is", async () => {
    const page = await lab.openNotebook("pad");
    await runCell(page, 0);
    await ended(page, 0);
    await runCell(page, 1);
    await ended(page, 1);
    const output = codeCell(page, 1);
    await picture(page).waitFor();
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
    await page.close();
  });

  test("is a picture where a notebook that ran elsewhere is opened and not trusted", async () => {
    const page = await lab.openNotebook("h6-1e-comparison");
    await picture(page).first().waitFor();
    expect(await page.getByRole("button", { name: "Draw a digit yourself" }).count()).toBe(0);
    await page.close();
  });
});
