import { describe, expect, test } from "vitest";
import { dataHash, mnistFiles } from "../../lib/src/data/mnist";
import { parts } from "../../lib/src/parts";
import type { RunRecord } from "../../lib/src/runs/record";
import { bareNumbers } from "../../lib/tools/handin/rules/content";
import { brokenTags, fillTags, findTags, tagText, withoutCode, withoutTagTexts } from "../../lib/tools/notebooks/tags";
import { makeRecord } from "../fixtures/handin/handin";

const mnistHash = dataHash(Object.values(mnistFiles));

const tag = (key: string, text: string) => `<span data-record="${key}">${text}</span>`;

describe("findTags", () => {
  test("finds key, text and place, in either quotes and beside other attributes", () => {
    const markdown =
      `It reaches ${tag("h6-1b.test", "98.4 %")} and <span class="n" data-record='h6-1c.test' title="c">98.3 ` +
      "%</span>.";
    expect(findTags(markdown)).toEqual([
      { key: "h6-1b.test", text: "98.4 %", at: markdown.indexOf("98.4 %") },
      { key: "h6-1c.test", text: "98.3 %", at: markdown.indexOf("98.3 %") },
    ]);
  });

  test.each([
    `\`${tag("a.b", "1")}\``,
    `\`\`${tag("a.b", "`1`")}\`\``,
    `\`\`\`html\n${tag("a.b", "1")}\n\`\`\``,
    `~~~\n${tag("a.b", "1")}\n~~~\n`,
  ])("leaves code alone: %j", (code) => {
    expect(findTags(code)).toEqual([]);
    expect(brokenTags(code)).toBe(0);
    expect(withoutCode(code)).toHaveLength(code.length);
  });

  test("finds a tag after a code block and between code spans", () => {
    expect(
      findTags(`\`\`\`\ncode\n\`\`\`\n${tag("a.b", "1")} \`x\` ${tag("a.c", "2")} \`y\``).map(({ key }) => key),
    ).toEqual(["a.b", "a.c"]);
  });

  test("does not take a lone backtick for code", () => expect(findTags(`a \` b ${tag("a.b", "1")}`)).toHaveLength(1));

  test("counts what it cannot read", () => {
    expect(brokenTags(tag("a.b", "1"))).toBe(0);
    expect(brokenTags('<span data-record="a.b">1')).toBe(1);
    expect(brokenTags('<span data-record="a.b"><b>1</b></span>')).toBe(1);
  });
});

describe("fillTags", () => {
  test("replaces the texts and nothing else", () => {
    const markdown = `${tag("a", "")} of ${tag("b", "old")}, ${tag("a", "98 %")} in \`${tag("a", "code")}\``;
    expect(fillTags(markdown, (key) => (key === "a" ? "$& 1" : undefined))).toBe(
      `${tag("a", "$& 1")} of ${tag("b", "old")}, ${tag("a", "$& 1")} in \`${tag("a", "code")}\``,
    );
  });

  test("gives the same text whatever stood in the tags", () => {
    expect(withoutTagTexts(`x ${tag("a", "1")} y`)).toBe(withoutTagTexts(`x ${tag("a", "another")} y`));
  });
});

describe("tagText", () => {
  const b = parts.find(({ id }) => id === "h6-1b")!;
  const seeds = [0.98, 0.982, 0.987].map((accuracy, i): RunRecord => {
    const record = makeRecord(b, "full", i + 1);
    return { ...record, final: { ...record.final!, test: { ...record.final!.test, accuracy } } };
  });
  const records = (part: string) => (part === "h6-1b" ? seeds : []);

  test("takes the record with the hand-in's seed", () => {
    expect(parseFloat(tagText("h6-1b.test", records, 1))).toBeCloseTo(98.0, 10);
    expect(parseFloat(tagText("h6-1b.test", records, 3))).toBeCloseTo(98.7, 10);
    expect(tagText("h6-1b.test", records, 1)).toMatch(/^98\.00? %$/);
  });

  // Mean and sample standard deviation of 98.0, 98.2 and 98.7, by hand: 98.3 and sqrt((0.09 + 0.01 + 0.16) / 2) =
  // 0.3606.
  test.each([
    ["mean", 98.3],
    ["min", 98.0],
    ["max", 98.7],
    ["n", 3],
  ])("has the %s over all seeds", (name, value) =>
    expect(parseFloat(tagText(`sweep.h6-1b.test.${name}`, records, 1))).toBeCloseTo(value, 10),
  );

  test("writes a spread of per cents in points, another with one decimal more", () => {
    expect(tagText("sweep.h6-1b.test.sd", records, 1)).toBe("0.36 points");
    const [, decimals] = tagText("sweep.h6-1b.testLoss.mean", records, 1).split(".");
    expect(tagText("sweep.h6-1b.testLoss.sd", records, 1)).toMatch(new RegExp(`^\\d\\.\\d{${decimals!.length + 1}}$`));
  });

  test("writes the lowest and the highest as their runs do, a whole ratio with its decimals", () => {
    const seed = (accuracy: number, one: RunRecord): RunRecord => {
      const final = { ...one.final!, train: { ...one.final!.train, accuracy } };
      return { ...one, final };
    };
    // Test errors of 2.0, 1.8 and 1.3 %, training errors of 0.5, 0.3 and 0.2 %.
    const runs = records("h6-1b").map((one, i) => seed([0.995, 0.997, 0.998][i]!, one));
    expect(tagText("sweep.h6-1b.errorRatio.min", () => runs, 1)).toBe("4.00");
    expect(tagText("sweep.h6-1b.errorRatio.max", () => runs, 1)).toBe("6.50");
  });

  test.each([
    ["h6-1b.test", 9, /^Expected a finished record of h6-1b with seed 9 for the tag h6-1b\.test but found none$/],
    ["h6-1c.test", 1, /^Expected a finished record of h6-1c/],
    ["sweep.h6-1c.test.mean", 1, /^Expected finished records for the tag sweep\.h6-1c\.test\.mean but found none$/],
    ["h6-1b", 1, /^Expected a tag such as h6-1b\.test but found h6-1b$/],
    ["h6-1b.nothing", 1, /nothing/],
  ])("says what is missing for %s", (key, seed, message) => expect(() => tagText(key, records, seed)).toThrow(message));
});

describe("tags of tests between models", () => {
  const runs = (id: string, tests: readonly number[]) =>
    tests.map((accuracy, i): RunRecord => {
      const [part, variant] = id.split(":");
      const record = makeRecord(parts.find((one) => one.id === part)!, "full", i + 1);
      const final = { ...record.final!, test: { ...record.final!.test, accuracy } };
      return { ...record, data: mnistHash, overrides: variant ? { variant } : {}, final };
    });
  const all: Record<string, readonly RunRecord[]> = {
    "h6-1b": runs("h6-1b", [0.9836, 0.982, 0.9838]),
    "h6-1c": runs("h6-1c", [0.9844, 0.9846, 0.9851]),
    "h6-1d": runs("h6-1d", [0.989, 0.9881, 0.9911]),
    "h6-1b:small": runs("h6-1b:small", [0.98, 0.979, 0.981]),
  };
  const text = (key: string) => tagText(key, (id) => all[id] ?? [], 1);

  // SciPy: stats.ttest_ind of the two lists, equal_var=False; Holm over three pairs, since the linear model has no run.
  // The samples all give the same answers, so McNemar has nothing to count.
  test.each([
    ["compare.h6-1c.h6-1b.test.difference", "+0.16 points"],
    ["compare.h6-1c.h6-1b.test.interval", "−0.06 to +0.37 points"],
    ["compare.h6-1c.h6-1b.test.df", "2.5"],
    ["compare.h6-1c.h6-1b.test.p", "0.097"],
    ["compare.h6-1c.h6-1b.test.holm", "0.097"],
    ["compare.h6-1c.h6-1b.test.verdict", "not shown"],
    ["compare.h6-1d.h6-1b.test.verdict", "shown"],
    ["compare.h6-1d.h6-1b.testLoss.difference", "+0.000"],
    ["compare.h6-1c.h6-1b.test.mcnemar", "0 of 3"],
    ["compare.h6-1c.h6-1b.test.mcnemarRange", "1.00"],
    ["compare.h6-1d.h6-1b:small.test.difference", "+0.94 points"],
    ["sweep.h6-1b:small.test.mean", "98.00 %"],
    ["sweep.h6-1b:small.gapPoints.mean", "1.50 points"],
    ["compare.h6-1d:dropout.h6-1d.test.verdict", "not measured"],
    ["sweep.h6-1d:dropout.test.mean", "not measured"],
    ["sweep.h6-1d:dropout.test.n", "0"],
  ])("%s is %s", (key, expected) => expect(text(key)).toBe(expected));

  test.each([
    ["compare.h6-1b.h6-1a.test.p", "Expected finished records of h6-1b and h6-1a for the tag"],
    ["compare.h6-1a.h6-1d.test.p", "Expected a pair of models that the table of parts compares but found"],
    ["compare.h6-1c.h6-1b.test.luck", "Expected one of difference, amount, interval,"],
  ])("%s says what is wrong", (key, message) => expect(() => text(key)).toThrow(message));
});

describe("bareNumbers", () => {
  test.each([
    ["It reaches 98.4 %.", ["98.4 %"]],
    ["It reaches 98 per cent, 3 percent more", ["98 per cent", "3 percent"]],
    ["It gains +0.3 percentage points and -2 percentage points", ["+0.3 percentage points", "-2 percentage points"]],
    ["about 0.984 and .5 and 1,234.5", ["0.984", "1,234.5"]],
    [
      "157 mistakes, 12 errors, 34 misclassified and 5 minutes",
      ["157 mistakes", "12 errors", "34 misclassified", "5 minutes"],
    ],
    ["**98.4**% and (98.4)", ["98.4%", "98.4"]],
  ])("finds %j", (text, numbers) => expect(bareNumbers(text)).toEqual(numbers));

  test.each([
    tag("h6-1b.test", "98.4 %"),
    "<span data-fixed>0.5</span> and <span data-fixed='the sheet'>98 %</span>",
    "`0.001`, ``98.4 %`` and\n```\n0.5\n```\n",
    "$\\eta = 0.5$, $$\\beta_1 = 0.9$$, \\(0.1\\) and \\[0.2\\]",
    "H6.1 b, T6.2, section6.1 and v1.2.3",
    "3 hidden layers of 1500 units, 20,000 iterations, 5 x 5 pixels, digit 4, 60,000 images, the years 2014 to 2016",
    "[a text](https://example.org/98.4%) and https://example.org/0.5 and <!-- 98.4 % -->",
    '<img alt="x" width="99.5%">',
  ])("does not take these for results: %j", (text) => expect(bareNumbers(text)).toEqual([]));
});
