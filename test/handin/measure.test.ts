import { cpSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as tf from "@tensorflow/tfjs-node";
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { drawSeries, loadMnist } from "../../lib/src/data";
import { linear, lstm } from "../../lib/src/models/factories";
import { seriesOutput } from "../../lib/src/notebook/live/series";
import { represent } from "../../lib/src/notebook/represent";
import { parts } from "../../lib/src/parts";
import { loadModel, writeModel } from "../../lib/src/runs/model-file";
import { loadRecord } from "../../lib/src/runs/record-file";
import { train } from "../../lib/src/runs/train";
import { carriedNetworks, formatCarried, measureCarried } from "../../lib/tools/export/networks";
import { measureNetworks } from "../../lib/tools/handin/measure";
import { small } from "../fixtures/training/small";

const trained = mkdtempSync(join(tmpdir(), "measure-"));
const runs = mkdtempSync(join(tmpdir(), "measured-"));
const folder = (part: string) => join(runs, part, "full-s1");

beforeAll(async () => {
  vi.stubEnv("DEEPNETS_RUNS", trained);
  vi.spyOn(console, "log").mockImplementation(() => {});
  const p = small({ part: "h6-1a", iterations: 60, batchSize: 100 });
  await train(linear(), await loadMnist(), p);
  await train(lstm({ units: 4 }), drawSeries({ seed: 1 }), { ...p, part: "h6-2", iterations: 30 });
  vi.unstubAllEnvs();
});

beforeEach(() => {
  rmSync(runs, { recursive: true });
  cpSync(trained, runs, { recursive: true });
});

afterAll(() => {
  for (const each of [trained, runs]) rmSync(each, { recursive: true, force: true });
  vi.restoreAllMocks();
});

const wrong = async () =>
  (await measureNetworks(parts, "full", runs)).measured.map((one) => `${one.folder}: ${one.wrong ?? "as recorded"}`);

test("networks that say what their records say", async () => {
  const { measured, without } = await measureNetworks(parts, "full", runs);
  expect(measured.map((one) => [one.folder, one.accuracy, one.wrong])).toEqual(
    ["h6-1a", "h6-2"].map((part) => [
      `${part}/full-s1`,
      loadRecord(join(folder(part), "record.json")).final!.test.accuracy,
      undefined,
    ]),
  );
  expect(without).toEqual([]);
});

test("other weights under a right hash", async () => {
  const record = loadRecord(join(folder("h6-1a"), "record.json"));
  const model = linear();
  await writeModel(folder("h6-1a"), model, record);
  expect(await wrong()).toEqual([
    expect.stringMatching(
      /^h6-1a\/full-s1: its network classifies 9\.80 % of the test examples, where the record says \d\d\.\d\d %$/,
    ),
    "h6-2/full-s1: as recorded",
  ]);
});

test("weights that only answer a little otherwise", async () => {
  const record = loadRecord(join(folder("h6-2"), "record.json"));
  const model = lstm({ units: 4 });
  await writeModel(folder("h6-2"), model, record);
  const [, second] = await wrong();
  expect(second).toMatch(/^h6-2\/full-s1: its network (classifies|answers|has a test loss of)/);
});

test("a folder cut short, and a network of another run", async () => {
  truncateSync(join(folder("h6-1a"), "model", "weights.bin"), 1000);
  const json = join(folder("h6-2"), "model", "model.json");
  writeFileSync(json, readFileSync(json, "utf8").replace(/"record":"[0-9a-f]/, '"record":"x'));
  expect(await wrong()).toEqual([
    expect.stringContaining("found 1000 bytes of weights that are cut short or damaged"),
    expect.stringContaining("found the network of another run"),
  ]);
});

test("records without a network are named", async () => {
  rmSync(join(folder("h6-1a"), "model"), { recursive: true });
  expect((await measureNetworks(parts, "full", runs)).without).toEqual(["h6-1a/full-s1"]);
});

describe("networks that a notebook carries to its page", () => {
  const home = mkdtempSync(join(tmpdir(), "carried-"));
  beforeAll(() => {
    vi.stubEnv("DEEPNETS_RUNS", runs);
  });
  afterAll(() => {
    vi.unstubAllEnvs();
    rmSync(home, { recursive: true, force: true });
  });

  /** A notebook that shows this network's series, and what its network says of itself. */
  async function carry(model: tf.LayersModel, change = (html: string) => html) {
    const { output } = seriesOutput(model, drawSeries({ seed: 1 }), { threshold: 100 });
    const { data } = await represent(output);
    const html = change(data["text/html"] as string);
    const outputs = [{ output_type: "display_data", data: { ...data, "text/html": html }, metadata: {} }];
    const cells = [{ id: "try", cell_type: "code", execution_count: 1, metadata: {}, source: "1", outputs }];
    writeFileSync(
      join(home, "h6-2-lstm.ipynb"),
      JSON.stringify({ cells, metadata: {}, nbformat: 4, nbformat_minor: 5 }),
    );
    const carried = carriedNetworks(home, ["h6-2-lstm"]);
    expect(carried.map(({ part }) => part.id)).toEqual(["h6-2"]);
    return measureCarried(carried[0]!);
  }
  const record = () => loadRecord(join(folder("h6-2"), "record.json"));

  test("say what their record says, in a line", async () => {
    const model = await loadModel(folder("h6-2"), record());
    const measured = await carry(model);
    expect(measured.wrong).toBeUndefined();
    expect(Math.abs(measured.accuracy! - record().final!.test.accuracy)).toBeLessThanOrEqual(0.002);
    expect(formatCarried(measured)).toMatch(
      /^h6-2 on h6-2-lstm\.html: 101 weights in 0\.00 MB; \d\d\.\d\d % of the test examples, \d\d\.\d\d % in its record \(float32\)$/,
    );
  });

  test("are another's, damaged, or without a record: each is a sentence", async () => {
    const other = lstm({ units: 4 });
    // One that answers 0 where the recorded one answers 1.
    tf.tidy(() => {
      other.layers[1]!.setWeights([tf.zeros([4, 1]), tf.tensor1d([-9])]);
    });
    expect((await carry(other)).wrong).toMatch(
      /^the network of h6-2 on its page classifies \d\.\d\d % of the test examples, where the record says \d\d\.\d\d %$/,
    );
    const cut = await carry(other, (html) => html.replace(/("bytes":")[^"]{40}/, "$1"));
    expect(cut.wrong).toBe("the network of h6-2 on its page is damaged");
    rmSync(folder("h6-2"), { recursive: true });
    const alone = await carry(other);
    expect(alone.wrong).toBe("there is no record of h6-2 to compare the network on its page with");
    expect(formatCarried(alone)).toContain("MB; there is no record of h6-2");
  });
});
