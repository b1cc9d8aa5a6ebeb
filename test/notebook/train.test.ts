import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { drawSeries, train as exported, models, parameters } from "../../lib/src";
import { summary } from "../../lib/src/notebook/summary";
import { train, trial } from "../../lib/src/notebook/train";
import { runFolder } from "../../lib/src/runs/places";
import { corners, small } from "../fixtures/training/small";
import { FakeKernel } from "./fake-kernel";

const folder = mkdtempSync(join(tmpdir(), "deepnets-notebook-"));
const series = drawSeries({ seed: 1, count: 400, test: 100 });
const settings = {
  seed: 1,
  iterations: 60,
  evalEvery: 10,
  batchSize: 50,
  optimizer: { name: "adam", learningRate: 0.001 },
} as const;
const lstm = () => models.lstm({ units: 8, seed: 1 });
let kernel: FakeKernel;
beforeAll(() => vi.stubEnv("DEEPNETS_RUNS", join(folder, "runs")));
beforeEach(() => (kernel = new FakeKernel()));
afterEach(() => kernel.remove());
afterAll(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

const htmlOf = (content: { data: Readonly<Record<string, unknown>> }) => content.data["text/html"] as string;

test("what a cell imports as train is the one with a live view", () => {
  expect(exported).toBe(train);
});

test("a page of npm run lab draws itself from the run's folder; the end replaces that by a static output", async () => {
  vi.stubEnv("DEEPNETS_LAB_ROOT", folder);
  const p = parameters("a", settings);
  const run = await train(lstm(), series, p);
  const shown = await kernel.all();
  expect(shown).toHaveLength(2);
  const [live, end] = shown;
  expect(htmlOf(live)).toContain('"run":"runs/a/full-s1"');
  expect(htmlOf(live)).toContain("node_modules/plotly.js-dist-min/plotly.min.js");
  expect(htmlOf(live).length).toBeLessThan(12_000);
  expect(end).toMatchObject({ displayId: live.displayId, update: true });
  expect(htmlOf(end)).toContain('src="data:image/svg+xml;base64,');
  expect(htmlOf(end)).not.toContain("<script");
  expect(end.data["text/plain"]).toBe(`a: ${summary(run.record)}`);
  expect(run.record.status).toBe("finished");
  expect(existsSync(join(runFolder(p), "record.json"))).toBe(true);
  vi.stubEnv("DEEPNETS_LAB_ROOT", "");
});

test("Stop ends it with the run so far and a note; the next call goes on as if not stopped", async () => {
  const whole = await train(lstm(), series, parameters("whole", settings));
  const p = parameters("stopped", settings);
  const first = lstm();
  const part = await train(first, series, p, {
    onEvaluation: (record) => void (record.progress.iteration === 20 && expect(kernel.interrupt()).toBe(1)),
  });
  expect(part.record.status).toBe("interrupted");
  expect(part.record.progress.iteration).toBe(20);
  expect(kernel.interrupt()).toBe(0);
  const end = (await kernel.all()).at(-1)!;
  expect(end.data["text/plain"]).toMatch(
    /stopped at iteration 20 of 60.*\nThe model holds the weights of iteration 20\. Run this cell again to go on from there/s,
  );
  const log = vi.spyOn(console, "log").mockImplementation(() => {});
  const rest = await train(first, series, p);
  log.mockRestore();
  expect(rest.record.testLoss).toEqual(whole.record.testLoss);
  expect(rest.record.final!.test).toEqual(whole.record.final!.test);
});

test("elsewhere the output gets a new picture now and then, and a failure says what it was", async () => {
  vi.stubEnv("DEEPNETS_LAB_ROOT", "");
  const p = parameters("failing", settings);
  await expect(
    train(lstm(), series, p, { onEvaluation: () => Promise.reject(new Error("out of ink")) }),
  ).rejects.toThrow("out of ink");
  const shown = await kernel.all();
  expect(shown[0].data["text/plain"]).toBe("failing: training starts");
  expect(shown.at(-1)!.data["text/plain"]).toBe("failing: training ended with an error: out of ink");
});

test("a trial listens to Stop as well", async () => {
  const stopped = trial(lstm(), series, parameters("trial", settings), { onEvaluation: () => void kernel.interrupt() });
  await expect(stopped).rejects.toThrow(/The trial was stopped at iteration \d+: run the cell again/);
});

test("the picture of the curve is a whole SVG", async () => {
  const { sketch } = await import("../../lib/src/notebook/sketch");
  const record = JSON.parse(readFileSync(join(runFolder(parameters("whole", settings)), "record.json"), "utf8"));
  const svg = sketch(record);
  expect(svg.match(/<polyline/g)).toHaveLength(2);
  expect(svg).not.toContain("NaN");
  expect(svg.match(/points="([^"]*)"/)![1].split(" ")).toHaveLength(record.iterations.length - 1);
});

test("a trial is measured on as many examples as its cell says, in a quick run on 500 at most", async () => {
  const data = corners(700, 600);
  const ends = async (profile: "full" | "quick", options: { evaluateOn?: number }) => {
    const model = models.mlp({ inputs: 4, hidden: [12], outputs: 3, seed: 1 });
    const { trainLoss, testLoss } = await trial(model, data, { ...small({ iterations: 1 }), profile }, options);
    return [trainLoss, testLoss];
  };
  const full = await Promise.all(
    [{}, { evaluateOn: 550 }, { evaluateOn: 500 }, { evaluateOn: 30 }].map((o) => ends("full", o)),
  );
  const [all, more, most, few] = full;
  expect(new Set(full.map((losses) => JSON.stringify(losses))).size).toBe(4);
  expect(await ends("quick", {})).toEqual(most);
  expect(await ends("quick", { evaluateOn: 550 })).toEqual(most);
  expect(await ends("quick", { evaluateOn: 30 })).toEqual(few);
  expect([all, more]).not.toContainEqual(most);
});
