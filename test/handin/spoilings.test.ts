import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { main as exportMain } from "../../lib/tools/export/export";
import { renderPages } from "../../lib/tools/export/pages";
import { checkFolder, type Exporter, newExporter } from "../../lib/tools/handin/check";
import { root } from "../../lib/tools/notebooks/places";
import { base, Copy, good, removeCopies } from "../fixtures/handin/copy";
import { madeUpExporter, makeHandin } from "../fixtures/handin/handin";
import { spoilings } from "../fixtures/handin/spoilings";

beforeAll(() => makeHandin(good));
afterAll(removeCopies);

const mlp = "h6-1b-mlp";

describe("a hand-in that was spoiled", () => {
  test.each(spoilings)("$rule: $what", async ({ rule, spoil, notebook = mlp, says, cell, also = [] }) => {
    const copy = new Copy();
    spoil(copy);
    const findings = await copy.check();
    const broken = new Set(findings.map((finding) => finding.rule).filter((found) => !also.includes(found)));
    expect([...broken], JSON.stringify(findings, null, 1)).toEqual([rule]);
    const finding = findings.find((one) => one.notebook === notebook && one.rule === rule)!;
    expect(finding?.value).toMatch(says);
    if (cell) expect(finding.cell).toMatch(cell);
  });

  test("has at least forty forms", () => expect(spoilings.length).toBeGreaterThanOrEqual(40));

  test("names what a page leaves out", async () => {
    const copy = new Copy();
    const problems = [{ notebook: mlp, cell: 4, what: "a picture of another place is left out: embed it" }];
    const exporter: Exporter = {
      ...madeUpExporter,
      pages: async (folder, names) =>
        (await madeUpExporter.pages(folder, names)).map((page) =>
          page.notebook === mlp ? { ...page, problems } : page,
        ),
    };
    expect(await copy.check({ exporter })).toMatchObject([
      { rule: "html-leaves-out", notebook: mlp, value: expect.stringContaining("a picture of another place") },
    ]);
  });
});

describe("the committed notebooks, exported", () => {
  const handin = join(base, "committed");
  let pages: ReturnType<typeof renderPages> | undefined;
  // They are rendered once, as long as they stay the same.
  const exporter: Exporter = {
    ...newExporter,
    pages: (folder, notebooks) => (pages ??= renderPages({ from: folder, to: folder, notebooks })),
  };
  let copies = 0;
  const copyOf = (name: string) => {
    const folder = join(base, name);
    mkdirSync(folder);
    for (const file of readdirSync(handin)) cpSync(join(handin, file), join(folder, file));
    return folder;
  };

  beforeAll(async () => {
    vi.unstubAllEnvs();
    vi.stubEnv("DEEPNETS_HANDIN", handin);
    vi.stubEnv("DEEPNETS_RUNS", join(root, "data/runs"));
    mkdirSync(handin, { recursive: true });
    const quiet = vi.spyOn(console, "log").mockImplementation(() => {});
    expect(await exportMain(["--name", "Jörg Müller", "--matriculation", "123456"])).toBe(0);
    quiet.mockRestore();
  }, 240_000);

  test("break no rule", async () => {
    expect(await checkFolder(handin, { exporter })).toEqual([]);
  }, 120_000);

  const inFile = (name: string, change: (text: string) => string) => (folder: string) => {
    const file = join(folder, name);
    writeFileSync(file, change(readFileSync(file, "utf8")));
  };
  const accuracy = (text: string) => text.replaceAll("92.25", "99.95").replaceAll("0.9225", "0.9995");
  type Spoiled = readonly [spoil: (folder: string) => void, notebook: string, rule: string | RegExp];
  // Several at once, each in a place of its own.
  test.each<Readonly<Record<string, Spoiled>>>([
    {
      "92.25 % changed in a page": [inFile("h6-1a-linear.html", accuracy), "h6-1a-linear", "html-differs"],
      "92.25 % changed on the index page": [inFile("index.html", accuracy), "index", "html-differs"],
      "a page cut to half": [inFile("h6-1d-cnn.html", (t) => t.slice(0, t.length / 2)), "h6-1d-cnn", /^html-/],
      "a figure's data in a page": [
        inFile("h6-1b-mlp.html", (t) => t.replace(/(<script type="application\/json">.*?)0\.9/s, "$10.8")),
        mlp,
        "html-differs",
      ],
    },
    {
      "an empty index page": [inFile("index.html", () => ""), "index", "html-differs"],
      "a falsified report": [inFile("report.json", accuracy), "h6-1a-linear", "report-differs"],
    },
    {
      "an index page without a row": [
        inFile("index.html", (t) => t.replace(/<tr data-part.*<\/tr>/, "")),
        "index",
        "html-differs",
      ],
    },
  ])(
    "with several things spoiled break a rule each (%#)",
    async (spoiled) => {
      const folder = copyOf(`spoiled-${copies++}`);
      for (const [spoil] of Object.values(spoiled)) spoil(folder);
      const findings = await checkFolder(folder, { exporter });
      const wanted = Object.values(spoiled).map(([, notebook, rule]) =>
        expect.objectContaining({ notebook, rule: expect.stringMatching(rule) }),
      );
      for (const one of wanted) expect(findings).toContainEqual(one);
      for (const finding of findings) expect(wanted).toContainEqual(finding);
    },
    120_000,
  );
});
