// Notebooks as other people write them: each line of what failed once, and more inputs of its kind. All are rendered in
// one go; each test looks at its own page.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseFragment, serialize } from "parse5";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { PageContent } from "../../lib/tools/export/page-content";
import { type RenderedPage, renderPages } from "../../lib/tools/export/pages";
import { hostile } from "../fixtures/hostile";
import { picture } from "../fixtures/notebook";

const folder = mkdtempSync(join(tmpdir(), "deepnets-pages-"));
const png = Buffer.from(picture(), "base64");
const svg = `<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" width="3" height="3"><rect width="3"/></svg>`;
const files: Readonly<Record<string, Buffer | string>> = {
  "images/größe.png": png,
  "images/with blank.png": png,
  "images/o'clock.png": png,
  "images/100%.png": png,
  "images/a#b.png": png,
  "images/decomposed-u\u0308.png": png,
  "images/drawing.svg": svg,
  "images/lies.png": "this is text",
  "images/日本.png": png,
};

type Cell = Record<string, unknown>;
const notebooks = new Map<string, unknown>();
/** Notes a notebook for the common rendering; returns its name. */
function given(cells: readonly unknown[], more: object = {}): string {
  const name = `case-${notebooks.size}`;
  notebooks.set(name, { nbformat: 4, nbformat_minor: 5, metadata: {}, cells, ...more });
  return name;
}
const markdown = (source: string, rest: Cell = {}): Cell => ({ cell_type: "markdown", metadata: {}, source, ...rest });
const code = (outputs: unknown, rest: Cell = {}): Cell => ({
  cell_type: "code",
  execution_count: 1,
  metadata: {},
  source: "show();",
  outputs,
  ...rest,
});
const display = (data: Cell, metadata: Cell = {}) => ({ output_type: "display_data", data, metadata });
const html = (text: string) => code([display({ "text/html": text, "text/plain": "text" })]);
const plotly = (spec: unknown, rest: Cell = {}) =>
  code([display({ "application/vnd.plotly.v1+json": spec, "text/plain": "figure", ...rest })]);

let pages: ReadonlyMap<string, RenderedPage>;
beforeAll(async () => {
  mkdirSync(join(folder, "images"));
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
  for (const [name, notebook] of notebooks)
    writeFileSync(
      join(folder, `${name}.ipynb`),
      typeof notebook === "string" ? notebook : JSON.stringify(notebook, null, 1),
    );
  const rendered = await renderPages({ from: folder, to: folder, notebooks: [...notebooks.keys()] });
  pages = new Map(rendered.map((page) => [page.notebook, page]));
}, 240_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const pageOf = (name: string) => {
  const { html: text, problems } = pages.get(name)!;
  const main = /<main id="content">([\s\S]*)<\/main>/.exec(text ?? "")?.[1] ?? "";
  return { text: text ?? "", main, content: new PageContent(text ?? ""), problems: problems.map(({ what }) => what) };
};
/** What a reader sees of a page's cells. */
const words = (name: string) => {
  const strip = (node: any): string => node.value ?? (node.childNodes ?? []).map(strip).join("");
  return strip(parseFragment(pageOf(name).main));
};

describe("pictures", () => {
  const found: readonly string[] = [
    "![ü](images/größe.png)",
    "![ü](images/gr%C3%B6%C3%9Fe.png)",
    "![b](<images/with blank.png>)",
    "![b](images/with blank.png)",
    "![b](images/with%20blank.png)",
    "![q](images/o'clock.png)",
    "![r](images/größe.png?raw=true)",
    "![p](images/100%25.png)",
    "![h](images/a%23b.png)",
    "![n](images/decomposed-\u00fc.png)",
    "![s](images/drawing.svg)",
    "![j](images/日本.png)",
    "![w](images\\\\größe.png)",
    "![t](./images/größe.png 'a title')",
    "<img src='images/größe.png'>",
    "<img src=images/größe.png alt=ü>",
    "<img alt='a > b' src = 'images/with blank.png' width=30>",
    "<IMG SRC=images/with%20blank.png?raw=true>",
    "text <img src=images/o'clock.png> text",
    "| a |\n|---|\n| ![ü](images/größe.png) |",
    "<svg><image href=images/größe.png width=3 height=3></image></svg>",
  ];
  const names = new Map(found.map((source) => [source, given([markdown(source)])]));
  test.each(found)("%s is shown", (source) => {
    const { content, problems, main } = pageOf(names.get(source)!);
    expect(problems).toEqual([]);
    const shown = [...content.named("img"), ...content.named("image")].filter(({ path }) => path.includes("main"));
    expect(shown).toHaveLength(1);
    const { attributes } = shown[0]!;
    expect(attributes.get("src") ?? attributes.get("href")).toMatch(/^data:image\/(png|svg\+xml);base64,[A-Za-z0-9+/]/);
    if (shown[0]!.name === "img") expect(attributes.get("alt")).toBeTruthy();
    expect(main).not.toContain("no-picture");
  });

  const attachments = { "my picture.png": { "image/png": picture() }, "größe.png": { "image/png": [picture()] } };
  const attached: readonly string[] = [
    "![a](attachment:my%20picture.png)",
    "![a](<attachment:my picture.png>)",
    "![a](attachment:gr%C3%B6%C3%9Fe.png)",
    "<img src='attachment:my%20picture.png'>",
    "<img src=attachment:größe.png>",
  ];
  const attachedNames = new Map(attached.map((source) => [source, given([markdown(source, { attachments })])]));
  test.each(attached)("the attachment of %s is shown", (source) => {
    const { content, problems } = pageOf(attachedNames.get(source)!);
    expect(problems).toEqual([]);
    expect(content.named("img").map(({ attributes }) => attributes.get("src"))).toEqual([
      `data:image/png;base64,${picture()}`,
    ]);
  });

  const missing: readonly (readonly [string, string])[] = [
    ["![what it shows](images/none.png)", "the picture images/none.png is missing"],
    ["![x](https://example.org/a.png)", "a picture lies elsewhere (https://example.org/a.png)"],
    ["<img src=//example.org/a.png>", "a picture lies elsewhere (//example.org/a.png)"],
    ["![x](attachment:none.png)", "the attachment none.png is missing from the cell"],
    ["![x](images/lies.png)", "lies.png holds no picture"],
    ["![x](images)", "the picture images is missing"],
    ["<img alt=x>", "a picture has no address"],
    ["![x](data:text/html,<b>)", "a picture's data address holds no picture"],
    ["![x](data:image/png,hello)", "a picture's data address holds no picture"],
    ["![x](data:image/png;base64,)", "a picture's data address holds no picture"],
    ["![x](data:image/png;base64,!!!!)", "a picture's data address holds no picture"],
    [`![x](data:image/svg+xml,${encodeURIComponent("<!---->".repeat(500))})`, "data address holds no picture"],
    ["![x](file:///etc/hostname)", "the picture file:///etc/hostname is missing"],
    [`![x](${"a".repeat(5000)}.png)`, "the picture aaa"],
  ];
  const missingNames = new Map(missing.map(([source]) => [source, given([markdown("# One"), markdown(source)])]));
  test.each(missing)("%s is named, and its words stay", (source, message) => {
    const name = missingNames.get(source)!;
    const { problems, content } = pageOf(name);
    expect(pages.get(name)!.problems[0]).toMatchObject({ notebook: name, cell: 1 });
    expect(problems).toEqual([expect.stringContaining(message)]);
    expect(words(name)).toContain("[Picture not on this page");
    if (source.startsWith("![what")) expect(words(name)).toContain("what it shows");
    expect(content.loads()).toEqual([]);
  });
});

const listed = given([
  markdown("- [x] done\n- [ ] to do"),
  code([display({ "text/html": `${"<div>".repeat(3000)}deep words` })]),
  code([display({ "text/html": `${"<div>".repeat(300)}<b>fine</b>` })]),
]);

describe("pictures whose type is wrong", () => {
  const svg =
    "<?xml version='1.0'?><!-- a --><!DOCTYPE svg [<!ENTITY a 'b>'>]>\n<svg xmlns='http://www.w3.org/2000/svg'/>";
  const base64 = (text: string) => Buffer.from(text).toString("base64");
  const renamed = given([
    markdown(`![a](data:image/jpeg;base64,${picture()})`),
    markdown(`![b](data:image/png;base64,${base64(svg)})`),
    markdown(
      `<img alt=c src="data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg'><text>two words</text></svg>">`,
    ),
    markdown("![d](attachment:d.jpg)", { attachments: { "d.jpg": { "image/jpeg": picture() } } }),
    code([display({ "image/jpeg": picture(), "text/plain": "e" })]),
  ]);
  test("are shown as what they are", () => {
    const { content, problems } = pageOf(renamed);
    expect(problems).toEqual([]);
    const shown = content.named("img").map(({ attributes }) => attributes.get("src") ?? "");
    expect(shown.map((address) => address.slice(5, address.indexOf(";")))).toEqual([
      "image/png",
      "image/svg+xml",
      "image/svg+xml",
      "image/png",
      "image/png",
    ]);
    expect(Buffer.from(shown[2]!.replace(/^.*,/, ""), "base64").toString()).toContain("two words");
  });

  const none = { "image/png": base64("<html>"), "text/plain": "words instead" };
  const damaged = given([
    code([display(none)]),
    code([display({ "image/png": "ÜÜ", "image/jpeg": "" })]),
    code([display({ "image/svg+xml": "no drawing", "text/plain": "more words" })]),
    plotly({ data: [{ y: [1] }], layout: {} }, { "image/png": "AAAA" }),
    markdown("![d](attachment:d.png)", { attachments: { "d.png": { "image/png": "AAAA" } } }),
  ]);
  test("are named by cell where they are none, and their words are shown", () => {
    expect(pages.get(damaged)!.problems.map(({ cell, what }) => [cell, what])).toEqual([
      [0, "a stored picture (image/png) is damaged: run the cell again"],
      [1, "a stored picture (image/png) is damaged: run the cell again"],
      [1, "a stored picture (image/jpeg) is damaged: run the cell again"],
      [2, "a stored picture (image/svg+xml) is damaged: run the cell again"],
      [3, "the static picture of figure 1 is damaged: run the cell again"],
      [4, "the attachment d.png holds no picture: drag the picture into the cell again"],
    ]);
    for (const text of ["words instead", "more words"]) expect(words(damaged)).toContain(text);
    expect(
      pageOf(damaged)
        .content.named("img")
        .filter(({ path }) => path.includes("main")),
    ).toEqual([]);
  });
});

test("a task list shows its boxes, and more elements than a browser reads show their words", () => {
  const { problems, main } = pageOf(listed);
  expect(main).toContain("<li>☑ done");
  expect(main).toContain("<li>☐ to do");
  expect(main).toContain("deep words");
  expect(main).toContain("<b>fine</b>");
  expect(problems).toEqual([expect.stringContaining("it nests hundreds of elements within each other")]);
  expect(pages.get(listed)!.problems[0]!.cell).toBe(1);
});

describe("tables as people write them", () => {
  const cells = (name: string) => {
    const rows = pageOf(name).main.match(/<tr>[\s\S]*?<\/tr>/g) ?? [];
    return rows.map((row) => [...row.matchAll(/<t[hd][^>]*>([\s\S]*?)<\/t[hd]>/g)].map(([, cell]) => cell));
  };
  const head = "| a | b |\n|---|---|\n";
  const tables: readonly (readonly [string, string, readonly string[]])[] = [
    ["a row with more cells", `${head}| 1 | 2 | 3 |`, ["1", "2|3"]],
    ["a row with fewer cells", `${head}| 1 |`, ["1", ""]],
    ["a row without its last bar", `${head}| 1 | 2`, ["1", "2"]],
    ["a bar in code", `${head}| \`x\` | c \\| d |`, ["<code>x</code>", "c | d"]],
    ["no bars around it", "a | b\n---|---\n1 | 2 | 3", ["1", "2|3"]],
    ["prices", `${head}| $5 | $6 |`, ["$5", "$6"]],
    ["a place in a list", `- x\n\n  ${head.replaceAll("\n", "\n  ")}| 1 | 2 |`, ["1", "2"]],
    ["a place in a quotation", `> ${head.replaceAll("\n", "\n> ")}| 1 | 2 |`, ["1", "2"]],
  ];
  const names = new Map(tables.map(([what, source]) => [what, given([markdown(source)])]));
  test.each(tables)("with %s are tables, and lose nothing", (what, _, row) => {
    expect(pageOf(names.get(what)!).problems).toEqual([]);
    expect(cells(names.get(what)!)).toEqual([["a", "b"], row]);
  });

  const norm = given([markdown(`${head}| $|x|$ | norm |`)]);
  test("with a bar in a formula hold the formula", () => {
    expect(cells(norm)[1]).toEqual([expect.stringMatching(/<math[\s\S]*\|x\|<\/annotation>/), "norm"]);
  });
});

describe("printed text", () => {
  const printed = given(
    [
      "10 %\r50 %\r100 %\n",
      "ab\bc\n",
      "\u001b]0;a title\u0007done \u001b]8;;http://a.example\u0007link\u001b]8;;\u0007\n",
    ].map((text) => code([{ output_type: "stream", name: "stdout", text }])),
  );
  test("is what a terminal would show: the end of a line that was written anew, no titles", () => {
    const lines = [...pageOf(printed).main.matchAll(/<pre class="stream[^>]*>([\s\S]*?)<\/pre>/g)].map(
      ([, text]) => text,
    );
    expect(lines).toEqual(["100 %\n", "ac\n", "done link\n"]);
  });
});

describe("drawings", () => {
  const drawing = (inside: string) => `<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9">${inside}</svg>`;
  const load = /^a drawing loads (\S+), which a page may not: embed it in the drawing, or save the drawing as PNG$/;
  const drawings: readonly (readonly [string, readonly RegExp[]])[] = [
    ['<image href="http://a.example/x.png"/>', [load]],
    ["<image xlink:href='images/größe.png'/>", [load]],
    ["<style>@import 'http://a.example/x.css';</style>", [load]],
    ['<rect fill="url(http://a.example/x.svg#g)"/>', [load]],
    ["<script>alert(1)</script><rect/>", [/^a drawing holds a script, which no page runs: save it without$/]],
    [`<image href="data:image/png;base64,${picture()}"/><use href="#a"/><rect fill="url(#g)"/>`, []],
    ['<a href="http://a.example/"><text>x</text></a>', []],
  ];
  const outputs = drawings.map(([inside]) => given([code([display({ "image/svg+xml": drawing(inside) })])]));
  const inProse = given([markdown(`![d](data:image/svg+xml,${encodeURIComponent(drawing(drawings[0]![0]))})`)]);
  test.each(drawings.map(([inside, problems], i) => [inside, problems, i] as const))(
    "with %s are shown, and what they would load or run is named",
    (_, problems, i) => {
      const page = pageOf(outputs[i]!);
      expect(page.problems).toEqual(problems.map((one) => expect.stringMatching(one)));
      expect(page.content.named("img")).toHaveLength(1);
    },
  );
  test("in prose are looked at as well", () => expect(pageOf(inProse).problems).toEqual([expect.stringMatching(load)]));
});

describe("text stays text", () => {
  const texts = [
    "Call new URL(path, base) or curl(http://a), then @import x; and url(a.png).",
    "onclick=1 and src=http://a are words; so is javascript:alert(1).",
    "1 < 2 and <tag> \u0041 and 5 &lt; 6",
  ];
  const name = given([
    ...texts.slice(0, 2).map((text) => markdown(text)),
    markdown(
      "In code: `new URL(path, base)`, `@import x;`, `<script>alert(1)</script>` and\n\n```\nurl(http://a) " +
        "<iframe>\n```",
    ),
    code([{ output_type: "stream", name: "stdout", text: `${texts.join("\n")}\n<script>alert(1)</script>` }], {
      source: 'const u = new URL(path, base); // url(http://a) <script src="x"></script> @import "x";',
    }),
    html(`<p>${texts[0]}</p>`),
    code([display({ "text/plain": "url(http://x) <img src=http://a>" })]),
    code([{ output_type: "error", ename: "E", evalue: "url(http://y)", traceback: ["E: url(http://y) <img src=b>"] }]),
  ]);
  test("in prose, code, outputs and errors", () => {
    const said = words(name);
    for (const text of [...texts, "<script>alert(1)</script>", "url(http://a) <iframe>", "new URL(path, base);"])
      expect(said).toContain(text.replaceAll("&lt;", said.includes("5 &lt; 6") ? "&lt;" : "<"));
    for (const text of ['<script src="x"></script> @import "x";', "url(http://x) <img src=http://a>", "<img src=b>"])
      expect(said).toContain(text);
    expect(pageOf(name).problems).toEqual([]);
    expect(pageOf(name).content.loads()).toEqual([]);
  });
});

describe("an output cannot reach beyond itself", () => {
  const places: Readonly<Record<string, (text: string) => Cell>> = {
    output: html,
    "Markdown output": (text) => code([display({ "text/markdown": text })]),
    prose: (text) => markdown(text),
    "raw cell": (text) => ({ cell_type: "raw", metadata: {}, source: text }),
    "raw HTML cell": (text) => ({ cell_type: "raw", metadata: { format: "text/html" }, source: text }),
  };
  const all = Object.entries(places).flatMap(([place, make]) =>
    hostile.map((text) => ({ place, text, name: given([make(text), markdown("## After it\n\nstill here")]) })),
  );
  test.each(all)("$place: $text", ({ name }) => {
    const { content, main, text } = pageOf(name);
    // What runs or loads is gone.
    expect(content.loads()).toEqual([]);
    expect(content.handlers()).toEqual([]);
    const inMain = content.elements.filter(({ path }) => path.includes("main"));
    const forbidden = "script style iframe frame object embed base link meta form input textarea title".split(" ");
    expect(inMain.map((element) => element.name).filter((one) => forbidden.includes(one))).toEqual([]);
    // What comes after it is there, in its own place, and read as a heading and a paragraph.
    const headings = content.elements.filter((element) => element.name === "h2");
    expect(headings.map((heading) => [heading.text, heading.path])).toEqual([
      ["After it #", ["html", "body", "div", "main", "section", "div"]],
    ]);
    expect(content.elements.filter((element) => element.text === "still here").at(-1)!.name).toBe("p");
    // The page's own parts are there once.
    for (const id of ["content", "fold", "dark-colors"])
      expect(content.elements.filter(({ attributes }) => attributes.get("id") === id)).toHaveLength(1);
    expect(content.named("main")).toHaveLength(1);
    expect(content.named("footer").length + content.named("header").length).toBe(1);
    // A browser that reads it again sees the same.
    expect(serialize(parseFragment(main))).toBe(main);
    expect(text).toContain("Content-Security-Policy");
  });

  test("the elements that are left out are named with their cell", () => {
    const { name } = all.find(({ place, text }) => place === "output" && text.startsWith("<iframe"))!;
    expect(pages.get(name)!.problems).toEqual([
      { notebook: name, cell: 0, what: expect.stringContaining("<iframe> is left out") },
    ]);
  });

  const good = given([
    html(
      '<table><caption>c</caption><tr><td style="text-align: right; color: red" ' +
        'colspan=2>1</td></tr></table><div style="max-width:100%;height:auto"><b title="t">x</b></div><svg ' +
        'viewBox="0 0 9 9"><defs><linearGradient id="g"><stop offset="0" ' +
        'stop-color="red"/></linearGradient></defs><rect width="9" height="9" fill="url(#g)"/><text x="1" ' +
        'y="2">hi</text></svg><math><mfrac><mi>a</mi><mi>b</mi></mfrac></math><details ' +
        "open><summary>s</summary>d</details><progress value=1 max=2></progress><p>5 &lt; 6 &amp; 7</p>",
    ),
  ]);
  test("what only shows something stays as it is", () => {
    const { main, problems } = pageOf(good);
    for (const piece of [
      '<td style="text-align:right;color:red" colspan="2">1</td>',
      '<div style="max-width:100%;height:auto"><b title="t">x</b></div>',
      '<linearGradient id="g">',
      '<rect width="9" height="9" fill="url(#g)">',
      "<mfrac><mi>a</mi><mi>b</mi></mfrac>",
      '<details open=""><summary>s</summary>d</details>',
      '<progress value="1" max="2">',
      "5 &lt; 6 &amp; 7",
    ])
      expect(main).toContain(piece);
    expect(problems).toEqual([]);
  });

  const styled = given([
    html(
      '<p style="position:fixed;top:0;left:0;z-index:9;color:red">a</p><p ' +
        'style="background:url(http://a/b);margin-top:-99px">b</p><p style="background:u\\72l(http://a)">c</p><p ' +
        'style="width:expression(alert(1));transform:translate(-9px);padding:1px">d</p>',
    ),
  ]);
  test("a style attribute neither loads, nor moves, nor covers", () => {
    const { content } = pageOf(styled);
    const styles = content.elements.filter(({ text, name }) => name === "p" && /^[abcd]$/.test(text));
    expect(styles.map(({ attributes }) => attributes.get("style"))).toEqual([
      "color:red",
      undefined,
      undefined,
      "padding:1px",
    ]);
  });
});

describe("figures", () => {
  const bars = [{ type: "bar", y: [1, 2] }];
  const mended: readonly (readonly [string, unknown, object])[] = [
    ["a height that is null", { data: bars, layout: { height: null, title: null } }, { data: bars, layout: {} }],
    ["a height that is text", { data: bars, layout: { height: "300" } }, { data: bars, layout: { height: 300 } }],
    ["a layout that is null", { data: bars, layout: null }, { data: bars, layout: {} }],
    ["no layout", { data: bars }, { data: bars, layout: {} }],
    ["JSON text", JSON.stringify({ data: bars, layout: { height: 300 } }), { data: bars, layout: { height: 300 } }],
    ["lines of JSON text", ['{"data": [],\n', '"layout": {}}'], { data: [], layout: {} }],
    [
      "a typed array as JSON has it",
      { data: [{ type: "bar", y: { 0: 1, 1: 5, 2: 2 } }], layout: {} },
      { data: [{ type: "bar", y: [1, 5, 2] }], layout: {} },
    ],
    ["a type that is null", { data: [{ type: null, y: [1] }], layout: {} }, { data: [{ y: [1] }], layout: {} }],
    ["meta that is text", { data: bars, layout: { meta: "m" } }, { data: bars, layout: { meta: "m" } }],
  ];
  const mendedNames = new Map(mended.map(([what, spec]) => [what, given([plotly(spec)])]));
  test.each(mended)("with %s are drawn", (what, _, wanted) => {
    const { content, problems } = pageOf(mendedNames.get(what)!);
    expect(problems).toEqual([]);
    const [figure] = content.withAttribute("data-figure");
    const data = content.named("script").find(({ path }) => path.includes("figure"))!;
    expect(JSON.parse(data.text)).toEqual(wanted);
    expect(figure).toBeDefined();
  });

  const texts: readonly (readonly [string, unknown])[] = [
    ["numbers for data", { data: [1, 2, 3], layout: { a: 1 } }],
    ["a layout that is a list", { data: [], layout: [] }],
    ["text that is no JSON", "{ data: [ }"],
    ["null", null],
    ["a number", 5],
    ["data that is an object", { data: { y: [1] }, layout: {} }],
  ];
  const textNames = new Map(texts.map(([what, spec]) => [what, given([plotly(spec), markdown("still here")])]));
  test.each(texts)("that are none (%s) are shown as text", (what, spec) => {
    const name = textNames.get(what)!;
    expect(pageOf(name).content.withAttribute("data-figure")).toEqual([]);
    expect(words(name)).toContain(JSON.stringify(spec, null, 2));
    expect(words(name)).toContain("still here");
  });

  const outside = given([
    plotly({
      data: bars,
      layout: { images: [{ source: "https://example.org/a.png" }, { source: "data:image/png;base64,AA==" }] },
    }),
    plotly({ data: [{ type: "image", source: "http://a/b.png" }], layout: {} }),
    plotly({ data: [{ type: "scattergeo", lat: [1], lon: [2] }], layout: {} }, { "image/png": picture() }),
  ]);
  test("that would load something show the rest, and are named", () => {
    expect(pages.get(outside)!.problems.map(({ cell, what }) => [cell, what])).toEqual([
      [0, expect.stringContaining("a picture from elsewhere (https://example.org/a.png)")],
      [1, expect.stringContaining("a picture from elsewhere (http://a/b.png)")],
      [2, expect.stringContaining("figure 3 draws a map (scattergeo)")],
    ]);
    const { content, main } = pageOf(outside);
    expect(content.withAttribute("data-figure")).toHaveLength(3);
    expect(main).not.toContain("example.org");
  });
});

describe("notebooks of other programs", () => {
  const odd = given(
    [
      { cell_type: "code", id: null, metadata: { tags: null }, source: ["a;\n", "b;"] },
      { cell_type: "code", source: null, outputs: null, execution_count: "x" },
      { cell_type: "markdown", metadata: null, source: ["# Lines\n", "and more"], attachments: null },
      { cell_type: "heading", level: 1, source: "an old heading" },
      code([{ output_type: "stream", text: ["one\n", "two"] }]),
      code([{ output_type: "error" }, { output_type: "execute_result", data: { "text/plain": ["4", "2"] } }]),
      code([display({ "application/json": { a: 1 } })]),
      { cell_type: "raw", source: "raw text <b>", metadata: { transient: { remove_source: true } } },
    ],
    { metadata: null },
  );
  test("are mended where something is missing or null", () => {
    expect(pageOf(odd).problems).toEqual([]);
    const said = words(odd);
    for (const text of ["a;\nb;", "Lines", "and more", "an old heading", "one\ntwo", "42", '"a": 1', "raw text <b>"])
      expect(said).toContain(text);
  });

  const broken = given([
    5,
    markdown("fine"),
    code("outputs"),
    code([7, { output_type: "nonsense" }]),
    { cell_type: "markdown", source: 5 },
    code([display({ "application/javascript": "alert(1)" })]),
    code([display({ "application/vnd.jupyter.widget-view+json": { model_id: "a" }, "text/plain": "IntSlider()" })]),
  ]);
  test("what cannot be read is named by cell, and the rest is shown", () => {
    expect(pages.get(broken)!.problems.map(({ cell, what }) => [cell, what.replace(/:.*/s, "")])).toEqual([
      [0, "the file holds something that is no cell"],
      [2, "its outputs cannot be read"],
      [3, "an output cannot be read"],
      [3, "an output cannot be read"],
      [4, "its source is no text"],
      [5, expect.stringContaining("an output of type application/javascript")],
      [6, expect.stringContaining("an output of type application/vnd.jupyter.widget-view+json")],
    ]);
    expect(words(broken)).toContain("fine");
    expect(words(broken)).toContain("IntSlider()");
  });

  const bad = [
    ["no JSON", "{", "found a file that is not JSON"],
    ["another format", JSON.stringify({ nbformat: 3, worksheets: [] }), "found 3"],
    ["no cells", JSON.stringify({ nbformat: 4 }), "Expected the notebook's cells to be a list but found none"],
    ["null", "null", "Expected a notebook"],
    ["an empty file", "", "found a file that is not JSON"],
  ] as const;
  const badNames = new Map(
    bad.map(([what, text]) => {
      const name = given([]);
      notebooks.set(name, text);
      return [what, name];
    }),
  );
  test.each(bad)("one bad notebook (%s) is named, and does not stop the others", (what, _, message) => {
    const page = pages.get(badNames.get(what)!)!;
    expect(page.html).toBeUndefined();
    expect(page.problems).toEqual([{ notebook: page.notebook, what: expect.stringContaining(message) }]);
    expect(pages.get(odd)!.html).toBeDefined();
  });
});

const filesLinked = given([
  markdown("[a](data.csv) [b](../lib/src/index.ts) [c](images/)"),
  markdown(
    "[d](part.ipynb) [e](part.html#x) [f](mailto:a@b.example) [g](https://example.org/a.csv) [h](//a.example/x)",
  ),
]);

describe("links lead where JupyterLab's do", () => {
  const headings = [
    "# My Heading",
    "## Übung 1",
    "## 日本語",
    "### H6.1 b: A *sample* & `code`",
    "## My Heading",
    "## 100 %",
    "<h2>In HTML</h2>",
    "Underlined\n---",
  ];
  const links: readonly (readonly [string, string])[] = [
    ["#My-Heading", "My-Heading"],
    ["#Übung-1", "Übung-1"],
    ["#%C3%9Cbung-1", "Übung-1"],
    ["#日本語", "日本語"],
    ["#H6.1-b:-A-sample-&-code", "H6.1-b:-A-sample-&-code"],
    ["#100-%25", "100-%"],
    ["#In-HTML", "In-HTML"],
    ["#Underlined", "Underlined"],
    ["#my-heading", "My-Heading"],
    ["#own-name", "own-name"],
    ["#question-h6-1-b", "question-h6-1-b"],
    ["#answer-h6-1-b-adam", "answer-h6-1-b-adam"],
  ];
  const name = given([
    ...links.map(([link]) => markdown(`[x](${link})`)),
    ...headings.map((text) => markdown(text)),
    markdown('<a id="own-name"></a><p id="fold"></p><p id="figure-1"></p><p id="own-name">twice</p>'),
    markdown("Why?", { metadata: { deepnets: { question: "H6.1 b" } } }),
    markdown("So.", { metadata: { deepnets: { answer: ["H6.1 b", "Adam"] } } }),
    plotly({ data: [], layout: {} }),
  ]);
  test.each(links)("%s", (link, id) => {
    const { content } = pageOf(name);
    const index = links.findIndex(([one]) => one === link);
    const anchors = content.named("a").filter(({ path, text }) => path.includes("main") && text === "x");
    expect(anchors[index]!.attributes.get("href")).toBe(`#${encodeURIComponent(id)}`);
    expect(content.elements.filter(({ attributes }) => attributes.get("id") === id)).toHaveLength(1);
  });

  test("each name is there once, and none is taken from the page", () => {
    const { content, problems } = pageOf(name);
    const ids = content.withAttribute("id").map(({ attributes }) => attributes.get("id"));
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids).toContain("My-Heading-2");
    expect(content.elements.find(({ attributes }) => attributes.get("id") === "fold")!.name).toBe("button");
    expect(content.elements.find(({ attributes }) => attributes.get("id") === "figure-1")!.name).toBe("figure");
    expect(problems).toEqual([]);
  });

  const dead = given([markdown("[x](#nowhere) and [y](other.ipynb#A-b) and <a href='part.ipynb?x=1'>z</a>")]);
  test("a dead link is named; a link to a notebook leads to its page", () => {
    const { problems, content } = pageOf(dead);
    expect(problems).toEqual([expect.stringContaining("the link #nowhere leads nowhere")]);
    const addresses = content.named("a").map(({ attributes }) => attributes.get("href"));
    expect(addresses).toContain("other.html#A-b");
    expect(addresses).toContain("part.html?x=1");
  });
});

test("a link to a file that is not handed in is named; one to a page or an address is not", () => {
  expect(pageOf(filesLinked).problems).toEqual(
    ["data.csv", "../lib/src/index.ts", "images/"].map((name) =>
      expect.stringContaining(`the link ${name} leads to a file that is not handed in`),
    ),
  );
});

describe("formulas", () => {
  const shared = given([
    markdown("$\\newcommand{\\vect}[1]{\\mathbf{#1}}$ and $\\def\\half{\\tfrac12}$"),
    markdown("$\\vect{w} + \\half$"),
    markdown("$$\\newcommand{\\R}{\\mathbb{R}} \\vect x \\in \\R^n$$"),
    markdown("$\\newcommand{\\vect}[1]{\\vec{#1}} \\vect{w}$ and $\\DeclareMathOperator{\\softmax}{softmax}$"),
    markdown("$\\softmax(x), \\R$ <div>In HTML: $\\vect e$</div>"),
    code([display({ "text/latex": "$\\half$" })]),
  ]);
  test("share their macros, in a notebook's order", () => {
    const { main, problems } = pageOf(shared);
    expect(problems).toEqual([]);
    expect(main).toContain("<mi>𝐰</mi>");
    expect(main).toContain("<mi>ℝ</mi>");
    expect(main).toContain("<mi>softmax</mi>");
    expect(main).not.toContain("tex-error");
  });

  const numbered = given([
    markdown("By \\eqref{eq:two} and $\\eqref{eq:one}$ and $\\ref{eq:three}$."),
    markdown("\\begin{equation} a = b \\label{eq:one} \\end{equation}"),
    markdown("\\begin{align} a &= b \\label{eq:two} \\\\ c &= d \\\\ e &= f \\tag{*} \\label{eq:three} \\end{align}"),
    markdown("$$ x^2 \\label{eq:four} $$ and $\\eqref{eq:four}$"),
    markdown("\\begin{multline} a + b \\\\ + c \\end{multline}"),
    markdown("\\begin{gather*} a \\\\ b \\end{gather*}"),
  ]);
  test("with labels have numbers, and references find them, before and after", () => {
    const { main, problems } = pageOf(numbered);
    expect(problems).toEqual([]);
    const tags = [...main.matchAll(/class="tml-tag">([^<]*)</g)].map((match) => match[1]);
    expect(tags).toEqual(["(1)", "(2)", "(*)", "(4)"]);
    const references = [...main.matchAll(/<mtext>(\([^<]*\)|\*)<\/mtext>/g)].map((match) => match[1]);
    expect(references).toEqual(["(1)", "*", "(4)"]);
  });

  const bad = given([
    markdown("fine $x$"),
    markdown("$\\nosuch{1}$ and $\\eqref{nowhere}$ and $\\frac{1}$ and $x$"),
    markdown("$$\\begin{nosuch} a \\end{nosuch}$$"),
    markdown("$\\href{javascript:alert(1)}{x}$ $\\includegraphics{http://a/b.png}$"),
  ]);
  test("that cannot be typeset are named by cell and shown as TeX", () => {
    expect(pages.get(bad)!.problems.map(({ cell }) => cell)).toEqual([1, 1, 1, 2, 3, 3]);
    expect(pageOf(bad).problems[1]).toContain("\\eqref{nowhere} refers to no \\label of this notebook");
    expect(words(bad)).toContain("\\nosuch{1}");
    expect(pageOf(bad).content.handlers()).toEqual([]);
  });

  const apart = given([markdown("$\\vect{w}$")]);
  test("share nothing with another notebook's", () => expect(pageOf(apart).problems).toHaveLength(1));
});

test("the same notebook gives the same bytes, whatever is rendered beside it", async () => {
  const names = [...notebooks.keys()].slice(0, 3);
  const again = await renderPages({ from: folder, to: folder, notebooks: names });
  const without = (text: string) => text.replace(/<span class="end">.*?<button/s, "<button"); // links to its neighbours
  for (const { notebook, html: text } of again) expect(without(text!)).toBe(without(pages.get(notebook)!.html!));
});
