import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parseRequest, parseSeeds, parseSettings } from "../../lib/tools/sweep/request";

const refusal = (argv: readonly string[]): string => {
  try {
    parseRequest(argv);
  } catch (error) {
    const { name, message } = error as Error;
    if (name === "UserError") return message;
    throw error;
  }
  throw new Error(`Expected a refusal of ${argv.join(" ")}`);
};

test("parts, seeds, settings and profile as on the command line", () => {
  expect(
    parseRequest([
      "h6-1b",
      "h6-1c-dropout",
      "notebooks/h6-1b-mlp.ipynb",
      "--seeds",
      "2,1-3",
      "--quick",
      "--set",
      "learningRate=0.001,0.0005",
      "--jobs",
      "2",
    ]),
  ).toEqual({
    parts: ["h6-1b", "h6-1c"],
    seeds: [1, 2, 3],
    settings: ["learningRate=0.001", "learningRate=0.0005"],
    profile: "quick",
    jobs: 2,
    measure: false,
  });
  expect(parseRequest(["h6-2"])).toEqual({
    parts: ["h6-2"],
    seeds: [1, 2, 3],
    settings: [""],
    profile: "full",
    measure: false,
  });
});

test("an unknown part is named, with the known ones", () => {
  expect(refusal(["h6-1x"])).toBe(
    "Expected a part of the sheet (h6-1a, h6-1b, h6-1c, h6-1d, h6-2) but found h6-1x: name one of these.",
  );
  expect(refusal(["h6-1e"])).toMatch(
    /^Expected parts that leave a run record .* but found h6-1e, which compares or explains: leave it out\.$/,
  );
  expect(refusal([])).toMatch(
    /^Expected the parts to sweep over .* but found none: name some, as in npm run sweep -- h6-1b/,
  );
});

test.each(["", "a", "1-", "-3", "5-1", "0", "0-2", "1,,2", "1.5", "1 2", "1e3", "1-3-5"])(
  "malformed seeds %j are refused in one sentence",
  (seeds) => {
    const range = seeds.split(",").find((part) => !/^[1-9]\d*$/.test(part));
    expect(refusal(["h6-1b", `--seeds=${seeds}`])).toBe(
      `Expected seeds such as 1-5 or 1,2,7 (whole numbers from 1 on) but found "${range}" in --seeds ${seeds}: ` +
        "correct it.",
    );
  },
);

test("seeds are sorted, each once, and not by the million", () => {
  expect(parseSeeds("7, 1-3,2")).toEqual([1, 2, 3, 7]);
  expect(refusal(["h6-1b", "--seeds", "2147483648"])).toMatch(/^Expected seeds up to 2147483647 but found 2147483648/);
  expect(refusal(["h6-1b", "--seeds", "1-1000000"])).toMatch(/^Expected at most 10000 seeds but found 1000000/);
  expect(refusal(["h6-1b", "h6-1c", "--seeds", "1-9000"])).toMatch(/^Expected at most 10000 jobs but found 18000/);
});

test("settings are all combinations, whatever the order of the options", () => {
  const both = [
    "batchSize=50,learningRate=0.001",
    "batchSize=50,learningRate=0.0005",
    "batchSize=100,learningRate=0.001",
    "batchSize=100,learningRate=0.0005",
  ];
  expect(parseSettings(["learningRate=0.001,0.0005", "batchSize=50,100"])).toEqual(both);
  expect(parseSettings(["batchSize=50,100,learningRate=0.001,0.0005"])).toEqual(both);
  expect(parseSettings([])).toEqual([""]);
});

test.each(["learningRate", "=3", "learningRate=", "learningRate=1,,2", "0.001,learningRate=2"])(
  "a malformed setting %j is refused",
  (text) => {
    expect(refusal(["h6-1b", "--set", text])).toMatch(
      /^Expected NAME=VALUE\[,VALUE\.\.\.\] but found .* in --set: write for example/,
    );
  },
);

test("an override that no part knows, or that a part cannot take, is refused before anything runs", () => {
  expect(refusal(["h6-1b", "--set", "lernrate=1"])).toMatch(
    /^Expected one of batchSize, .* but found "lernrate" in --set lernrate=1: correct the name\.$/,
  );
  expect(refusal(["h6-1b", "--set", "learningRate=-1"])).toBe(
    'Expected optimizer.learningRate to be a number above 0 but found "-1" in --set learningRate=-1: correct the ' +
      "value.",
  );
  expect(refusal(["h6-1b", "h6-2", "--set", "epochs=3"])).toBe(
    "Expected iterations but found epochs in --set epochs=3: set iterations, in which h6-1b is counted.",
  );
  expect(refusal(["h6-2", "--set", "iterations=3"])).toMatch(/set epochs, in which h6-2 is counted\.$/);
  expect(refusal(["h6-1a", "--set", "beta1=0.8"])).toMatch(
    /^Expected no beta1 but found it in --set beta1=0\.8: h6-1a uses plain gradient descent/,
  );
  expect(refusal(["h6-1b", "--set", "optimizer.name=rmsprop", "--set", "beta1=0.8"])).toMatch(
    /h6-1b uses rmsprop, which has none; leave h6-1b or beta1 out\.$/,
  );
  expect(parseRequest(["h6-1a", "--set", "optimizer.name=adam", "--set", "beta1=0.8"]).settings).toEqual([
    "beta1=0.8,optimizer.name=adam",
  ]);
  expect(refusal(["h6-1b", "--set", "learningRate=0.001,0.0010"])).toMatch(
    /^Expected different settings but found learningRate=0\.001 and learningRate=0\.0010, which are the same/,
  );
});

test("a name or a value twice is refused", () => {
  expect(refusal(["h6-1b", "--set", "batchSize=50,50"])).toMatch(/^Expected each value once but found 50 twice/);
  expect(refusal(["h6-1b", "--set", "batchSize=50", "--set", "batchSize=100"])).toMatch(
    /^Expected each name once but found batchSize twice/,
  );
});

test("a profile that does not exist, or holds none, is named", () => {
  expect(refusal(["h6-1b", "--executor-profile", "nowhere"])).toBe(
    "Expected the folder of a Snakemake profile but found nothing at nowhere: name a folder with profile.yaml, " +
      "such as lib/tools/sweep/profiles/slurm.",
  );
  const folder = mkdtempSync(join(tmpdir(), "profile-"));
  expect(refusal(["h6-1b", "--executor-profile", folder])).toMatch(
    /^Expected a Snakemake profile \(a folder with profile\.yaml\) but found none in /,
  );
  writeFileSync(join(folder, "profile.yaml"), "jobs: 1\n");
  expect(parseRequest(["h6-1b", "--executor-profile", folder]).executorProfile).toBe(folder);
  const own = join(__dirname, "../../lib/tools/sweep/profiles/slurm");
  expect(parseRequest(["h6-1b", "--executor-profile", own]).executorProfile).toBe(own);
});

test("an unknown option and a number of jobs that is none are refused", () => {
  expect(() => parseRequest(["h6-1b", "--sedes", "1"])).toThrow(/--sedes/);
  expect(refusal(["h6-1b", "--jobs", "0"])).toMatch(/^Expected a whole number from 1 on but found "0" in --jobs/);
});

test("a variant is one that the part has", () => {
  expect(parseRequest(["h6-1d", "--set", "variant=shuffled,dropout"]).settings).toEqual([
    "variant=shuffled",
    "variant=dropout",
  ]);
  expect(refusal(["h6-1d", "--set", "variant=small"])).toBe(
    "Expected one of shuffled, dropout but found small in --set variant=small: correct the name or leave h6-1d out.",
  );
  expect(refusal(["h6-2", "--set", "variant=small"])).toContain("Expected no variant but found small");
});
