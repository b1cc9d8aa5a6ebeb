import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { runFolder } from "../../lib/src/runs/places";
import type { RunRecord } from "../../lib/src/runs/record";
import { recordText } from "../../lib/src/runs/record-file";
import { recordNumber } from "../../lib/src/runs/record-number";
import { readRecord, readRecords } from "../../lib/src/runs/records";
import { agreeing, sampleRecord } from "../fixtures/records";

let runs: string;

beforeEach(() => {
  runs = mkdtempSync(join(tmpdir(), "records-"));
  vi.stubEnv("DEEPNETS_RUNS", runs);
  vi.stubEnv("DEEPNETS_PROFILE", "");
  vi.stubEnv("DEEPNETS_SEED", "");
});

afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(runs, { recursive: true, force: true });
});

function store(record: RunRecord, text = recordText(record)): void {
  const file = join(runFolder(record), "record.json");
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}

const sample = (part: Parameters<typeof sampleRecord>[0], seed = 1) => agreeing(sampleRecord(part, seed));
const b = sample("h6-1b");

describe("readRecord", () => {
  test("reads part, profile and seed; the environment names profile and seed where the call does not", async () => {
    store(b);
    store(agreeing({ ...b, profile: "quick", seed: 4 }));
    expect((await readRecord({ part: "h6-1b" })).seed).toBe(1);
    vi.stubEnv("DEEPNETS_PROFILE", "quick");
    vi.stubEnv("DEEPNETS_SEED", "4");
    expect(await readRecord({ part: "h6-1b" })).toMatchObject({ profile: "quick", seed: 4 });
    expect(await readRecord({ part: "h6-1b", profile: "full", seed: 1 })).toMatchObject({ profile: "full", seed: 1 });
  });

  test("reads a run with changed settings only where they are named", async () => {
    store({ ...b, overrides: { batchSize: 50 }, config: { ...b.config, batchSize: 50 } });
    await expect(readRecord({ part: "h6-1b" })).rejects.toThrow("but found none");
    expect((await readRecord({ part: "h6-1b", overrides: { batchSize: 50 } })).overrides).toEqual({ batchSize: 50 });
  });

  test("names the notebook to run when there is none", async () => {
    await expect(readRecord({ part: "h6-1c" })).rejects.toThrow(
      "Expected a finished full run of h6-1c, seed 1 but found none: run notebooks/h6-1c-dropout.ipynb first, or " +
        "npm run handin -- h6-1c.",
    );
  });

  test("does not take a quick run for a full one", async () => {
    store(agreeing({ ...b, profile: "quick" }));
    await expect(readRecord({ part: "h6-1b" })).rejects.toThrow(
      "Expected a finished full run of h6-1b, seed 1 but found only a quick one, and the two are never mixed",
    );
    store(sample("h6-1d"));
    await expect(readRecord({ part: "h6-1d", profile: "quick" })).rejects.toThrow("npm run handin -- h6-1d --quick");
  });

  const { final: _, ...unfinished } = b;
  test.each([
    ["half a file", recordText(b).slice(0, 500), "a file that is no JSON"],
    ["an empty file", "", "a file that is no JSON"],
    ["null", "null", "format undefined"],
    ["another format", JSON.stringify({ ...b, format: 2 }), "format 2"],
    ["one without its hash", JSON.stringify(b), "no hash of itself at its end"],
    [
      "a number written in another way",
      recordText(b).replace('"seed":1,', '"seed":1e0,'),
      "one that was changed after it was written",
    ],
    ["another part's record", recordText(sample("h6-1c")), "one of h6-1c"],
    ["another profile's", recordText({ ...b, profile: "quick" }), "one of quick-s1"],
    ["another seed's", recordText({ ...b, seed: 2 }), "one of full-s2"],
    ["an unfinished one", recordText({ ...unfinished, status: "running" }), "one that is running"],
    ["curves of different lengths", recordText({ ...b, testLoss: [1] }), "curves of lengths 201, 201, 1, 201, 201"],
  ])("refuses %s", async (_, text, found) => {
    store(b, text);
    const refused = readRecord({ part: "h6-1b" });
    await expect(refused).rejects.toThrow(
      `Expected the record of h6-1b to be a finished full run but found ${found} (`,
    );
    await expect(refused).rejects.toThrow("get it back (git checkout), or remove it and run h6-1b again.");
    await expect(refused).rejects.toMatchObject({ name: "UserError" });
  });
});

describe("readRecords", () => {
  test("all of a profile, by part and seed, and no other", async () => {
    for (const seed of [3, 1, 2]) store(sample("h6-1b", seed));
    store(sample("h6-1a"));
    store(agreeing({ ...sample("h6-1a"), profile: "quick" }));
    mkdirSync(join(runs, "sweeps", "plan"), { recursive: true });
    expect((await readRecords()).map(({ part, seed }) => `${part} ${seed}`)).toEqual([
      "h6-1a 1",
      "h6-1b 1",
      "h6-1b 2",
      "h6-1b 3",
    ]);
    expect((await readRecords({ parts: ["h6-1b"], seeds: [2, 3] })).map(({ seed }) => seed)).toEqual([2, 3]);
    expect((await readRecords({ profile: "quick" })).map(({ part }) => part)).toEqual(["h6-1a"]);
  });

  test("a named part or seed must be there", async () => {
    store(b);
    await expect(readRecords({ parts: ["h6-1b", "h6-1d"] })).rejects.toThrow(
      "Expected a finished full run of h6-1d but found none: run notebooks/h6-1d-cnn.ipynb first",
    );
    await expect(readRecords({ parts: ["h6-1b"], seeds: [1, 5] })).rejects.toThrow(
      "Expected a finished full run of h6-1b, seed 5 but found none",
    );
    store(agreeing({ ...sample("h6-1c"), profile: "quick" }));
    await expect(readRecords({ parts: ["h6-1b", "h6-1c"] })).rejects.toThrow(
      "found only a quick one, and the two are never mixed",
    );
  });

  test("one damaged record is an error, not a gap", async () => {
    store(b);
    store(sample("h6-1b", 2), "{");
    await expect(readRecords()).rejects.toThrow("a file that is no JSON");
  });

  test("no folder, no records", async () => {
    rmSync(runs, { recursive: true });
    expect(await readRecords()).toEqual([]);
  });
});

describe("recordNumber", () => {
  const curves = {
    iterations: [0, 100, 200, 300],
    testLoss: [2.3, 0.08, 0.09, 0.1],
    testAccuracy: [0.1, 0.98, 0.982, 0.984],
    trainAccuracy: [0.1, 0.985, 0.993, 0.997],
    // Held-out examples, as the variant of that name measures them.
    validationLoss: [2.3, 0.09, 0.08, 0.1],
  };
  const record: RunRecord = {
    ...b,
    ...curves,
    model: { ...b.model, layers: [{ name: "out", type: "Dense", outputShape: [null, 10], parameters: 15_010 }] },
    final: {
      ...b.final!,
      test: { ...b.final!.test, accuracy: 0.98414, recall: [0.5, 1], balancedAccuracy: 0.75, loss: 0.104251 },
      train: { ...b.final!.train, accuracy: 0.9971 },
    },
    extra: {
      fresh: { recall0: 0.912, size: 100_000, errorShare: 0.25, ratio: 3.1234 },
      deep: { minutes: 2.25, small: 0.000123456 },
    },
  };

  test.each([
    ["test", 0.98414, "98.41 %"],
    ["train", 0.9971, "99.71 %"],
    ["gap", 0.9971 - 0.98414, "1.30 %"],
    ["gapPoints", 0.9971 - 0.98414, "1.30 points"],
    ["testErrors", Math.round(0.01586 * b.final!.test.size), String(Math.round(0.01586 * b.final!.test.size))],
    ["errorRatio", 0.01586 / 0.0029, "5.47"],
    ["lowestTestLoss", 0.08, "0.0800"],
    ["lowestTestLossAt", 100, "100"],
    ["lossRise", 0.104251 / 0.08, "1.30"],
    ["stopped.iteration", 200, "200"],
    ["stopped.test", 0.982, "98.20 %"],
    ["stopped.testLoss", 0.09, "0.0900"],
    ["stopped.gapPoints", 0.011, "1.10 points"],
    ["multiplyAdds", 15_000, "15,000"],
    ["balancedAccuracy", 0.75, "75.00 %"],
    ["recall0", 0.5, "50.00 %"],
    ["testLoss", 0.104251, "0.104"],
    ["parameters", 5_695_510, "5,695,510"],
    ["iterations", 20_000, "20,000"],
    ["minutes", 7.5, "7.5"],
    ["extra.fresh.recall0", 0.912, "91.20 %"],
    ["extra.fresh.errorShare", 0.25, "25.00 %"],
    ["extra.fresh.size", 100_000, "100,000"],
    ["extra.fresh.ratio", 3.1234, "3.12"],
    ["extra.deep.minutes", 2.25, "2.3"],
    ["extra.deep.small", 0.000123456, "0.000123"],
    ["config.batchSize", 100, "100"],
    ["final.test.recall.1", 1, "1"],
  ])("%s is %s, written %s", (key, value, text) => {
    const found = recordNumber(record, key);
    expect(found.value).toBeCloseTo(value, 10);
    expect(found.text).toBe(text);
  });

  test.each(["extra.fresh", "extra.nothing.here", "recall7", "toString", "constructor.name", "", "extra.fresh.size.x"])(
    "refuses %o",
    (key) => {
      expect(() => recordNumber(record, key)).toThrow(`(h6-1b.${key}): correct the name.`);
    },
  );

  test("refuses an unfinished record", () => {
    const { final: _, ...rest } = record;
    expect(() => recordNumber({ ...rest, status: "running" }, "test")).toThrow(
      "Expected a finished record but found one that is running (h6-1b.test)",
    );
  });
});
