import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { findBrowser } from "../../lib/src/notebook/browser";
import { tensorboard } from "../../lib/src/notebook/tensorboard";
import { EventFile } from "../../lib/src/runs/event-file";
import { sampleRecord } from "../fixtures/records";

const home = mkdtempSync(join(tmpdir(), "deepnets-runs-"));
const records = [sampleRecord("h6-1a"), sampleRecord("h6-1b")];
const browser = findBrowser();
// Beside it, a notebook of the tests' hand-in may have one of its own.
const left = () => readdirSync(tmpdir()).filter((name) => name.startsWith(`deepnets-tensorboard-${process.pid}-`));

beforeAll(() => {
  process.env.DEEPNETS_RUNS = home;
  for (const record of records)
    for (const split of ["train", "test"] as const)
      new EventFile(
        join(home, record.part, "full-s1", split),
        record.iterations.map((iteration, i) => ({
          iteration,
          time: 1_700_000_000 + i,
          scalars: { accuracy: record[`${split}Accuracy`][i]!, loss: record[`${split}Loss`][i]! },
        })),
      );
});
afterAll(() => rmSync(home, { recursive: true, force: true }));

describe.skipIf(!browser)("tensorboard()", () => {
  test("photographs TensorBoard's plot of the train and test writers, and leaves nothing behind", async () => {
    const { png, text } = await tensorboard(records);
    expect(text).toBe("TensorBoard's time series of accuracy for linear, MLP, train and test");
    const bytes = Buffer.from(png!, "base64");
    expect(bytes.subarray(1, 4).toString()).toBe("PNG");
    expect([bytes.readUInt32BE(16), bytes.readUInt32BE(20)]).toEqual([1100, 780]);
    expect(bytes.length).toBeGreaterThan(30_000); // an empty page has 15,000
    expect(left()).toEqual([]);
  });

  test("says which event files are missing, and what to do", async () => {
    const shown = await tensorboard(sampleRecord("h6-1d"));
    expect(shown.png).toBeUndefined();
    expect(shown.text).toMatch(
      /^TensorBoard's plot could not be photographed: Expected event files of h6-1d but found no train folder \(.*\): run npm run handin -- h6-1d\.$/,
    );
    expect(left()).toEqual([]);
  });
});

test("tensorboard() says that there is no browser", async () => {
  const before = process.env.DEEPNETS_BROWSER;
  process.env.DEEPNETS_BROWSER = join(home, "none");
  expect((await tensorboard(records)).text).toContain("Expected a Chromium-family browser but found none");
  if (before === undefined) delete process.env.DEEPNETS_BROWSER;
  else process.env.DEEPNETS_BROWSER = before;
});
