import { readdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Lab } from "../browser/lab-page";
import { expectAllRan, runAll, type Shown } from "../browser/run-all";
import { waitFor } from "../fixtures/handin/cells";

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
  const ran = new Map<string, Shown | Error>();

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
    expectAllRan(result);
  });
});
