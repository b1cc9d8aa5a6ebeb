import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { liveMime } from "../../lib/src/live/envelope";
import { liveOutput } from "../../lib/src/notebook/live/output";
import { represent } from "../../lib/src/notebook/represent";
import { PageContent } from "../../lib/tools/export/page-content";
import { type Exported, exportNotebooks } from "../../lib/tools/export/pages";
import { noteOutputs } from "../../lib/tools/notebooks/outputs";

const home = mkdtempSync(join(tmpdir(), "deepnets-live-"));
const made = liveOutput({
  widget: "sample",
  title: "A sample",
  start: "Start the sample",
  data: { text: "</script><b>&", numbers: [1, 2.5] },
  still: { svg: '<svg xmlns="http://www.w3.org/2000/svg" width="40" height="20"></svg>', width: 40, height: 20 },
  text: "A drawn 5: <all> say 5.",
});
let data: Readonly<Record<string, unknown>>;
let exported: readonly Exported[];
const page = (name: string) => readFileSync(join(home, `${name}.html`), "utf8");
const outputOf = (bundle: object) => ({ output_type: "display_data", data: bundle, metadata: {} });

beforeAll(async () => {
  process.env.DEEPNETS_RUNS = join(home, "runs");
  process.env.DEEPNETS_NOTEBOOKS = home;
  data = (await represent(made)).data;
  const write = (name: string, ...bundles: readonly object[]) =>
    writeFileSync(
      join(home, `${name}.ipynb`),
      JSON.stringify({
        cells: [
          { cell_type: "markdown", metadata: {}, source: "# Live" },
          ...bundles.map((bundle) => ({
            cell_type: "code",
            execution_count: 1,
            metadata: {},
            source: "show(sample);",
            outputs: [outputOf(bundle)],
          })),
        ],
        metadata: {},
        nbformat: 4,
        nbformat_minor: 5,
      }),
    );
  write("h6-1e-comparison", data, data);
  write("h6-2-lstm", { ...data, "text/html": (data["text/html"] as string).slice(0, 300) });
  write("t6-1-convolution", {
    ...data,
    "text/html": (data["text/html"] as string)
      .replace("<div", '<div onclick="alert(1)"')
      .replace("data:image", "http:"),
  });
  exported = await exportNotebooks({ from: home, to: home });
}, 60_000);
afterAll(() => rmSync(home, { recursive: true, force: true }));

describe("a live output in a notebook", () => {
  test("says what it is, in words and as a picture without a script", () => {
    expect(data["text/plain"]).toBe("A drawn 5: <all> say 5.");
    expect(data[liveMime]).toEqual({ widget: "sample" });
    const html = data["text/html"] as string;
    expect(html).toContain('alt="A drawn 5: &lt;all&gt; say 5."');
    expect(html.match(/<script\b/g)).toHaveLength(2);
    expect(noteOutputs([outputOf(data) as never]).kinds).toEqual(["live page"]);
  });

  test("holds the script that set-up compiled, once", () => {
    expect(data["text/html"]).toContain(readFileSync(join(__dirname, "../../lib/dist/live-page.js"), "utf8"));
  });
});

describe("a live output on an exported page", () => {
  test("keeps picture and data, and shares one script that the page's policy lets run", () => {
    const content = new PageContent(page("h6-1e-comparison"));
    const hosts = content.withAttribute("data-deepnets-live");
    expect(hosts.map(({ attributes }) => attributes.get("id"))).toEqual(["live-1", "live-2"]);
    for (const { text } of hosts)
      expect(JSON.parse(text)).toMatchObject({ widget: "sample", data: { text: "</script><b>&", numbers: [1, 2.5] } });
    const scripts = content.withAttribute("data-live-script");
    expect(scripts).toHaveLength(1);
    const hash = createHash("sha256").update(scripts[0]!.text).digest("base64");
    expect(content.policy).toContain(`'sha256-${hash}'`);
    expect(content.named("img")).toHaveLength(2);
    expect(content.loads()).toEqual([]);
    expect(content.handlers()).toEqual([]);
    expect(exported[0]).toMatchObject({ notebook: "h6-1e-comparison", problems: [] });
  });

  test("is its text, and said to be cut short, where it cannot be read", () => {
    for (const name of ["h6-2-lstm", "t6-1-convolution"]) {
      const content = new PageContent(page(name));
      expect(content.withAttribute("data-deepnets-live")).toHaveLength(0);
      expect(content.withAttribute("data-live-script")).toHaveLength(0);
      expect(page(name)).toContain("A drawn 5: &lt;all&gt; say 5.");
      expect(exported.find(({ notebook }) => notebook === name)!.problems).toMatchObject([
        { cell: 1, what: "a live output is cut short or not one of ours: run the cell again" },
      ]);
    }
  });
});
