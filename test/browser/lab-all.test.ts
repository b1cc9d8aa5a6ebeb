import { readdirSync } from "node:fs";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { quickHandin } from "../fixtures/handin/quick";
import { Lab } from "./lab-page";
import { expectAllRan, figuresIn, openSaved, runAll } from "./run-all";

const { handin } = await quickHandin();
const executed = readdirSync(handin)
  .filter((name) => name.endsWith(".ipynb"))
  .map((name) => name.replace(".ipynb", ""))
  .sort();
const shortest = executed[0]!;

// What a notebook's cells compute is the quick hand-in's business: none is trained again for its page. All cells of all
// notebooks run in JupyterLab in test/long.
describe.runIf(Lab.available)("the notebooks in JupyterLab", () => {
  let lab: Lab;
  let page: Page;

  beforeAll(async () => {
    lab = await Lab.start({ notebooks: executed, from: handin, env: { DEEPNETS_PROFILE: "quick" } });
    // What is saved needs no kernel. The shortest notebook has one, and is run with it.
    for (const name of executed) if (name !== shortest) lab.clearKernel(name);
    // One page shows them all, each in a tab of its own.
    page = await lab.open("notebooks/README.md");
  });
  afterAll(async () => {
    expect(lab.foreign).toEqual([]);
    await lab.stop();
  });

  test.each(executed)("%s as saved: every figure is drawn", async (name) => {
    const shown = await openSaved(lab, page, name);
    expect(figuresIn(shown)).toBeGreaterThan(0);
    expect(shown.drawn).toBe(figuresIn(shown));
  });

  test(`${shortest}, run from the first to the last cell`, async () => {
    await page.close();
    expectAllRan(await runAll(lab, shortest));
  });
});
