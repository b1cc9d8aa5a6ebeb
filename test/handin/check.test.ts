import { appendFileSync, mkdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { parts } from "../../lib/src/parts";
import type { RunRecord } from "../../lib/src/runs/record";
import { exportNotebooks } from "../../lib/tools/export/pages";
import { formatFindings, main, rules } from "../../lib/tools/handin/check";
import { type Cell, readNotebook, setSource, sourceOf } from "../../lib/tools/notebooks/notebook";
import { noteOutputs } from "../../lib/tools/notebooks/outputs";
import {
  alsoShows,
  answer,
  append,
  base,
  Copy,
  code,
  execute,
  good,
  question,
  remove,
  removeCopies,
  retag,
  sha256,
  type Writable,
} from "../fixtures/handin/copy";
import { makeHandin, makePage, makeRecord, readRecords, writeNotebook, writeRecord } from "../fixtures/handin/handin";
import { type Spoiling, spoilings } from "../fixtures/handin/spoilings";

beforeAll(() => makeHandin(good));
afterAll(removeCopies);

const inHead = (text: string) => (html: string) => html.replace("</head>", `${text}</head>`);
const inBody = (text: string) => (html: string) => html.replace("</body>", `${text}</body>`);

const mlp = "h6-1b-mlp";
const spoiled: readonly Spoiling[] = [
  // a part, question or answer is missing
  {
    rule: "part-missing",
    what: "a part",
    spoil: ({ handin }) => rmSync(join(handin, `${mlp}.ipynb`)),
    says: /there is no h6-1b-mlp\.ipynb/,
  },
  {
    rule: "question-missing",
    what: "a question",
    spoil: (c) => c.notebook(mlp, (n) => remove(n, question(n, "H6.1 b: Adam"))),
    says: /question H6\.1 b: Adam is not there/,
  },
  {
    rule: "question-missing",
    what: "an empty question",
    spoil: (c) => c.notebook(mlp, (n) => setSource(question(n, "H6.1 b"), "## H6.1 b\n")),
    says: /question H6\.1 b is empty/,
  },
  {
    rule: "answer-missing",
    what: "an answer",
    spoil: (c) => c.notebook("h6-2-lstm", (n) => remove(n, answer(n, "H6.2 c"))),
    notebook: "h6-2-lstm",
    says: /answer H6\.2 c is not there/,
  },
  {
    rule: "answer-missing",
    what: "an answer still to be written",
    spoil: (c) => c.notebook(mlp, (n) => setSource(answer(n, "H6.1 b"), "## Answer to the question\n\nTODO ...\n")),
    says: /answer H6\.1 b is empty/,
  },
  {
    rule: "answer-missing",
    what: "the answer to a question of one's own",
    spoil: (c) =>
      c.notebook(
        "t6-1-convolution",
        (n) =>
          void n.cells.push({
            cell_type: "markdown",
            source: "What does a stride do here?",
            metadata: { deepnets: { question: "T6.1 stride" } },
          }),
      ),
    notebook: "t6-1-convolution",
    says: /answer T6\.1 stride is not there/,
  },
  // a cell's source differs from the one that was executed
  {
    rule: "source-differs",
    what: "a changed source",
    spoil: (c) => c.notebook(mlp, (n) => append(code(n, 2) as Cell, " + 1")),
    says: /changed after it ran/,
    cell: /cell \d+ of \d+ \(\[2\] const one/,
  },
  {
    rule: "source-differs",
    what: "a source with one more blank",
    spoil: (c) => c.notebook(mlp, (n) => append(code(n, 1) as Cell, " ")),
    says: /changed after it ran/,
  },
  {
    rule: "not-verifiable",
    what: "no trace of what ran",
    spoil: (c) => c.notebook(mlp, (n) => delete code(n, 2).metadata.deepnets),
    says: /not verifiable/,
    cell: /\[2\]/,
  },
  // a cell's outputs are not those that it had when it ran
  {
    rule: "outputs-differ",
    what: "cleared outputs",
    spoil: (c) => c.notebook(mlp, (n) => n.cells.forEach((cell) => void ((cell as Writable<Cell>).outputs &&= []))),
    says: /cleared after it ran: a (text|figure)/,
    cell: /\[2\] const one/,
  },
  {
    rule: "picture-missing",
    what: "a figure without its static picture",
    spoil: (c) => c.notebook(mlp, (n) => delete (code(n, 3).outputs![0]!.data as Record<string, unknown>)["image/png"]),
    says: /no static picture/,
    cell: /\[3\]/,
  },
  // a cell wrote an error or anything to stderr
  {
    rule: "error-output",
    what: "an error",
    spoil: (c) =>
      c.notebook(mlp, (n) =>
        alsoShows(code(n, 3), { output_type: "error", ename: "RangeError", evalue: "Expected 3 but found 4" }),
      ),
    says: /failed with RangeError: Expected 3 but found 4/,
    cell: /\[3\]/,
  },
  {
    rule: "stderr-output",
    what: "a warning",
    spoil: (c) =>
      c.notebook(mlp, (n) =>
        alsoShows(code(n, 1), { output_type: "stream", name: "stderr", text: "(node:1) Warning: old\n" }),
      ),
    says: /stderr: \(node:1\) Warning: old/,
    cell: /\[1\]/,
  },
  // a notebook did not run top to bottom
  {
    rule: "run-order",
    what: "a cell that did not run",
    spoil: (c) => c.notebook(mlp, (n) => void (code(n, 3).execution_count = null)),
    says: /did not run/,
    cell: /cell \d+/,
  },
  {
    rule: "run-order",
    what: "a cell that ran twice",
    spoil: (c) => c.notebook(mlp, (n) => void (code(n, 2).execution_count = 4)),
    says: /ran as number 4 where 2 was expected/,
  },
  {
    rule: "run-order",
    what: "two cells that ran in the other order",
    spoil: (c) => c.notebook(mlp, (n) => ([code(n, 1).execution_count, code(n, 2).execution_count] = [2, 1])),
    says: /ran as number 2 where 1 was expected/,
  },
  {
    rule: "run-order",
    what: "cells run by hand in two kernels",
    spoil: (c) => {
      c.notebook(mlp, (n) => [1, 2, 3].forEach((k) => delete code(n, k).metadata.deepnets));
      const notebook = readNotebook(join(c.handin, `${mlp}.ipynb`));
      for (const [kernel, count] of [
        ["1-1", 1],
        ["1-1", 2],
        ["2-2", 3],
      ] as const)
        appendFileSync(
          c.log,
          `${JSON.stringify({
            kernel,
            notebook: `notebooks/${mlp}.ipynb`,
            count,
            sha256: sha256(sourceOf(code(notebook, count) as Cell)),
            outputs: noteOutputs(code(notebook, count).outputs ?? []),
          })}\n`,
        );
    },
    says: /2 different kernels/,
  },
  // iterations, batch size or epochs are not the sheet's
  {
    rule: "iterations",
    what: "half the iterations",
    spoil: (c) => c.record("h6-1b", (r) => void (r.config.iterations = 10_000)),
    says: /20,000 but it ran with 10,000/,
  },
  {
    rule: "epochs",
    what: "fewer epochs",
    spoil: (c) =>
      c.record("h6-2", (r) => {
        r.config.epochs = 30;
        (r.final!.train as { size: number }).size = 16_000; // as many iterations
      }),
    notebook: "h6-2-lstm",
    says: /60 but it ran with 30/,
  },
  {
    rule: "batch-size",
    what: "another batch size",
    spoil: (c) => c.record("h6-1d", (r) => void (r.config.batchSize = 128)),
    notebook: "h6-1d-cnn",
    says: /100 but it ran with 128/,
  },
  {
    rule: "optimizer",
    what: "another learning rate",
    spoil: (c) => c.record("h6-1b", (r) => void (r.config.optimizer.learningRate = 0.0005)),
    says: /learningRate 0\.001.*learningRate 0\.0005/,
  },
  {
    rule: "final-numbers",
    what: "a model that did not learn",
    spoil: (c) => c.record("h6-1b", (r) => void ((r.final!.test as { accuracy: number }).accuracy = 0.1135)),
    says: /test accuracy is 11\.[34] %/,
  },
  {
    rule: "record-missing",
    what: "no record",
    spoil: (c) => {
      c.notebook("h6-1a-linear", (n) => setSource(answer(n, "H6.1 a"), "It learns something, without any number."));
      rmSync(join(c.runs, "h6-1a/full-s1/record.json"));
    },
    notebook: "h6-1a-linear",
    says: /no finished record of h6-1a/,
    also: ["answer-lacks-number", "report-differs", "tag-unknown"],
  },
  ...(
    [
      ["that was cut short", (text: string) => text.slice(0, 300), /found a file that is no JSON/],
      [
        "with another number",
        (text: string) => text.replace('"seed":1', '"seed":2'),
        /found one that was changed after/,
      ],
      ["that something was added to", (text: string) => `${text}\n`, /found no hash of itself at its end/],
    ] as const
  ).map(
    ([what, change, says]): Spoiling => ({
      rule: "record-damaged",
      also: ["answer-lacks-number", "report-differs", "tag-unknown"],
      what: `a record ${what}`,
      spoil: (c) => {
        c.notebook("h6-1a-linear", (n) => setSource(answer(n, "H6.1 a"), "It learns something, without any number."));
        const file = join(c.runs, "h6-1a/full-s1/record.json");
        writeFileSync(file, change(readFileSync(file, "utf8")));
      },
      notebook: "h6-1a-linear",
      says,
    }),
  ),
  {
    rule: "record-changed",
    what: "a record of another run",
    spoil: ({ runs }) => {
      const [record] = readRecords(runs, "h6-1c") as [RunRecord];
      writeRecord(runs, { ...record, peakMemoryMB: 501 });
    },
    notebook: "h6-1c-dropout",
    says: /record in h6-1c\/full-s1 is another/,
  },
  {
    rule: "record-changed",
    what: "a record of another seed that came since",
    spoil: ({ runs }) => writeRecord(runs, makeRecord(parts.find(({ id }) => id === "h6-1c")!, "full", 2)),
    notebook: "h6-1e-comparison",
    says: /record in h6-1c\/full-s2 came after it ran/,
  },
  {
    rule: "record-changed",
    what: "a record of another seed that is gone",
    spoil: (c) =>
      c.notebook(
        "h6-1e-comparison",
        (n) => void ((n.metadata.deepnets!.run!.records as Record<string, string>)["h6-1c/full-s2"] = "0"),
      ),
    notebook: "h6-1e-comparison",
    says: /record in h6-1c\/full-s2, which it read, is gone/,
  },
  {
    rule: "settings-mixed",
    what: "a notebook of another seed",
    spoil: (c) => c.notebook("t6-2-lstm", (n) => ((n.metadata.deepnets!.run as Writable<{ seed: number }>).seed = 2)),
    notebook: "t6-2-lstm",
    says: /seed 2, others with full and 1/,
  },
  // a tag differs from its record
  {
    rule: "tag-differs",
    what: "a number that was touched up",
    spoil: (c) => c.notebook(mlp, (n) => retag(answer(n, "H6.1 b"), "h6-1b.test", "99.9 %")),
    says: /h6-1b\.test says 99\.9 % where the record says 98\.50? %/,
    cell: /answer H6\.1 b/,
  },
  {
    rule: "tag-differs",
    what: "a mean over seeds that was touched up",
    spoil: (c) => c.notebook(mlp, (n) => retag(answer(n, "H6.1 b"), "sweep.h6-1b.test.mean", "99.9 %")),
    says: /sweep\.h6-1b\.test\.mean says/,
  },
  {
    rule: "tag-differs",
    what: "a tag outside an answer",
    spoil: (c) => c.notebook(mlp, (n) => append(n.cells[0]!, '\n<span data-record="h6-1b.test">12.0 %</span>')),
    says: /says 12\.0 %/,
  },
  {
    rule: "tag-unknown",
    what: "a tag with a key that no record has",
    spoil: (c) => c.notebook(mlp, (n) => append(answer(n, "H6.1 b"), ' <span data-record="h6-1b.tset">98.4 %</span>')),
    says: /tset/,
    cell: /answer H6\.1 b/,
  },
  {
    rule: "tag-unknown",
    what: "a tag of a part without a record",
    spoil: (c) => c.notebook(mlp, (n) => append(answer(n, "H6.1 b"), ' <span data-record="h6-9z.test">98.4 %</span>')),
    says: /h6-9z/,
  },
  {
    rule: "tag-unknown",
    what: "a tag that is not closed",
    spoil: (c) => c.notebook(mlp, (n) => append(n.cells[0]!, ' <span data-record="h6-1b.test">98.4 %')),
    says: /1 tag is not closed/,
  },
  // a bare number stands in an answer where a tag belongs
  {
    rule: "bare-number",
    what: "a percentage",
    spoil: (c) => c.notebook(mlp, (n) => append(answer(n, "H6.1 b"), " It reaches 98 %.")),
    says: /number 98 % stands/,
    cell: /answer H6\.1 b/,
  },
  {
    rule: "bare-number",
    what: "a percentage in words",
    spoil: (c) => c.notebook(mlp, (n) => append(answer(n, "H6.1 b"), " It is 2 percentage points worse.")),
    says: /2 percentage points/,
  },
  {
    rule: "bare-number",
    what: "a fraction",
    spoil: (c) => c.notebook(mlp, (n) => append(answer(n, "H6.1 b"), " It reaches **0.984**.")),
    says: /number 0\.984/,
  },
  {
    rule: "bare-number",
    what: "a count of mistakes",
    spoil: (c) => c.notebook(mlp, (n) => append(answer(n, "H6.1 b"), " It makes 157 mistakes.")),
    says: /157 mistakes/,
  },
  // an HTML file loads anything from outside
  ...[
    ["a script", inHead('<script src="https://cdn.example.org/plotly.min.js"></script>'), /cdn\.example\.org/],
    ["a script of its own folder", inHead('<script src="plotly.min.js"></script>'), /plotly\.min\.js/],
    ["a style sheet", inHead('<link rel="stylesheet" href="//fonts.example.org/a.css">'), /fonts\.example\.org/],
    ["an icon", inHead('<link rel=icon href="favicon.ico">'), /favicon/],
    ["a picture", inBody("<img alt='x' src='figure.png'>"), /figure\.png/],
    [
      "a picture in two sizes",
      inBody('<img alt="x" srcset="a.png 1x, b.png 2x" src="data:image/png;base64,AA==">'),
      /a\.png/,
    ],
    [
      "a font",
      inHead("<style>@font-face { font-family: a; src: url(https://fonts.example.org/a.woff2) }</style>"),
      /a\.woff2/,
    ],
    ["an imported style", inHead('<style>@import "https://fonts.example.org/b.css";</style>'), /b\.css/],
    ["a background in an attribute", inBody('<p style="background: url(tile.png)">x</p>'), /tile\.png/],
    ["a frame", inBody('<iframe src="https://example.org/"></iframe>'), /example\.org/],
    ["a video", inBody('<video poster="p.png"></video>'), /p\.png/],
    ["an object", inBody('<object data="o.svg"></object>'), /o\.svg/],
    ["a part of a drawing", inBody('<svg><use href="icons.svg#a"></use></svg>'), /icons\.svg/],
    ["data fetched by a script", inBody('<script>fetch("https://example.org/data.json")</script>'), /data\.json/],
    ["a module", inBody('<script type="module">import("https://example.org/m.js")</script>'), /m\.js/],
    ["a picture set by a script", inBody('<script>image.src = "https://example.org/i.png"</script>'), /i\.png/],
    ["another address for all links", inHead('<base href="https://example.org/">'), /example\.org/],
    [
      "a page that it turns into",
      inHead('<meta http-equiv="refresh" content="0; url=https://example.org/">'),
      /example\.org/,
    ],
  ].map(([what, change, says]) => ({
    rule: "html-outside",
    what: `${what}`,
    spoil: (c: Copy) => c.page(mlp, change as never),
    says: says as RegExp,
  })),
  {
    rule: "html-outside",
    what: "a script on the index page",
    spoil: (c) => c.page("index", inBody('<script src="https://cdn.example.org/a.js"></script>')),
    notebook: "index",
    says: /a\.js/,
  },
  {
    rule: "html-size",
    what: "an index page of 9 MB",
    spoil: (c) => c.page("index", inBody("x".repeat(9_000_000))),
    notebook: "index",
    says: /^index\.html has 9\.0 MB, where at most 8 MB are allowed$/,
  },
  {
    rule: "notebook-size",
    what: "a notebook of 11 MB",
    spoil: (c) => c.notebook(mlp, (n) => void Object.assign(code(n, 2).metadata, { kept: "x".repeat(11_000_000) })),
    says: /^h6-1b-mlp\.ipynb has 11\.\d MB, where at most 10 MB are allowed$/,
    cell: /^cell \d+ of \d+ \(\[2\] const one/,
  },
  {
    rule: "package-size",
    what: "a package of 26 MB",
    spoil: ({ handin }) => {
      writeFileSync(join(handin, "hand-in.zip"), "");
      truncateSync(join(handin, "hand-in.zip"), 26_000_000);
    },
    notebook: "index",
    says: /^hand-in\.zip has 26\.0 MB, where at most 25 MB are allowed$/,
    also: ["package-differs"],
  },
  {
    rule: "html-missing",
    what: "no index page",
    spoil: ({ handin }) => rmSync(join(handin, "index.html")),
    notebook: "index",
    says: /no index\.html/,
  },
  // ... shows fewer figures than the notebook holds, embeds plotly.js more than once, or exceeds 8 MB
  {
    rule: "html-figures",
    what: "a page without its figure",
    spoil: (c) => c.page(mlp, (html) => html.replace("<figure data-figure>", "<figure>")),
    says: /shows 1 of 2 figures/,
  },
  {
    rule: "html-figures",
    what: "a figure inside a comment",
    spoil: (c) => c.page(mlp, (html) => html.replace(/<figure.*figure>/, "<!-- $& -->")),
    says: /shows 1 of 2 figures/,
  },
  {
    rule: "html-live",
    what: "a page without its live networks",
    spoil: (c) => c.page("h6-1e-comparison", (html) => html.replace(/<div data-deepnets-live.*?<\/div>/, "")),
    notebook: "h6-1e-comparison",
    says: /holds 0 of 1 live outputs/,
  },
  {
    rule: "html-live",
    what: "a page whose networks have no script",
    spoil: (c) => c.page("h6-1e-comparison", (html) => html.replace(/<script data-live-script.*?<\/script>/, "")),
    notebook: "h6-1e-comparison",
    says: /script of live outputs 0 times/,
  },
  {
    rule: "html-live",
    what: "the script of live outputs on a page that has none",
    spoil: (c) => c.page(mlp, inBody("<script data-live-script>void 0;</script>")),
    says: /script of live outputs 1 times/,
  },
  {
    rule: "html-plotly",
    what: "two marked copies of plotly.js",
    spoil: (c) => c.page(mlp, inBody("<script data-plotly>var a;</script>")),
    says: /plotly\.js 2 times/,
  },
  {
    rule: "html-plotly",
    what: "a second copy that is not marked",
    spoil: (c) => c.page(mlp, inBody("<script>/**\n* plotly.js (cartesian - minified) v4.1.1\n*/</script>")),
    says: /plotly\.js 2 times/,
  },
  {
    rule: "html-size",
    what: "a page of 9 MB",
    spoil: (c) => c.page(mlp, inBody(`<p>${"x".repeat(9_000_000)}</p>`)),
    says: /^h6-1b-mlp\.html has 9\.\d MB, where at most 8 MB are allowed$/,
  },
  {
    rule: "html-size",
    what: "a page of 15 MB with live networks",
    spoil: (c) => c.page("h6-1e-comparison", inBody(`<p>${"x".repeat(15_000_000)}</p>`)),
    notebook: "h6-1e-comparison",
    says: /^h6-1e-comparison\.html has 15\.\d MB, where at most 14 MB are allowed$/,
  },
  {
    rule: "html-missing",
    what: "no page",
    spoil: ({ handin }) => rmSync(join(handin, `${mlp}.html`)),
    says: /no h6-1b-mlp\.html/,
  },
  {
    rule: "html-stale",
    what: "a page of an older notebook",
    spoil: ({ handin }) => appendFileSync(join(handin, `${mlp}.ipynb`), "\n"),
    says: /another version/,
  },
  {
    rule: "html-stale",
    what: "a page of unknown origin",
    spoil: (c) => c.page(mlp, (html) => html.replace(/<meta name="deepnets-notebook"[^>]*>/, "")),
    says: /does not say from which/,
  },
];

describe("checkFolder", () => {
  test("finds nothing in a good hand-in", async () => {
    expect(await new Copy().check()).toEqual([]);
  });

  test.each(spoiled)("$rule: $what", async ({ rule, spoil, notebook = mlp, says, cell, also = [] }) => {
    const copy = new Copy();
    spoil(copy);
    const findings = await copy.check();
    const others = new Set(findings.map((finding) => finding.rule).filter((found) => !also.includes(found)));
    expect([...others]).toEqual([rule]);
    const finding = findings.find((one) => one.notebook === notebook && one.rule === rule)!;
    expect(finding.value).toMatch(says);
    expect(finding.remedy.length).toBeGreaterThan(10);
    if (cell) expect(finding.cell).toMatch(cell);
  });

  test("has a spoiled copy for every rule", async () => {
    const shownElsewhere = ["quick-run", "html-notice", "html-leaves-out"];
    expect([...new Set([...[...spoiled, ...spoilings].map(({ rule }) => rule), ...shownElsewhere])].sort()).toEqual(
      rules.map(({ id }) => id).sort(),
    );
  });

  test("takes the launcher's log where a notebook was run by hand", async () => {
    const copy = new Copy();
    copy.notebook(mlp, (notebook) => {
      [1, 2, 3].forEach((k) => delete code(notebook, k).metadata.deepnets);
      [1, 2, 3].forEach((count) =>
        appendFileSync(
          copy.log,
          `${JSON.stringify({
            kernel: "7-7",
            notebook: `notebooks/${mlp}.ipynb`,
            count,
            sha256: sha256(sourceOf(code(notebook, count) as Cell)),
            outputs: noteOutputs(code(notebook, count).outputs ?? []),
          })}\n`,
        ),
      );
    });
    expect(await copy.check()).toEqual([]);
    copy.notebook(mlp, (notebook) => append(code(notebook, 2) as Cell, " + 1"));
    expect((await copy.check()).map(({ rule, value }) => [rule, value])).toEqual([
      ["source-differs", "its source was changed after it ran"],
    ]);
  });

  test("does not take another notebook's cells, or a torn line, for proof", async () => {
    const copy = new Copy();
    copy.notebook(mlp, (notebook) => {
      delete code(notebook, 2).metadata.deepnets;
      appendFileSync(
        copy.log,
        `${JSON.stringify({
          kernel: "7-7",
          notebook: "notebooks/h6-1a-linear.ipynb",
          count: 2,
          sha256: sha256(sourceOf(code(notebook, 2) as Cell)),
        })}\n{"kernel": "7-`,
      );
    });
    expect((await copy.check()).map(({ rule }) => rule)).toEqual(["not-verifiable"]);
  });

  test("reads a log in which other lines stand", async () => {
    const copy = new Copy();
    const lines = ["null", "5", "[]", '"text"', "{}", '{"kernel":5}', '{"kernel": "7-', "\u0000", "", "x".repeat(1e6)];
    writeFileSync(copy.log, lines.join("\n"));
    expect(await copy.check()).toEqual([]);
  });

  test("says in one sentence that its log, or the report, is a folder", async () => {
    const copy = new Copy();
    mkdirSync(copy.log);
    await expect(copy.check()).rejects.toThrow(`but something else has its name (EISDIR, ${copy.log}): rename`);
    rmSync(copy.log, { recursive: true });
    const report = join(copy.handin, "report.json");
    rmSync(report);
    mkdirSync(report);
    await expect(copy.check()).rejects.toThrow(`but something else has its name (EISDIR, ${report}): rename`);
  });

  test.each([
    '{"profile":"quick"}',
    "[]",
    "null",
    "5",
    '""',
    "",
    '{"format":1',
    '{"format":2,"profile":"full","parts":[]}',
    '{"format":1,"profile":"full","parts":{}}',
    '{"format":1,"profile":"full","parts":[null]}',
    '{"format":1,"profile":"full","parts":[{"part":5}]}',
    '{"format":1,"profile":["full"],"parts":[]}',
    "[".repeat(5000),
  ])("a report of %s is one finding", async (text) => {
    const copy = new Copy();
    writeFileSync(join(copy.handin, "report.json"), text);
    expect((await copy.check()).map(({ rule, value }) => [rule, value])).toEqual([
      ["report-missing", "report.json is no report"],
    ]);
  });

  test("accepts a cell that was changed and run again", async () => {
    const copy = new Copy();
    copy.notebook(mlp, (notebook) => execute(code(notebook, 2), "const two = 2;"));
    expect(await copy.check()).toEqual([]);
  });

  test("looks only at the parts asked for", async () => {
    const copy = new Copy();
    rmSync(join(copy.handin, `${mlp}.ipynb`));
    rmSync(join(copy.handin, `${mlp}.html`));
    expect(await copy.check({ parts: parts.filter(({ id }) => id !== "h6-1b") })).toEqual([]);
  });

  test("looks at committed notebooks without pages", async () => {
    const copy = new Copy();
    for (const { notebook } of parts) rmSync(join(copy.handin, `${notebook}.html`));
    expect(await copy.check({ html: false })).toEqual([]);
  });
});

describe("a quick hand-in", () => {
  test("is accepted by the hand-in that made it, whatever its lengths", async () => {
    expect(await new Copy("quick").check({ quick: true })).toEqual([]);
  });

  test("is refused on its own, for being quick and for nothing else", async () => {
    const findings = await new Copy("quick").check();
    expect(findings.map(({ rule }) => rule)).toEqual(parts.map(() => "quick-run"));
    expect(formatFindings(findings)).toMatch(
      /it is a quick run, not for hand-in \[quick-run\]\n {4}Run npm run handin\./,
    );
  });

  test("is still checked by the other rules", async () => {
    const copy = new Copy("quick");
    copy.notebook(mlp, (notebook) => append(answer(notebook, "H6.1 b"), " It reaches 98.4 %."));
    expect((await copy.check({ quick: true })).map(({ rule }) => rule)).toEqual(["bare-number"]);
  });

  test("says on each page that it is quick", async () => {
    const copy = new Copy("quick");
    const notebook = readNotebook(join(copy.handin, `${mlp}.ipynb`));
    writeNotebook(copy.handin, mlp, notebook, (n, hash) => makePage({ ...n, metadata: {} }, hash));
    expect((await copy.check({ quick: true })).map(({ rule }) => rule)).toEqual(["html-notice"]);
  });
});

describe("npm run check", () => {
  const run = async (...argv: string[]) => {
    const log = vi.spyOn(console, "log").mockImplementation(() => {});
    try {
      return { code: await main(argv), said: log.mock.calls.map(([line]) => line).join("\n") };
    } finally {
      log.mockRestore();
    }
  };

  test("exits with 0 on a good hand-in, with 1 on a spoiled one: notebook, cell, value, remedy", async () => {
    const copy = new Copy();
    await exportNotebooks({ from: copy.handin, to: copy.handin });
    expect(await run()).toEqual({ code: 0, said: expect.stringMatching(/\d+ rules, 0 findings/) });
    copy.notebook(mlp, (notebook) => append(code(notebook, 2) as Cell, " + 1"));
    const { code: exit, said } = await run(copy.handin);
    expect(exit).toBe(1);
    expect(said).toMatch(
      /h6-1b-mlp, cell \d+ of \d+ \(\[2\] const one = 1;\): its source was changed after it ran \[source-differs\]\n {4}Run npm run handin -- h6-1b, or undo the change\./,
    );
  });

  test("looks at the committed notebooks where there is no hand-in, and when told to", async () => {
    const copy = new Copy();
    vi.stubEnv("DEEPNETS_NOTEBOOKS", copy.handin);
    for (const { notebook } of parts) rmSync(join(copy.handin, `${notebook}.html`));
    vi.stubEnv("DEEPNETS_HANDIN", join(base, "empty"));
    expect((await run()).code).toBe(0);
    vi.stubEnv("DEEPNETS_HANDIN", good.handin);
    expect((await run("--committed")).said).toContain(copy.handin);
  });

  test("refuses a folder without notebooks in one sentence", async () => {
    await expect(main([join(base, "nothing")])).rejects.toThrow(
      /^Expected notebooks in .*nothing but found none: name a folder that holds a hand-in, or run npm run handin\.$/,
    );
  });
});
