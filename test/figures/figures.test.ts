import { describe, expect, test } from "vitest";
import { signedColor } from "../../lib/src/base/signed-colors";
import * as figures from "../../lib/src/figures";
import { dark } from "../../lib/src/figures/theme";
import { samples } from "../fixtures/figures";
import { sampleRecord } from "../fixtures/records";
import { spec } from "./spec";

describe.each(Object.entries(samples))("%s", (_, draw) => {
  const drawn = draw();

  test("keeps its spec", () => expect(spec(drawn)).toMatchSnapshot());

  test("is a pure function", () => expect(draw()).toEqual(drawn));

  test("leaves out settings that are undefined", () => {
    const { xaxis, yaxis } = drawn.layout;
    for (const one of [...drawn.data, xaxis, yaxis]) expect(Object.values(one)).not.toContain(undefined);
  });

  test("says in words what it shows", () => {
    expect(drawn.layout.meta.alt.length).toBeGreaterThan(15);
    expect(drawn.layout.meta.alt).not.toMatch(/undefined|NaN|Infinity/);
    expect(drawn.layout.title.text).not.toMatch(/undefined|NaN|Infinity/);
  });

  test("uses colours that have a partner in dark mode, and nothing else", () => {
    const used = new Set(JSON.stringify(drawn).match(/#[0-9a-f]{6}/gi));
    expect([...used].filter((color) => !(color in dark))).toEqual([]);
  });

  test("has axes for all its traces, annotations and shapes", () => {
    const { layout } = drawn;
    const axis = (reference: string) => reference.replace(" domain", "").replace(/^([xy])(\d*)$/, "$1axis$2");
    for (const item of [
      ...drawn.data.map((trace) => ({ xref: trace.xaxis ?? "x", yref: trace.yaxis ?? "y" })),
      ...(layout.annotations ?? []),
      ...(layout.shapes ?? []),
    ]) {
      for (const reference of [item.xref, item.yref])
        if (reference !== "paper") expect(layout).toHaveProperty(axis(reference));
    }
  });
});

test("the text colours have a contrast of at least 4.5 on their paper, in light and dark", () => {
  const { paper, faint, grid, ...text } = figures.colors;
  for (const color of Object.values(text)) {
    expect(contrast(color, paper)).toBeGreaterThanOrEqual(4.5);
    expect(contrast(dark[color]!, dark[paper]!)).toBeGreaterThanOrEqual(4.5);
  }
});

describe.each([
  ["a light", (color: string) => color],
  ["a dark", (color: string) => dark[color]!],
])("values with a sign on %s page, printed grey", (_, shown) => {
  const pictures = [
    figures.heatmap([[-1, 1]], { title: "t", scale: "diverging" }),
    figures.filters([-1, 1], { shape: [1, 1, 1, 2] }),
  ];
  // Lightness of a value from -1 to 1, from 0 (black) to 100 (white) of CIE, between the two stops beside it.
  const scales = pictures.map(({ data: [{ colorscale, zmax }] }) => (value: number) => {
    const at = zmax === 255 ? ((value + 1) * 127) / 255 : (value + 1) / 2;
    const next = colorscale.findIndex(([stop]: [number, string]) => stop >= at && stop > 0);
    const [[low, from], [high, to]] = colorscale.slice(next - 1, next + 1) as [number, string][];
    const [start, end] = [shown(from), shown(to)].map(channels);
    return lightness(start!.map((one, k) => one + ((at - low) / (high - low)) * (end![k]! - one)));
  });

  test.each(["matrix", "sheet of pictures"])("the larger a value, the lighter: %s", (name) => {
    const light = scales[name === "matrix" ? 0 : 1]!;
    const all = Array.from({ length: 41 }, (_, i) => light(i / 20 - 1));
    expect(all).toEqual([...all].sort((a, b) => a - b));
    expect(light(1) - light(-1)).toBeGreaterThan(70);
    expect(light(0.5) - light(-0.5)).toBeGreaterThan(30);
    expect(light(0.25) - light(-0.25)).toBeGreaterThan(15);
    for (const value of [0.5, 1]) {
      expect(light(value) - light(0)).toBeGreaterThan(14 * value);
      expect(light(0) - light(-value)).toBeGreaterThan(14 * value);
    }
  });
});

test("paper lies between pictures of values with a sign", () => {
  const [{ z, zmin, zmax, colorscale }] = figures.images([[-1], [1]], { shape: [1, 1], scale: "diverging" }).data as [
    figures.Figure["data"][number],
  ];
  const bytes = [...Buffer.from(z.bdata, "base64")];
  expect(bytes.filter((byte) => byte < 255)).toEqual([0, 254]);
  expect(bytes.filter((byte) => byte === 255).length).toBeGreaterThan(0);
  expect([zmin, zmax, colorscale.at(-1)]).toEqual([0, 255, [1, figures.colors.paper]]);
});

test("numbers on values with a sign are written in black or white, whichever can be read", () => {
  const row = Array.from({ length: 21 }, (_, i) => i / 10 - 1);
  const drawn = figures.heatmap([row], { title: "t", scale: "diverging", digits: 1, firstColumn: 1 });
  const [map, text] = drawn.data as [figures.Figure["data"][number], figures.Figure["data"][number]];
  expect(map).not.toHaveProperty("texttemplate");
  expect(text.text.slice(0, 2)).toEqual(["−1.0", "−0.9"]);
  expect(text.text[10]).toBe("0.0");
  // "−0.06" takes five times 0.6 of its size and some room: with size 8 it fits into the 30 pixels of a cell.
  const small = figures.heatmap(new Array(5).fill([-0.06, 0, 0.1, 1, 0.5]), {
    title: "t",
    scale: "diverging",
    digits: 2,
  });
  expect([text.textfont.size, small.data[1]!.textfont.size]).toEqual([11, 8]);
  expect([text.x[0], text.x[20], text.y[0]]).toEqual([1, 21, 0]);
  const hex = { "rgb(0, 0, 0)": "#000000", "rgb(255, 255, 255)": "#ffffff" } as Record<string, string>;
  for (const [i, color] of text.textfont.color.entries())
    expect(contrast(hex[color]!, toHex(signedColor(row[i]!)))).toBeGreaterThan(4.5);
});

test("twenty figures take little room in a notebook, which puts each number on a line", () => {
  const sizes = Object.values(samples).map((draw) => JSON.stringify(draw(), null, 1).length);
  expect(sizes.length).toBeGreaterThanOrEqual(20);
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(1_000_000);
});

test("accuracy draws a run under way, from its first moment on", () => {
  const { final, ...record } = sampleRecord("h6-1b");
  const cut = (n: number) =>
    figures.accuracy({
      ...record,
      status: "running",
      iterations: record.iterations.slice(0, n),
      trainAccuracy: record.trainAccuracy.slice(0, n),
      testAccuracy: record.testAccuracy.slice(0, n),
    });
  expect(cut(0).data.flatMap((trace) => trace.x)).toEqual([]);
  expect(cut(5).data[0]!.x).toEqual([0, 100, 200, 300, 400]);
  expect(cut(5).layout.xaxis.range).toEqual([0, 20_000]);
});

test("the same model has the same colour in every figure", () => {
  const cnn = sampleRecord("h6-1d");
  const colors = [figures.accuracy(cnn), figures.loss(cnn), figures.gap(cnn), figures.comparison([cnn])].map(
    (figure) => new Set(figure.data.map((trace) => trace.line.color)),
  );
  for (const used of colors) expect([...used]).toEqual([figures.modelStyle("h6-1d").color]);
});

test("comparison draws four models' means over seeds, and a band where one reaches the lower panel", () => {
  const drawn = samples.comparison!();
  const upper = drawn.data.filter((trace) => trace.yaxis === "y");
  expect(upper.map((trace) => trace.name)).toEqual(
    ["linear", "MLP", "dropout", "CNN"].flatMap((name) => [`${name} train`, `${name} test`]),
  );
  expect(drawn.data.filter((trace) => trace.fill === "tonexty")).toHaveLength(3);
  const runs = [1, 2, 3].map((seed) => sampleRecord("h6-1b", seed));
  const meanOf = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const points = runs[0]!.iterations.map((_, i) => meanOf(runs.map(({ testAccuracy }) => testAccuracy[i]!)));
  const curve = upper.find(({ name }) => name === "MLP test")!;
  points.forEach((value, i) => expect(curve.y[i]).toBeCloseTo(value, 4));
  const final = 100 * meanOf(runs.map(({ final }) => final!.test.accuracy));
  expect(drawn.layout.meta.caption).toContain("mean over seeds 1 to 3");
  expect(drawn.layout.meta.caption).toContain(`MLP 99.70\u00a0% / ${final.toFixed(2)}\u00a0% ± `);
});

test("a panel that no model reaches is left out", () => {
  const low = (part: "h6-1a" | "h6-1b") => {
    const record = sampleRecord(part);
    return {
      ...record,
      testAccuracy: record.testAccuracy.map((y) => y * 0.8),
      trainAccuracy: record.trainAccuracy.map((y) => y * 0.8),
    };
  };
  const axes = (figure: figures.Figure) => Object.keys(figure.layout).filter((key) => key.startsWith("yaxis"));
  expect(axes(figures.comparison([low("h6-1a"), low("h6-1b")]))).toEqual(["yaxis"]);
  expect(axes(figures.accuracy(low("h6-1b")))).toEqual(["yaxis"]);
  expect(axes(figures.accuracy(sampleRecord("h6-1b")))).toHaveLength(2);
});

test("the networks' colours differ in lightness by at least 8 of 100, for a grey print", () => {
  const lightness = (part: string) => {
    const [r, g, b] = [1, 3, 5].map((at) => {
      const value = Number.parseInt(figures.modelStyle(part).color.slice(at, at + 2), 16) / 255;
      return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
    }) as [number, number, number];
    return 116 * Math.cbrt(0.2126 * r + 0.7152 * g + 0.0722 * b) - 16; // CIE L*
  };
  const [mlp, cnn, dropout] = ["h6-1b", "h6-1d", "h6-1c"].map(lightness) as [number, number, number];
  expect(cnn - mlp).toBeGreaterThan(8);
  expect(dropout - cnn).toBeGreaterThan(8);
  const symbols = ["h6-1a", "h6-1b", "h6-1c", "h6-1d", "h6-2"].map((part) => figures.modelStyle(part).symbol);
  expect(new Set(symbols).size).toBe(5);
});

test("differences: a filled point is shown, a hollow one is not, and a pair with one run has no bar", () => {
  const [dropout, cnn] = samples.differences!().data;
  expect(dropout).toMatchObject({ name: "dropout − MLP", marker: { symbol: "circle-open" } });
  expect(dropout!.error_x.array[0]).toBeGreaterThan(0);
  expect(cnn).toMatchObject({ name: "CNN − dropout", marker: { symbol: "circle" } });
  expect(samples.lossDifferences!().data[0]!.error_x.visible).toBe(false);
});

test("calibration leaves out intervals with few answers, and says where a model is too sure", () => {
  const drawn = samples.calibration!();
  const { x, y } = drawn.data.find(({ name }) => name === "CNN")!;
  expect(x).toHaveLength(5); // certainty from 0.5 on, in intervals of 0.1
  expect(y[4]).toBeLessThan(x[4]);
});

test("errorsBySum counts by hand", () => {
  const drawn = figures.errorsBySum({
    sums: [99, 99, 100, 101, 99, 200],
    labels: [0, 0, 1, 1, 0, 1],
    predictions: [1, 0, 1, 0, 1, 0],
    range: [98, 101],
  });
  expect(drawn.data[0]).toMatchObject({ x: [98, 99, 100, 101], y: [null, 0.66667, 0, 1] });
  expect(drawn.data[1]).toMatchObject({ y: [0, 3, 1, 1] });
  expect(drawn.layout.meta.caption).toContain("4 errors in 6 series, 1 of them outside");
});

test("filters and feature maps show the values of their channel", () => {
  const decoded = (figure: figures.Figure) => ({
    shape: figure.data[0]!.z.shape,
    values: [...Buffer.from(figure.data[0]!.z.bdata, "base64")],
  });
  const kernel = Float32Array.from([0, -1, 0.5, 1, /* second row */ 0, 1, -0.5, 0]); // [2, 2, 1, 2]
  const { shape, values } = decoded(figures.filters(kernel, { shape: [2, 2, 1, 2] }));
  const columns = Number(shape.split(", ")[1]);
  // 0, 0.5 / 0, -0.5 of a scale from -1 to 1
  expect([values[0], values[1], values[columns], values[columns + 1]]).toEqual([127, 191, 127, 64]);
  const maps = decoded(figures.featureMaps(Float32Array.from([0, 4, 1, 3, 2, 2, 4, 0]), { shape: [2, 2, 2] }));
  expect(maps.values.slice(0, 2)).toEqual([0, 64]);
});

test("slides store a shared trace once and show one state at a time", () => {
  const drawn = samples.slider!();
  const { steps } = drawn.layout.sliders[0];
  expect(steps).toHaveLength(6);
  // Image, kernel with its numbers, map.
  for (const step of steps) expect(step.args[0].visible.filter(Boolean)).toHaveLength(4);
  const kernels = drawn.data.filter((trace) => trace.xaxis === "x2" && trace.type === "heatmap");
  expect(kernels).toHaveLength(2);
  expect(samples.buttons!().layout.updatemenus[0].buttons.map((button: { label: string }) => button.label)).toEqual([
    "horizontal",
    "vertical",
  ]);
});

test("a static picture shows the states of slides that are no lines side by side", () => {
  const drawn = samples.slider!();
  const picture = figures.still(drawn);
  expect(picture.layout.sliders).toBeUndefined();
  expect(picture.data).toHaveLength(6 * 4);
  expect(picture.data.every((trace) => trace.visible === undefined)).toBe(true);
  const titles = picture.layout.annotations.map(({ text }: { text: string }) => text);
  expect(titles.filter((text: string) => text.startsWith("position "))).toEqual(
    [0, 1, 2, 3, 4, 5].map((n) => `position ${n}`),
  );
  // The title of a state stands above those of the panels that it is made of, not on them.
  const shifts = picture.layout.annotations.filter(({ text }: { text: string }) => /^(position 0|image)$/.test(text));
  expect(shifts[0].yshift - shifts[1].yshift).toBeGreaterThanOrEqual(20);
  const axes = Object.keys(picture.layout).filter((key) => key.startsWith("xaxis"));
  expect(axes).toHaveLength(6 * 3);
});

test("a static picture lays the lines of slides over each other, each named by its state", () => {
  const line = (scale: number) =>
    figures.curves(
      [
        { name: "network", x: [1, 2, 3], y: [scale, 2 * scale, 3 * scale] },
        { name: "baseline", x: [1, 2, 3], y: [1, 1, 1] },
      ],
      { title: "Growth", x: "t", y: "size", log: "y", yRange: [0.1, 100] },
    );
  const slides = [1, 3, 10].map((scale) => ({ label: String(scale), figure: line(scale) }));
  const picture = figures.still(figures.slides(slides, { prefix: "scale ", control: "slider" }));
  expect(picture.data.map((trace) => trace.name)).toEqual(["baseline", "scale 1", "scale 3", "scale 10"]);
  expect(picture.data[3]!.y).toEqual([10, 20, 30]);
  expect(new Set(picture.data.map((trace) => trace.line.color)).size).toBe(4);
  expect(new Set(picture.data.slice(1).map((trace) => trace.line.dash)).size).toBe(3);
  expect(picture.layout.yaxis).toMatchObject({ type: "log", range: [-1, 2] });
  expect(picture.layout.xaxis.title.text).toBe("t");
  expect(picture.layout.updatemenus ?? picture.layout.sliders).toBeUndefined();
  expect(figures.still(line(1))).toEqual(line(1));
});

test("powers beside a logarithmic axis leave room for its title", () => {
  const line = (low: number) =>
    figures.curves([{ name: "a", y: [low, 1] }], { title: "a", x: "t", y: "size", log: "y", yRange: [low, 1] });
  expect(line(1e-10).layout.margin.l).toBe(72);
  expect(line(1e-3).layout.margin.l).toBe(56);
});

test("the axes of slides hold the largest of their states", () => {
  const sheet = (count: number) =>
    figures.images(
      Array.from({ length: count }, () => [0, 1, 1, 0]),
      { shape: [2, 2], columns: 2 },
    );
  const small = sheet(2).layout.yaxis.range;
  const large = sheet(6).layout.yaxis.range;
  expect(large[0]).toBeGreaterThan(small[0]);
  const slides = figures.slides([2, 6].map((count) => ({ label: String(count), figure: sheet(count) })));
  expect(slides.layout.yaxis.range).toEqual(large);
});

test("many labels stay upright in the columns of a static picture", () => {
  const gates = figures.gates({ gates: { f: new Array(40).fill(0.5) }, steps: 20, series: new Array(20).fill(7) });
  const picture = figures.still(
    figures.slides([
      { label: "a", figure: gates },
      { label: "b", figure: gates },
    ]),
  );
  for (const axis of [picture.layout.xaxis, picture.layout.xaxis2])
    expect(axis).toMatchObject({ tickangle: 0, tickfont: { size: 8 } });
});

test("a heatmap's columns count from where they are told, and its row labels have room", () => {
  const drawn = figures.heatmap([[1, 2, 3]], {
    title: "t",
    x: "t",
    yLabels: ["sum 148"],
    firstColumn: 1,
    square: false,
  });
  expect(drawn.data[0]).toMatchObject({ x0: 1, dx: 1 });
  expect(drawn.layout.xaxis.range).toEqual([0.5, 3.5]);
  expect(drawn.layout.shapes[0]).toMatchObject({ x0: 0.5, x1: 3.5 });
  expect(drawn.layout.margin.l).toBeGreaterThanOrEqual(7 * "sum 148".length + 10);
});

test("states are compared with the surplus where a step's mean is given", () => {
  const drawn = figures.states({ series: [5, 4, 9], states: [0.5, 0, 4.5], expected: 4.5, threshold: 13.5 });
  expect(drawn.data[0]).toMatchObject({ name: "surplus", y: [0.5, 0, 4.5] });
  expect(drawn.layout.meta.caption).toBe("Correlation of each cell's state with the surplus: cell 0 +1.00.");
  const cloud = figures.statesBySum({ sums: [-1, 0, 2], cells: [{ name: "a", state: [1, 0, -2] }], x: "surplus" });
  expect(cloud.layout.meta.caption).toBe("Correlation with the surplus: a −1.00.");
  expect(cloud.layout.xaxis.title.text).toBe("surplus");
});

test("captioned replaces words and nothing else", () => {
  const drawn = samples.slider!();
  const renamed = figures.captioned(drawn, { caption: "A new caption." });
  expect(renamed.layout.title.text).toContain("A new caption.");
  expect(renamed.data).toEqual(drawn.data);
  expect(renamed.layout.height - renamed.layout.margin.t).toBe(drawn.layout.height - drawn.layout.margin.t);
  expect(figures.captioned(renamed, { caption: drawn.layout.meta.caption }).layout.height).toBe(drawn.layout.height);
});

test.each([
  [
    "weights",
    () => figures.weights(new Float32Array(784)),
    "Expected weights of shape [784, 10] = 7840 values but found 784",
  ],
  ["filters", () => figures.filters(new Float32Array(7), { shape: [5, 5, 1, 32] }), "found 7 values"],
  [
    "filters",
    () => figures.filters(new Float32Array(9), { shape: [3, 3, 1, 1], channel: 1 }),
    "Expected a channel from 0 to 0 but found 1",
  ],
  ["featureMaps", () => figures.featureMaps(new Float32Array(7), { shape: [2, 2, 2] }), "found 7 values"],
  ["images", () => figures.images([], { shape: [2, 2] }), "at least one picture"],
  ["images", () => figures.images([[1, 2, 3]], { shape: [2, 2] }), "picture 0 to have 2 x 2 = 4 values but found 3"],
  ["heatmap", () => figures.heatmap([[1, 2], [1]], { title: "t" }), "1 values in row 1 and 2 in row 0"],
  [
    "digits",
    () => figures.digits({ images: new Float32Array(1568), labels: [1, 2], indices: [2] }),
    "indices from 0 to 1 but found 2",
  ],
  [
    "confusion",
    () => figures.confusion({ ...sampleRecord("h6-1a"), final: undefined, status: "interrupted" } as never),
    "Expected a finished run but found interrupted (h6-1a, seed 1)",
  ],
  ["states", () => figures.states({ series: [1, 2, 3], states: [1, 2] }), "shape [3, units] but found 2 values"],
  ["gates", () => figures.gates({ gates: { forget: [1, 2] }, steps: 3 }), "Expected forget to have shape [3, units]"],
  ["slides", () => figures.slides([], { active: 1 }), "one of 0 slides but found 1"],
  ["panels", () => figures.panels([], { title: "t" }), "at least one panel"],
  ["panels", () => figures.panels([samples.slider!()], { title: "t" }), "found a slider or buttons"],
] as const)("%s refuses what it cannot draw", (_, draw, message) => expect(draw).toThrow(message));

/** Red, green and blue from 0 to 255. */
const channels = (color: string): number[] => [1, 3, 5].map((at) => parseInt(color.slice(at, at + 2), 16));

const toHex = (color: readonly number[]): string =>
  `#${color.map((one) => one.toString(16).padStart(2, "0")).join("")}`;

function luminance(color: readonly number[]): number {
  const [r, g, blue] = color
    .map((one) => one / 255)
    .map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r! + 0.7152 * g! + 0.0722 * blue!;
}

/** L* of CIE: equal steps look equal. */
function lightness(color: readonly number[]): number {
  const y = luminance(color);
  return y > 0.008856 ? 116 * Math.cbrt(y) - 16 : 903.3 * y;
}

function contrast(a: string, b: string): number {
  const [low, high] = [a, b].map((color) => luminance(channels(color))).sort((x, y) => x - y);
  return (high! + 0.05) / (low! + 0.05);
}

test("a run that is among the runs and among the spread, read twice, counts once", () => {
  const [one, again, other] = [sampleRecord("h6-1d"), sampleRecord("h6-1d"), sampleRecord("h6-1d", 2)];
  expect(figures.comparison([one], { spread: [again, other] })).toEqual(figures.comparison([one], { spread: [other] }));
  expect(figures.comparison([one], { spread: [again] })).toEqual(figures.comparison([one]));
});
