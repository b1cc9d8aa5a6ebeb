import { createHash } from "node:crypto";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { random } from "../../lib/src/data/random";
import type { RunRecord } from "../../lib/src/runs/record";
import { loadRecord, readLive, recordText } from "../../lib/src/runs/record-file";
import { readRecord, readRecords } from "../../lib/src/runs/records";
import { fullRuns } from "../../lib/tools/bench/full-runs";
import { recordReader, storedRecords } from "../../lib/tools/notebooks/records";
import { readFinished } from "../../lib/tools/sweep/plan";
import { agreeing, sampleRecord } from "../fixtures/records";

const committed = resolve(import.meta.dirname, "../../data/runs");
const folder = mkdtempSync(join(tmpdir(), "record-file-"));
const files = ["h6-1a", "h6-1d", "h6-2"].map((part) => join(folder, part, "full-s1/record.json"));

beforeAll(() => {
  for (const file of files) {
    mkdirSync(dirname(file), { recursive: true });
    cpSync(file.replace(folder, committed), file);
  }
});
afterEach(() => vi.unstubAllEnvs());
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Puts a text in the place of a record while something is done. */
function withText<T>(file: string, text: string | Buffer, work: () => T): T {
  const good = readFileSync(file);
  writeFileSync(file, text);
  try {
    return work();
  } finally {
    writeFileSync(file, good);
  }
}

/** How the reader answers: the sentence, or undefined where it takes the record. */
function refusal(file: string): string | undefined {
  try {
    loadRecord(file);
    return undefined;
  } catch (error) {
    expect(error).toMatchObject({ name: "UserError" });
    return (error as Error).message;
  }
}

test("reads each committed record, and what it writes", () => {
  const all = readdirSync(committed).flatMap((part) =>
    readdirSync(join(committed, part)).map((run) => join(committed, part, run, "record.json")),
  );
  expect(all.length).toBeGreaterThanOrEqual(15);
  for (const file of all) {
    const record = loadRecord(file);
    expect(record).not.toHaveProperty("hash");
    expect(recordText(record)).toBe(readFileSync(file, "utf8"));
  }
});

describe("300 damages each, of which none is taken", () => {
  const stream = random(5, "damages");
  const sentence =
    /^Expected the record of h6-\w+ to be a finished full run but found .{3,200} \(.*record\.json\): get it back/;

  test("a member or an item that is gone or replaced", () => {
    const junk = [null, 0, -1, 1e308, "x", "", [], {}, true, 7.5];
    let taken = 0;
    for (let i = 0; i < 300; i++) {
      const file = files[i % files.length]!;
      const value = JSON.parse(readFileSync(file, "utf8")) as object;
      damage(value, stream, junk);
      taken += withText(file, JSON.stringify(value), () => {
        const said = refusal(file);
        if (said !== undefined) expect(said).toMatch(sentence);
        return said === undefined ? 1 : 0;
      });
    }
    expect(taken).toBe(0);
  });

  test("one flipped bit", () => {
    for (let i = 0; i < 300; i++) {
      const file = files[i % files.length]!;
      const data = readFileSync(file);
      data[stream.integer(data.length)]! ^= 1 << stream.integer(8);
      expect(withText(file, data, () => refusal(file))).toMatch(sentence);
    }
  });

  // What a program would write, not chance: the numbers themselves give it away.
  test("a replaced number, with the hash made right again", () => {
    let taken: string[] = [];
    let tried = 0;
    while (tried < 300) {
      const file = files[tried % files.length]!;
      const record = loadRecord(file);
      const where = damage(record, stream, [-1, 1e308, 7.5]);
      // Facts that nothing else in a record speaks of.
      if (/^(extra|minutes|machine|versions|threads|peakMemoryMB|progress|trainLoss|testLoss)\b/.test(where)) continue;
      tried++;
      if (withText(file, recordText(record), () => refusal(file)) === undefined) taken = [...taken, where];
    }
    expect(taken.filter((where) => !/^(model\.layers|config\.(optimizer|batchSize|epochs))/.test(where))).toEqual([]);
  });
});

/** Removes or replaces a random part of a value; returns where. */
function damage(value: object, stream: ReturnType<typeof random>, junk: readonly unknown[]): string {
  const path: string[] = [];
  for (let inner = value as Record<string, unknown>; ; ) {
    const keys = Object.keys(inner);
    const key = keys[stream.integer(keys.length)]!;
    path.push(key);
    const next = inner[key];
    if (typeof next === "object" && next !== null && Object.keys(next).length > 0 && stream.integer(4) > 0) {
      inner = next as Record<string, unknown>;
      continue;
    }
    let other = junk[stream.integer(junk.length)];
    while (JSON.stringify(other) === JSON.stringify(next)) other = junk[stream.integer(junk.length)];
    if (stream.integer(2) === 0) inner[key] = other;
    else if (Array.isArray(inner)) inner.splice(Number(key), 1);
    else delete inner[key];
    return path.join(".");
  }
}

test.each<[string, (record: Changeable) => void, string | RegExp]>([
  ["an accuracy of 7.5", (r) => (r.final!.test.accuracy = 7.5), '7.5 as "final.test.accuracy" instead of <=1'],
  ["an accuracy as text", (r) => (r.final!.test.accuracy = "0.98" as never), '"0.98" as "final.test.accuracy"'],
  ["a member that no record has", (r) => (r["note" as "data"] = "x"), '"note", which no record has'],
  [
    "a better accuracy",
    (r) => (r.final!.test.accuracy = 0.99),
    "a curve that ends at a test accuracy of 0.9851 and a final one of 0.99",
  ],
  ["a few more right", (r) => (r.final!.test.accuracy = 0.9852), "a test accuracy of 0.9852 with 9851 of 10000"],
  ["a better recall", (r) => (r.final!.test.recall[3] = 1), "a test recall of 1 of class 3 with another in"],
  ["a better balance", (r) => (r.final!.test.balancedAccuracy = 0.5), "a test balanced accuracy of 0.5 with recalls"],
  ["one answer more", (r) => r.final!.train.confusion[0]![0]!++, "60001 answers to 60000 train examples"],
  ["a class less", (r) => r.final!.test.confusion.pop(), "a test confusion matrix of 9 rows of 10"],
  ["a prediction less", (r) => r.final!.predictions.label.pop(), "9999 predictions with 10000 probabilities"],
  [
    "another prediction",
    (r) => (r.final!.predictions.label[0] = 9),
    /predictions of class \d with another number in the confusion matrix/,
  ],
  ["a class that is none", (r) => (r.final!.predictions.label[0] = 10), "a prediction of class 10 of 10"],
  ["an unsure best", (r) => (r.final!.predictions.probability[7] = 0.05), "a probability of 0.05 for the best of 10"],
  ["a touched-up point", (r) => (r.testAccuracy[50] = 0.98765), "a test accuracy of 0.98765 on 10000 examples"],
  ["a curve that ends elsewhere", (r) => (r.testAccuracy[200] = 0.5), /a curve that ends at a test accuracy of 0\.5/],
  ["a loss that ends elsewhere", (r) => (r.testLoss[200] = 5), "a curve that ends at a test loss of 5"],
  ["a curve cut short", (r) => cut(r), "a curve that ends at iteration 19900 in a run of 20000"],
  ["a gap in the curve", (r) => (r.iterations[7] = 750), "a curve whose point 8 is at iteration 750"],
  ["another length", (r) => (r.config.iterations = 10_000), "iteration 20000 of 20000 in a run of 10000"],
  ["epochs that do not fit", (r) => (r.config.epochs = 3), "20000 iterations for 3 epochs of 60000 examples"],
  ["an optimizer that is none", (r) => (r.config.optimizer.name = "adm" as never), "adm as optimizer.name"],
  ["a setting below its range", (r) => Object.assign(r.config.optimizer, { beta1: -1 }), "-1 as optimizer.beta1"],
  ["a setting that is text", (r) => Object.assign(r.config.optimizer, { epsilon: "x" }), "x as optimizer.epsilon"],
  ["a setting of its own", (r) => Object.assign(r.config.optimizer, { decay: 1 }), "1 as optimizer.decay"],
  [
    "a variant that nothing changed",
    (r) => (r.config.variant = "small"),
    "variant none as changed and small as trained",
  ],
  ["parameters that do not fit", (r) => (r.model.parameters = 9e6), "9000000 parameters in layers that have 5695510"],
  [
    "a setting that was not trained with",
    (r) => ((r.overrides as Record<string, number>).batchSize = 50),
    /one of full-s1-[0-9a-f]{8}/,
  ],
])("refuses %s, also where the hash was made right again", (_, spoil, found) => {
  const file = join(folder, "h6-1b", "full-s1/record.json");
  mkdirSync(dirname(file), { recursive: true });
  const record = agreeing(sampleRecord("h6-1b")) as Changeable;
  writeFileSync(file, recordText(record));
  expect(refusal(file)).toBeUndefined();
  spoil(record);
  writeFileSync(file, recordText(record));
  expect(refusal(file)).toMatch(found);
  rmSync(file);
});

test("numbers that no double holds are refused in what a notebook added", () => {
  const [file] = files as [string];
  const text = recordText({ ...loadRecord(file), extra: { fresh: { share: 12345 } } });
  const body = text.replace('"share":12345', '"share":1e999').replace(/,"hash".*/, "");
  const sealed = `${body},"hash":"${createHash("sha256").update(body).digest("hex")}"}`;
  expect(withText(file, sealed, () => refusal(file))).toMatch('found Infinity as "extra.fresh.share" (');
});

test("every reader says the same of a damaged record, and none uses it", async () => {
  vi.stubEnv("DEEPNETS_RUNS", folder);
  const [file] = files as [string];
  const good = readFileSync(file, "utf8");
  writeFileSync(file, good.replace(/"accuracy":0\.\d+,"size":10000/, '"accuracy":7.5,"size":10000'));
  const message = /^Expected the record of h6-1a to be a finished full run but found one that was changed after it was/;
  const job = {
    part: "h6-1a",
    run: "full-s1",
    seed: 1,
    set: "",
    notebook: "",
    command: null,
    cores: 1,
    threads: null,
    memoryMB: 1,
  };
  await expect(readRecord({ part: "h6-1a" })).rejects.toThrow(message);
  await expect(readRecords()).rejects.toThrow(message);
  expect(() => readFinished({ runs: folder }, job)).toThrow(message);
  expect(() => fullRuns()).toThrow(message);
  expect(storedRecords("h6-1a", "full", folder)).toEqual([]);
  expect(recordReader("full", folder).damaged("h6-1a")).toEqual([
    { folder: "h6-1a/full-s1", message: expect.stringMatching(message) as string },
  ]);
  writeFileSync(file, good);
  expect(storedRecords("h6-1a", "full", folder)).toHaveLength(1);
  expect(recordReader("full", folder).damaged("h6-1a")).toEqual([]);
});

test("a live record that is not whole counts as none", () => {
  const live = join(folder, "live");
  expect(readLive(live)).toBeUndefined();
  mkdirSync(live);
  const { final: _, ...record } = agreeing(sampleRecord("h6-1b"));
  for (const [text, whole] of [
    [JSON.stringify({ ...record, status: "running" }), true],
    [JSON.stringify({ ...record, status: "running" }).slice(0, 400), false],
    [JSON.stringify({ ...record, testAccuracy: [7.5] }), false],
    ["null", false],
  ] as const) {
    writeFileSync(join(live, "live.json"), text);
    expect(readLive(live) !== undefined).toBe(whole);
  }
});

type Changeable = Loose<RunRecord>;
type Loose<T> = T extends object ? { -readonly [K in keyof T]: Loose<T[K]> } : T;

function cut(record: Changeable): void {
  for (const name of ["iterations", "trainLoss", "testLoss", "trainAccuracy", "testAccuracy"] as const)
    record[name].pop();
}
