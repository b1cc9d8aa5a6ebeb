import * as tf from "@tensorflow/tfjs-node";
import { afterAll, afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { figures, models } from "../../lib/src";
import { findBrowser } from "../../lib/src/notebook/browser";
import { html } from "../../lib/src/notebook/html";
import { closeDrawingBrowser } from "../../lib/src/notebook/picture";
import { represent } from "../../lib/src/notebook/represent";
import { show } from "../../lib/src/notebook/show";
import { table } from "../../lib/src/notebook/table";
import { versions } from "../../lib/src/notebook/versions";
import { FakeKernel } from "./fake-kernel";

let kernel: FakeKernel;
beforeEach(() => (kernel = new FakeKernel()));
afterEach(() => kernel.remove());
afterAll(() => closeDrawingBrowser());

const plain = async (value: unknown) => (await represent(value)).data["text/plain"] as string;

describe("tensors", () => {
  test("shape, type and the first values, of which only these are read", async () => {
    const tensor = tf.range(0, 800).reshape([8, 100]);
    const before = tf.memory().numTensors;
    expect(await plain(tensor)).toBe(
      [
        "Tensor float32 [8, 100]",
        ...[0, 1, 2, 3, 4, 5].map(
          (row) => `  ${[0, 1, 2, 3, 4, 5].map((column) => String(100 * row + column).padStart(3)).join("  ")}  ...`,
        ),
        "  ...",
      ].join("\n"),
    );
    expect(tf.memory().numTensors).toBe(before);
    tensor.dispose();
  });

  test.each([
    [() => tf.scalar(3), "Tensor float32 []\n  3"],
    [() => tf.tensor1d([1, 2], "int32"), "Tensor int32 [2]\n  1  2"],
    [() => tf.zeros([0, 3]), "Tensor float32 [0, 3]\n  (no values)"],
    [() => tf.tensor1d(["a", "b"]), "Tensor string [2]\n  a  b"],
    [() => tf.ones([2, 3, 1, 9]), "Tensor float32 [2, 3, 1, 9] (the first 1 x 6)\n  1  1  1  1  1  1  ..."],
  ])("%#", async (make, text) => {
    const tensor = make();
    expect(await plain(tensor)).toBe(text);
    tensor.dispose();
    expect(await plain(tensor)).toContain("(disposed)");
  });
});

test("a model shows its layers with what decides about them", async () => {
  const layers = [
    tf.layers.conv2d({ inputShape: [28, 28, 1], filters: 2, kernelSize: 5, activation: "relu", name: "conv" }),
    tf.layers.flatten({ name: "flat" }),
    tf.layers.dropout({ rate: 0.5, name: "drop" }),
    tf.layers.dense({ units: 10, name: "out" }),
  ];
  const model = tf.sequential({ layers, name: "net" });
  const text = await plain(model);
  expect(text.split("\n")[0]).toBe("net: input [28, 28, 1], 11,582 parameters");
  expect(text).toMatch(/conv +Conv2D 5 x 5, relu +\[24, 24, 2\] +52/);
  expect(text).toMatch(/drop +Dropout, rate 0.5 +\[1152\] +0/);
  model.dispose();
});

describe("tables", () => {
  const rows = [
    { model: "linear", test: "92.4 %", parameters: 7850 },
    { model: "<MLP>", test: "98.4 %", parameters: 5695510 },
  ];

  test("are danfojs frames, shown as text and as HTML, with numbers to the right and nothing unescaped", async () => {
    const made = table(rows, { caption: "Accuracy" });
    expect(made.frame.shape).toEqual([2, 3]);
    expect(String(made)).toBe(
      [
        "Accuracy",
        "model     test  parameters",
        "------  ------  ----------",
        "linear  92.4 %       7,850",
        "<MLP>   98.4 %   5,695,510",
      ].join("\n"),
    );
    show(made);
    const [{ data }] = await kernel.all();
    expect(data["text/html"]).toContain("&lt;MLP&gt;");
    expect(data["text/html"]).toContain('<td style="text-align:right">5,695,510</td>');
    expect(data["text/html"]).toContain("<caption");
  });

  test("a missing value is an empty cell; no row, or another row's column, is refused", () => {
    expect(
      String(
        table([
          { a: 1, b: undefined },
          { a: 2, b: "x" },
        ]),
      ),
    ).toContain("1");
    expect(() => table([])).toThrow("Expected at least one row but found none (table): give it an array of objects.");
    expect(() => table([{ a: 1 }, { a: 1, c: 2 }])).toThrow('Expected the columns a but found "c" (table, row 2)');
  });
});

test("a long danfojs frame and a series are cut in the middle, and say how long they are", async () => {
  const { DataFrame, Series } = await import("danfojs-node");
  const frame = new DataFrame(Array.from({ length: 40 }, (_, i) => ({ i, square: i * i })));
  const { data } = await represent(frame);
  expect(data["text/plain"]).toContain("40 rows x 2 columns");
  expect(
    String(data["text/plain"])
      .split("\n")
      .filter((line) => /\.\.\./.test(line)),
  ).toHaveLength(1);
  expect((data["text/html"] as string).match(/<tr>/g)).toHaveLength(17);
  expect(await plain(new Series([1, 2]))).toContain("2 values");
});

test("versions name what decides about a result", async () => {
  const found = versions();
  expect(found).toMatchObject({
    libtensorflow: "2.21.0",
    "@tensorflow/tfjs-node": "4.22.0",
    node: process.versions.node,
    tslab: "1.0.22",
    typescript: "5.9.3",
  });
});

test("a value that implements Jupyter.display speaks for itself, and always has a text", async () => {
  const value = { [Symbol.for("Jupyter.display")]: async () => ({ "text/html": "<b>x</b>" }) };
  const { data } = await represent(value);
  expect(Object.keys(data).sort()).toEqual(["text/html", "text/plain"]);
});

test("a string is Markdown, HTML is HTML, and a caption goes with both", async () => {
  show("**yes**");
  show(html("<i>no</i>"), { caption: "a < b" });
  const [text, markup] = await kernel.all();
  expect(text.data).toEqual({ "text/markdown": "**yes**", "text/plain": "**yes**" });
  expect(markup.data).toEqual({ "text/html": "<p>a &lt; b</p><i>no</i>", "text/plain": "a < b\nno" });
});

test("outside a notebook the text is printed", async () => {
  kernel.remove();
  const log = vi.spyOn(console, "log").mockImplementation(() => {});
  show(html("<b>bold</b>"));
  await new Promise((resolve) => setImmediate(resolve));
  expect(log.mock.calls).toEqual([["bold"]]);
  log.mockRestore();
});

const curve = () =>
  figures.curves(
    [
      {
        name: "y",
        x: Array.from({ length: 200 }, (_, i) => i),
        y: Array.from({ length: 200 }, (_, i) => Math.sin(i / 9)),
      },
    ],
    { title: "A wave", x: "x", y: "y", alt: "A sine wave" },
  );

describe("figures", () => {
  test.runIf(findBrowser())(
    "hold plotly data, a static picture of the size it says, and a text; twenty make at most 3 MB",
    async () => {
      show(curve(), { caption: "It waves." });
      const [{ data, metadata }] = await kernel.all();
      expect(data["text/plain"]).toContain("It waves.");
      expect(data["application/vnd.plotly.v1+json"]).toMatchObject({
        data: [{ type: "scatter" }],
        layout: { meta: { caption: "It waves." } },
      });
      const png = Buffer.from(data["image/png"] as string, "base64");
      const { width, height } = metadata!["image/png"] as { width: number; height: number };
      expect(png.subarray(1, 4).toString()).toBe("PNG");
      const scale = png.readUInt32BE(16) / width;
      expect([1, 1.5]).toContain(scale);
      expect(png.readUInt32BE(20)).toBe(Math.floor(height * scale));
      // As they stand in an .ipynb file.
      expect(20 * JSON.stringify(data, undefined, 1).length).toBeLessThan(3e6);
    },
  );

  const circle: Record<string, unknown> = {};
  circle.layout = { circle };
  test.each([
    [{ data: [{ y: [1n, 2n] }], layout: {} }, "found the BigInt 1n in data[0].y[0]: write it as a number"],
    [{ data: [{ y: BigInt64Array.of(5n) }], layout: {} }, "found the BigInt 5n in data[0].y[0]"],
    [{ data: [], layout: { meta: circle } }, "found an object that holds itself in layout.meta.layout.circle"],
    [{ data: [{ y: new Set([1]) }], layout: {} }, "found a Set in data[0].y: give an array"],
    [{ data: [{ y: new Map() }], layout: {} }, "found a Map in data[0].y"],
    [{ data: [{ y: tf.scalar(1) }], layout: {} }, "found a tensor in data[0].y: give its values"],
    [{ data: [{ y: new DataView(new ArrayBuffer(8)) }], layout: {} }, "found a DataView in data[0].y"],
  ])("that cannot be stored are an error of the cell: %#", (figure, message) => {
    expect(() => show(figure)).toThrow(message);
    expect(() => represent(figure)).toThrow(message);
  });

  test("the same array twice is no circle", async () => {
    const y = [1, 2];
    const content = represent({ data: [{ x: y, y }], layout: {} });
    expect((await content).data["application/vnd.plotly.v1+json"]).toMatchObject({ data: [{ x: [1, 2], y: [1, 2] }] });
  });

  test.each([
    [{ "application/json": { n: 1n } }, "something else (Do not know how to serialize a BigInt) in application/json"],
    [{ "application/json": circle }, "something else (Converting circular structure to JSON) in application/json"],
    [{ "application/json": () => 1 }, "[Function: application/json] in application/json"],
    [{ "text/html": 5 }, "5 in text/html: give a string"],
    [{ "text/html": null }, "null in text/html: give a string"],
    [{ "text/plain": { a: 1 } }, "an object in text/plain: give a string"],
    [{ "image/png": Buffer.from("a") }, "an object in image/png: give a string"],
    [null, "null: return an object"],
    ["<b>x</b>", "'<b>x</b>': return an object"],
  ])("a form of a value's own that cannot be stored is an error of the cell: %#", async (bundle, found) => {
    const value = { [Symbol.for("Jupyter.display")]: () => bundle };
    expect(() => show(value)).toThrow(found);
    const later = { [Symbol.for("Jupyter.display")]: async () => bundle };
    await expect(represent(later)).rejects.toThrow(found);
  });

  test("lines of text, and NaN within JSON, can be stored", async () => {
    const bundle = { "text/html": ["<b>a</b>\n", "b"], "application/json": { n: Number.NaN }, "text/plain": "a" };
    expect(await represent({ [Symbol.for("Jupyter.display")]: () => bundle })).toEqual({ data: bundle });
  });

  test("what only looks like a figure is printed", async () => {
    expect(await plain({ data: [1, 2, 3], layout: { a: 1 } })).toBe("{ data: [ 1, 2, 3 ], layout: { a: 1 } }");
    expect(await plain({ data: [[1], [2]], layout: {} })).toBe("{ data: [ [ 1 ], [ 2 ] ], layout: {} }");
    expect(await plain({ data: [], layout: [] })).toBe("{ data: [], layout: [] }");
  });

  test("typed arrays, dates and gaps are stored as JSON has them", async () => {
    const trace = { type: "bar", x: [new Date(0), new Date(Number.NaN)], y: Float32Array.of(1, 5, Number.NaN) };
    const layout = {
      height: null,
      shapes: [{ x0: -Infinity }],
      colorway: ["red"],
    };
    const { data } = await represent({ data: [{ ...trace, z: [Uint8Array.of(1, 2), Int16Array.of(3)] }], layout });
    expect(data["application/vnd.plotly.v1+json"]).toMatchObject({
      data: [{ type: "bar", x: ["1970-01-01T00:00:00.000Z", null], y: [1, 5, null], z: [[1, 2], [3]] }],
      layout: { height: null, shapes: [{ x0: null }], colorway: ["red"] },
    });
  });

  test.runIf(findBrowser())("that plotly.js cannot draw are the only ones without a picture, and say why", async () => {
    const log = vi.spyOn(console, "log").mockImplementation(() => {});
    const bad = await represent({ data: [{ y: [1] }], layout: { height: 1e8 } });
    expect(Object.keys(bad.data)).toEqual(["application/vnd.plotly.v1+json", "text/plain"]);
    expect(log.mock.calls).toEqual([[expect.stringMatching(/^This figure has no static picture: plotly\.js cannot/)]]);
    for (const good of [
      curve(),
      { data: [{ type: "bar", y: Float32Array.of(1, 5, 2) }], layout: {} },
      {
        data: [{ y: [1, 2] }],
        layout: { height: null, updatemenus: [{ buttons: [{ label: "a", method: "relayout" }] }] },
      },
      { data: [{ y: [1, 2] }], layout: { sliders: [{ steps: [{ label: "a" }] }] } },
    ]) {
      const { data } = await represent(good);
      expect(String(data["image/png"]).length).toBeGreaterThan(3000);
    }
    expect(log).toHaveBeenCalledTimes(1);
    log.mockRestore();
  });

  test("without a browser the first one says so, and all are shown", async () => {
    vi.resetModules();
    vi.stubEnv("DEEPNETS_BROWSER", "/nowhere/chromium");
    const log = vi.spyOn(console, "log").mockImplementation(() => {});
    const { represent: afresh } = await import("../../lib/src/notebook/represent");
    for (const _ of [1, 2])
      expect(Object.keys((await afresh(curve())).data).sort()).toEqual([
        "application/vnd.plotly.v1+json",
        "text/plain",
      ]);
    expect(log.mock.calls.map(([line]) => line)).toEqual([
      "Stored figures have no static picture: no Chromium-family browser was found. Install one, or set " +
        "DEEPNETS_BROWSER to its path (npm run doctor).",
    ]);
    log.mockRestore();
    vi.unstubAllEnvs();
  });
});

test("a model factory is shown as its TypeScript source", async () => {
  for (const [name, factory] of Object.entries(models)) {
    const { data } = await represent(factory);
    const code = data["text/plain"] as string;
    expect(code.startsWith(`export function ${name}(`)).toBe(true);
    expect(code.endsWith("\n}")).toBe(true);
    expect(code).toMatch(/\n {2}return model;\n/);
    expect(data["text/markdown"]).toBe(
      `\`models.${name}\` in \`lib/src/models/${name}.ts\`:\n\n\`\`\`typescript\n${code}\n\`\`\``,
    );
  }
  expect(await plain(() => 1)).toContain("[Function");
});
