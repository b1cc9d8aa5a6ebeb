import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { plotlyMime } from "../../lib/src/figures/figure";
import { recordText } from "../../lib/src/runs/record-file";
import { main, pair } from "../../lib/tools/export/export";
import { highlights } from "../../lib/tools/export/highlights";
import { PageContent } from "../../lib/tools/export/page-content";
import { type Exported, exportNotebooks } from "../../lib/tools/export/pages";
import { samples } from "../fixtures/figures";
import { sampleNotebook } from "../fixtures/notebook";
import { agreeing, sampleRecord } from "../fixtures/records";

const home = mkdtempSync(join(tmpdir(), "deepnets-export-"));
const [from, to, runs] = [join(home, `Übung 6's "final" (100 % $HOME)`), join(home, "out"), join(home, "runs")];
const write = (name: string, notebook: object, folder = from) =>
  writeFileSync(join(folder, `${name}.ipynb`), JSON.stringify(notebook));
let exported: readonly Exported[];
let html: string;

beforeAll(async () => {
  process.env.DEEPNETS_RUNS = runs;
  process.env.DEEPNETS_NOTEBOOKS = from;
  process.env.DEEPNETS_HANDIN = to;
  mkdirSync(from);
  for (const part of ["h6-1a", "h6-1b", "h6-2"] as const)
    for (const seed of [1, 2]) {
      mkdirSync(join(runs, part, `full-s${seed}`), { recursive: true });
      writeFileSync(join(runs, part, `full-s${seed}`, "record.json"), recordText(agreeing(sampleRecord(part, seed))));
    }
  write("h6-1a-linear", sampleNotebook([samples.curves!()]));
  write("h6-1b-mlp", sampleNotebook());
  exported = await exportNotebooks({ from, to });
  html = readFileSync(join(to, "h6-1b-mlp.html"), "utf8");
}, 60_000);
afterAll(() => rmSync(home, { recursive: true, force: true }));

describe("a page", () => {
  test("is reported with its size and figures", () => {
    expect(exported.map(({ notebook, figures, problems }) => ({ notebook, figures, problems }))).toEqual([
      { notebook: "h6-1a-linear", figures: 1, problems: expect.anything() },
      {
        notebook: "h6-1b-mlp",
        figures: Object.keys(samples).length,
        problems: [
          {
            notebook: "h6-1b-mlp",
            cell: 4,
            what: "<script> is left out, since a page only shows: show text, a table or a picture",
          },
          {
            notebook: "h6-1b-mlp",
            cell: 4,
            what: expect.stringMatching(/^a picture lies elsewhere \(https:\/\/example/),
          },
        ],
      },
    ]);
    expect(exported[1]!.bytes).toBe(Buffer.byteLength(html));
    expect(exported[1]!.bytes).toBeLessThan(4_000_000);
  });

  test("names the notebook that it was made from", () => {
    const hash = createHash("sha256")
      .update(readFileSync(join(from, "h6-1b-mlp.ipynb")))
      .digest("hex");
    expect(html).toContain(`<meta name="deepnets-notebook" content="${hash}">`);
    expect(html).toContain("<title>H6.1 b: A sample &amp; its page</title>");
  });

  test("holds plotly.js once, in the smaller build", () => expect(html.match(/<script data-plotly>/g)).toHaveLength(1));

  test("shows each figure with its data, its static picture and its words", () => {
    expect(new PageContent(html).withAttribute("data-figure")).toHaveLength(Object.keys(samples).length);
    const figure = /<figure data-figure="" id="figure-1">(.*?)<\/figure>/s.exec(html)![1]!;
    expect(figure).toContain('alt="Line chart of training and test accuracy over 20,000 iterations.');
    expect(figure).toMatch(/<img src="data:image\/png;base64,/);
    const data = JSON.parse(/<script type="application\/json">(.*)<\/script>/s.exec(figure)![1]!);
    expect(data).toEqual(JSON.parse(JSON.stringify(samples.accuracy!())));
  });

  test("typesets every formula, however it is delimited, and leaves prices alone", () => {
    const main = /<main.*<\/main>/s.exec(html)![0];
    const formulas = [...main.matchAll(/<annotation encoding="application\/x-tex">([^<]*)</g)].map((match) => match[1]);
    expect(formulas).toEqual([
      "h = Wx - \\theta",
      "a_1 &lt; b_2",
      "\\hat m_t = \\frac{m_t}{1 - \\beta_1^t}, \\qquad x &lt; y",
      "\\sum_{i=1}^n i = \\frac{n(n+1)}{2}",
      "n",
      "784 \\cdot 1500",
      "x^2",
      "e = mc^2",
    ]);
    expect(main.match(/<math[^>]*display="block"/g)).toHaveLength(2);
    expect(main).toContain("next to $5 a price");
    expect(main).not.toContain('class="tex">h');
  });

  test("loads and runs nothing that a notebook's output brings along", () => {
    expect(new PageContent(html).loads()).toEqual([]);
    expect(new PageContent(html).handlers()).toEqual([]);
    expect(html).toContain("[Picture not on this page: gone, https://example.org/x.png]");
    expect(html).toContain("&lt;/script&gt;&lt;b&gt;");
    expect(html).toContain('href="https://example.org/"'); // a link loads nothing until it is clicked
  });

  test("leads to the other pages instead of to notebooks", () => {
    expect(html).toContain('href="h6-1a-linear.html#the-end"');
    expect(html).toContain('<a href="h6-1a-linear.html" rel="prev">← Linear model</a>');
  });

  test("has a table of contents and an anchor per question and answer", () => {
    const toc = [.../<nav class="toc".*?<\/nav>/s.exec(html)![0].matchAll(/href="#([^"]*)"/g)].map(
      (match) => match[1]!,
    );
    expect(toc).toEqual(["The-question", "The-answer", "A-detail"]);
    for (const id of [...toc, "question-h6-1-b", "answer-h6-1-b"]) expect(html.split(`id="${id}"`)).toHaveLength(2);
  });

  test("folds long code and opens short code", () => {
    const open = [...html.matchAll(/<details class="code"( open="")?>/g)].map((match) => match[1] === ' open=""');
    expect(open.slice(0, 2)).toEqual([true, false]);
  });
});

test("the index links the parts with their results, and h6-2's imbalance stays no secret", async () => {
  write("h6-2-lstm", sampleNotebook([samples.bars!()]));
  await exportNotebooks({ from, to, notebooks: ["h6-2-lstm"] });
  const index = readFileSync(join(to, "index.html"), "utf8");
  expect(index).toContain('<a href="h6-1b-mlp.html">H6.1 b Multilayer perceptron</a>');
  const row = /<tr data-part="h6-1b">.*?<\/tr>/s.exec(index)![0];
  const { final } = sampleRecord("h6-1b");
  expect([...row.matchAll(/<td[^>]*>(.*?)<\/td>/g)].map((match) => match[1])).toEqual([
    "20,000",
    "5,695,510",
    "99.70 %",
    `${(final!.test.accuracy * 100).toFixed(2)} %`,
    expect.stringMatching(/^98\.\d\d ± 0\.\d\d %$/),
    "7.5",
  ]);
  expect(index).toContain("balanced accuracy on fresh series 93.40 %");
  expect(index).toContain("on all training and all test examples");
  expect(index).not.toContain("Handed in by");
});

test("the front page shows what the tagged cells say, else the first answer and figure; it loads nothing", () => {
  const markdown = (source: string, tags: string[] = []) => ({
    cell_type: "markdown",
    id: "a",
    metadata: { tags, deepnets: { answer: "H6.1 b" } },
    source,
  });
  const figure = (title: string, tags: string[] = []) => ({
    cell_type: "code",
    metadata: { tags },
    source: [],
    outputs: [
      {
        output_type: "display_data",
        data: { [plotlyMime]: { data: [], layout: { meta: { alt: title } } }, "image/png": "iVBORw0KGgo=\n" },
      },
    ],
  });
  const cells = [
    markdown(
      "## Answer\n\n**Curves.** The *MLP* reaches <span data-record='h6-1b.test'>98.31 %</span>, [as](x.ipynb) " +
        "before. More.",
    ),
    figure("One"),
  ];
  expect(highlights(cells)).toEqual({
    answer: "The MLP reaches 98.31 %, as before.",
    figure: { address: "data:image/png;base64,iVBORw0KGgo=", alt: "One" },
  });
  const tagged = [
    ...cells,
    markdown("- Dropout lowers the loss of all seeds.", ["front-page"]),
    figure("Two", ["front-page"]),
  ];
  expect(highlights(tagged)).toMatchObject({ answer: "Dropout lowers the loss of all seeds.", figure: { alt: "Two" } });
  expect(highlights([null, 3, { outputs: "x" }, { cell_type: "code", outputs: [null, { data: 1 }] }])).toEqual({});
  const index = readFileSync(join(to, "index.html"), "utf8");
  expect(new PageContent(index).loads()).toEqual([]);
  expect(index).toContain("Not in this folder: ");
});

describe("pages of another folder", () => {
  const folder = join(home, "quick");
  const notice = "quick run, not for hand-in";
  const surface = {
    data: [
      {
        type: "surface",
        z: [
          [1, 2],
          [3, 4],
        ],
      },
    ],
    layout: { meta: { alt: "A surface" }, height: 300 },
  };
  const text = (name: string) => readFileSync(join(folder, `${name}.html`), "utf8");
  let pages: readonly Exported[];

  beforeAll(async () => {
    mkdirSync(folder);
    const { cells, ...rest } = sampleNotebook([]) as { cells: object[] };
    write(
      "h6-1c-dropout",
      { ...rest, cells: [{ cell_type: "markdown", id: "a", metadata: {}, source: "$\\nosuch{1}$" }] },
      folder,
    );
    write("t6-1-convolution", sampleNotebook([samples.slider!()], { deepnets: { notice } }), folder);
    write("t6-2-lstm", sampleNotebook([surface]), folder);
    pages = await exportNotebooks({ from: folder, to: folder });
  }, 60_000);

  test("say that a run was quick, on the page and on the index", () => {
    for (const name of ["t6-1-convolution", "index"])
      expect(text(name)).toContain(`<p class="banner" role="note">${notice}</p>`);
    expect(text("t6-2-lstm")).not.toContain(notice);
  });

  test("name a formula that cannot be typeset, and show it as it is", () => {
    expect(pages[0]!.problems).toEqual([
      {
        notebook: "h6-1c-dropout",
        cell: 0,
        what: "a formula cannot be typeset, \\nosuch{1} (Unsupported function name: \\nosuch): correct it",
      },
    ]);
    expect(text("h6-1c-dropout")).toContain('<code class="tex-error">\\nosuch{1}</code>');
  });

  test("hold no plotly.js where there is no figure", () =>
    expect(text("h6-1c-dropout")).not.toContain("<script data-plotly>"));

  test("hold the full build of plotly.js where a figure needs it", () => {
    expect(pages[2]!.bytes).toBeGreaterThan(4_500_000);
    expect(pages[2]!.bytes).toBeLessThan(8_000_000);
  });
});

describe("npm run export", () => {
  const quietly = async (argv: string[]) => {
    const log = console.log;
    const lines: string[] = [];
    console.log = (line: string) => void lines.push(line);
    try {
      return { code: await main(argv), text: lines.join("\n") };
    } finally {
      console.log = log;
    }
  };
  const digest = (file: string) => createHash("sha256").update(readFileSync(file)).digest("hex");

  test("packs what it exported, with names, into the same bytes wherever and whenever", async () => {
    const argv = [
      "--zip",
      "--name",
      "Jo\u0308rg Mu\u0308ller <x>",
      "--matriculation",
      "123456",
      "--name",
      "Zoë Nuñez",
      "--matriculation",
      "654321",
    ];
    const first = await quietly(argv);
    expect(first.code).toBe(1); // the sample's cells bring a script and a picture from elsewhere
    expect(first.text).toContain("h6-1b-mlp, cell 5: <script> is left out");
    const index = readFileSync(join(to, "index.html"), "utf8");
    expect(index).toContain(
      "<li data-author>Jörg Müller &lt;x&gt; (123456)</li><li data-author>Zoë Nuñez (654321)</li>",
    );
    const once = digest(join(to, "hand-in.zip"));
    process.env.DEEPNETS_HANDIN = join(home, "elsewhere");
    await quietly(argv);
    expect(digest(join(home, "elsewhere", "hand-in.zip"))).toBe(once);
    process.env.DEEPNETS_HANDIN = to;
    expect(
      JSON.parse(readFileSync(join(to, "report.json"), "utf8")).parts.map(({ part }: { part: string }) => part),
    ).toEqual(["h6-1a", "h6-1b", "h6-2"]);
  });

  test.each([
    [["--name", "A", "--name", "B", "--matriculation", "1"], "as many --matriculation as --name but found 1 and 2"],
    [["--name", " "], "a name or number but found an empty one"],
  ])("refuses %j", async (argv, message) => expect(main(argv)).rejects.toThrow(message));

  test("refuses a folder without notebooks, and a notebook that is none", async () => {
    process.env.DEEPNETS_NOTEBOOKS = join(home, "nowhere");
    process.env.DEEPNETS_HANDIN = join(home, "nowhere too");
    await expect(main([])).rejects.toThrow("Expected notebooks in");
    Object.assign(process.env, { DEEPNETS_NOTEBOOKS: from, DEEPNETS_HANDIN: to });
    expect(await exportNotebooks({ from, to, notebooks: ["missing"] })).toMatchObject([
      { file: undefined, problems: [{ notebook: "missing", what: expect.stringContaining("found no file") }] },
    ]);
  });

  test("waits for no hand-in that runs in the same folder, and leaves its files alone", async () => {
    const { lockFolder } = await import("../../lib/tools/notebooks/folder-lock");
    const lock = await lockFolder(to);
    await expect(main([])).rejects.toThrow("Another hand-in is running here");
    lock.release();
  });

  test("never loses a full run, whatever the clocks say", async () => {
    const { fingerprint, recordsOf } = await import("../../lib/tools/notebooks/fingerprint");
    const { readNotebook } = await import("../../lib/tools/notebooks/notebook");
    const { findPart } = await import("../../lib/src/parts");
    const run = {
      source: fingerprint(readNotebook(join(from, "h6-1a-linear.ipynb"))),
      profile: "full",
      seed: 1,
      status: "finished",
      seconds: 9,
      // Those that are there: a run whose records are gone is none that could be lost.
      records: recordsOf(findPart("h6-1a")!, "full", 1),
    };
    write("h6-1a-linear", { ...readNotebook(join(from, "h6-1a-linear.ipynb")), metadata: { deepnets: { run } } }, to);
    const ran = digest(join(to, "h6-1a-linear.ipynb"));
    const future = new Date(Date.now() + 86_400_000);
    utimesSync(join(from, "h6-1a-linear.ipynb"), future, future);
    const { text } = await quietly([]);
    expect(text).toContain("h6-1a-linear: exported as npm run handin left it");
    expect(digest(join(to, "h6-1a-linear.ipynb"))).toBe(ran);
    const saved = readNotebook(join(from, "h6-1a-linear.ipynb"));
    const more = { cell_type: "markdown" as const, metadata: {}, source: "More words.", id: "more-words" };
    write("h6-1a-linear", { ...saved, cells: [...saved.cells, more] });
    expect((await quietly([])).text).toContain("the run that lay here is kept as h6-1a-linear.replaced.ipynb");
    expect(digest(join(to, "h6-1a-linear.replaced.ipynb"))).toBe(ran);
    expect(digest(join(to, "h6-1a-linear.ipynb"))).toBe(digest(join(from, "h6-1a-linear.ipynb")));

    // A second one does not take the place of the first.
    const other = readNotebook(join(to, "h6-1a-linear.replaced.ipynb"));
    write("h6-1a-linear", { ...other, cells: [...other.cells, { ...more, id: "another" }] }, to);
    const second = digest(join(to, "h6-1a-linear.ipynb"));
    expect((await quietly([])).text).toContain("the run that lay here is kept as h6-1a-linear.replaced-2.ipynb");
    expect(digest(join(to, "h6-1a-linear.replaced.ipynb"))).toBe(ran);
    expect(digest(join(to, "h6-1a-linear.replaced-2.ipynb"))).toBe(second);
  });

  test("takes half a notebook in the hand-in's folder for none", async () => {
    const file = join(to, "h6-1a-linear.ipynb");
    writeFileSync(file, readFileSync(file, "utf8").slice(0, 200));
    expect((await quietly([])).text).toContain("h6-1a-linear.html");
    expect(digest(file)).toBe(digest(join(from, "h6-1a-linear.ipynb")));
  });

  test("one notebook that is none is named, the others are exported, and the exit code is 1", async () => {
    const whole = readFileSync(join(from, "h6-2-lstm.ipynb"), "utf8");
    writeFileSync(join(from, "h6-2-lstm.ipynb"), whole.slice(0, 500));
    rmSync(join(to, "h6-1b-mlp.html"));
    const { code, text } = await quietly([]);
    expect(code).toBe(1);
    expect(text).toMatch(
      /h6-2-lstm\.html +not made\n +h6-2-lstm: Expected a notebook but found a file that is not JSON/,
    );
    expect(existsSync(join(to, "h6-1b-mlp.html"))).toBe(true);
    writeFileSync(join(from, "h6-2-lstm.ipynb"), whole);
  });
});

test("pair takes names without numbers", () => expect(pair(["A"], [])).toEqual([{ name: "A" }]));
