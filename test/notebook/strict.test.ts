import * as tf from "@tensorflow/tfjs-node";
import { describe, expect, test } from "vitest";
import * as deepnets from "../../lib/src";
import { curves as plainCurves } from "../../lib/src/figures/curves";
import { gap } from "../../lib/src/figures/gap";
import { text } from "../../lib/src/notebook/checked/rules";
import { strict } from "../../lib/src/notebook/checked/strict";
import { sampleRecord } from "../fixtures/records";

// What a cell hands to figures, tables, claims and the rest is read or refused: nothing of it is left out silently, and
// no picture is drawn of what cannot be meant.

const { figures } = deepnets;
const odd = (value: unknown) => value as never;
const run = sampleRecord("h6-1b");
const other = sampleRecord("h6-1d");
const line = { name: "a", x: [0, 1, 2], y: [1, 2, 3] };
const axes = { title: "T", x: "x", y: "y" };
const full = { profile: "full" } as const;
const image = new Float32Array(784);
const map = figures.heatmap([[0, 1]], { title: "m" });
const found = deepnets.compareModels([run, other], [["h6-1b", "h6-1d"]]);
const lossFound = deepnets.compareModels([run, other], [["h6-1b", "h6-1d"]], { measure: "testLoss" });
const w = tf.variable(tf.zeros([1]), true, "w");
const traced = { compute: () => ({ w: w.mul(2) }), inputs: {} };
const variables = { w };

async function messageOf(call: () => unknown): Promise<string> {
  try {
    await call();
  } catch (error) {
    return (error as Error).message;
  }
  return "";
}

describe("a name that nobody reads is refused, with the function and the names that it has", () => {
  test.each<[what: string, name: string, call: () => unknown]>([
    ["options of figures.curves", "titel", () => figures.curves([line], odd({ ...axes, titel: "x" }))],
    ["fields of curves[0] of figures.curves", "colour", () => figures.curves([odd({ ...line, colour: "red" })], axes)],
    [
      "fields of horizontal[0] of figures.curves",
      "text",
      () => figures.curves([line], { ...axes, horizontal: [odd({ value: 1, label: "", text: "x" })] }),
    ],
    [
      "options of figures.bars",
      "yrange",
      () => figures.bars(["a"], [{ name: "a", y: [1] }], odd({ ...axes, yrange: [0, 1] })),
    ],
    ["fields of groups[0] of figures.bars", "x", () => figures.bars(["a"], [odd({ ...line, y: [1] })], axes)],
    ["options of figures.images", "cols", () => figures.images([[1]], odd({ shape: [1, 1], cols: 3 }))],
    ["options of figures.heatmap", "colorscale", () => figures.heatmap([[1]], odd({ title: "", colorscale: "ink" }))],
    [
      "options of figures.digits",
      "probability",
      () => figures.digits(odd({ images: image, labels: [1], indices: [0], probability: [1] })),
    ],
    ["options of figures.accuracy", "details", () => figures.accuracy(run, odd({ details: [0.9, 1] }))],
    [
      "fields of baseline of figures.accuracy",
      "name",
      () => figures.accuracy(run, { baseline: odd({ value: 0.1, label: "", name: "always 1" }) }),
    ],
    ["options of figures.loss", "log", () => figures.loss(run, odd({ log: "y" }))],
    ["options of figures.gap", "yRange", () => figures.gap(run, odd({ yRange: [0, 1] }))],
    ["options of figures.comparison", "seeds", () => figures.comparison([run], odd({ seeds: [1] }))],
    ["options of figures.parametersVsAccuracy", "x", () => figures.parametersVsAccuracy([run], odd({ x: "n" }))],
    ["options of figures.confusion", "normalize", () => figures.confusion(run, odd({ normalize: true }))],
    ["options of figures.calibration", "bin", () => figures.calibration(run, odd({ labels: [1], bin: 5 }))],
    ["options of figures.differences", "level", () => figures.differences(found, odd({ level: 0.01 }))],
    ["options of figures.panels", "rows", () => figures.panels([map], odd({ title: "", rows: 2 }))],
    ["options of figures.slides", "activ", () => figures.slides([{ label: "", figure: map }], odd({ activ: 1 }))],
    ["options of figures.captioned", "text", () => figures.captioned(map, odd({ text: "" }))],
    ["options of figures.weights", "scale", () => figures.weights(new Float32Array(7840), odd({ scale: "ink" }))],
    ["options of figures.filters", "chanel", () => figures.filters([1], odd({ shape: [1, 1, 1, 1], chanel: 1 }))],
    [
      "options of figures.featureMaps",
      "scale",
      () => figures.featureMaps([1], odd({ shape: [1, 1, 1], scale: "ink" })),
    ],
    ["options of figures.states", "cells", () => figures.states(odd({ series: [1], states: [1], cells: [0] }))],
    [
      "options of figures.statesBySum",
      "border",
      () => figures.statesBySum(odd({ sums: [1], cells: [{ name: "a", state: [1] }], border: 5 })),
    ],
    [
      "options of figures.errorsBySum",
      "treshold",
      () => figures.errorsBySum(odd({ sums: [1], labels: [1], predictions: [1], treshold: 5 })),
    ],
    ["options of figures.gates", "units", () => figures.gates(odd({ gates: { f: [1] }, steps: 1, units: 1 }))],
    ["options of show", "titel", () => deepnets.show("x", odd({ titel: "y" }))],
    ["options of table", "title", () => deepnets.table([{ a: 1 }], odd({ title: "y" }))],
    ["options of html", "alt", () => deepnets.html("<b>x</b>", odd({ alt: "y" }))],
    [
      "fields of claims[0] of claims",
      "bellow",
      () => deepnets.claims(full, [odd({ text: "t", value: 3, above: 1, bellow: 2 })]),
    ],
    ["options of tensorboard", "tags", () => deepnets.tensorboard(run, odd({ tags: "loss" }))],
    ["options of live.kernel", "picture", () => deepnets.live.kernel(odd({ picture: image }))],
    ["options of live.digits", "sead", () => deepnets.live.digits(odd({ sead: 2, mnist: {} }))],
    ["options of live.series", "treshold", () => deepnets.live.series(odd({ series: {}, treshold: 5 }))],
    ["request of readRecord", "sead", () => deepnets.readRecord(odd({ part: "h6-1b", sead: 2 }))],
    ["request of readModel", "variant", () => deepnets.readModel(odd({ part: "h6-1b", variant: "small" }))],
    ["request of readRecords", "part", () => deepnets.readRecords(odd({ part: "h6-1b" }))],
    ["options of compareModels", "mesure", () => deepnets.compareModels([run], [], odd({ mesure: "gap" }))],
    ["options of calibration", "bin", () => deepnets.calibration(run, odd({ labels: [], bin: 5 }))],
    ["options of seriesBorder", "low", () => deepnets.seriesBorder(odd({}), odd({}), odd({ low: 5 }))],
    ["options of trace", "optimiser", () => deepnets.trace({ f: traced }, odd({ variables, optimiser: {} }))],
    [
      "fields of f of trace",
      "minimise",
      () => deepnets.trace({ f: odd({ ...traced, minimise: () => w }) }, { variables }),
    ],
  ])("%s: %s", async (what, name, call) => {
    const escaped = what.replace(/[[\]]/g, "\\$&");
    expect(await messageOf(call)).toMatch(
      new RegExp(`^Expected ${escaped} to be among [\\w, ]+ but found "${name}": correct its name, or leave it out, `),
    );
  });
});

describe("a value that would give a wrong picture, or a wrong number, is refused", () => {
  const curves = (given: unknown, options: object = {}) => figures.curves(odd(given), { ...axes, ...options });

  test.each<[message: string, call: () => unknown]>([
    ["something in curves of figures.curves but found an empty list", () => curves([])],
    ["curves of figures.curves to be a list of curves but found an object", () => curves(line)],
    [
      "curves[0].x of figures.curves to be as long as curves[0].y, 3, but found 2",
      () => curves([{ ...line, x: [0, 1] }]),
    ],
    ['curves[0].y[1] of figures.curves to be a number but found "2"', () => curves([{ ...line, y: [1, "2", 3] }])],
    [
      "curves[0].y of figures.curves to be a list of numbers but found a promise",
      () => curves([{ ...line, y: Promise.resolve([1]) }]),
    ],
    [
      "a finite number in curves[0].y of figures.curves but found none",
      () => curves([{ ...line, y: [NaN, NaN, NaN] }]),
    ],
    ["curves[0].name of figures.curves but found none: give it", () => curves([{ y: [1] }])],
    ["curves[0].color of figures.curves to be a colour", () => curves([{ ...line, color: "#12" }])],
    ['curves[0].dash of figures.curves to be "solid" or', () => curves([{ ...line, dash: "dotted" }])],
    [
      "yRange of figures.curves to be two numbers, the smaller first but found [0, NaN]",
      () => curves([line], { yRange: [0, NaN] }),
    ],
    [
      "xRange of figures.curves to be two numbers, the smaller first but found [2, 0]",
      () => curves([line], { xRange: [2, 0] }),
    ],
    ["yRange of figures.curves above 0 but found 0", () => curves([line], { log: "y", yRange: [0, 1] })],
    ["a value above 0 in curves[0].y of figures.curves", () => curves([{ ...line, y: [-1, -2, 0] }], { log: "y" })],
    ["height of figures.curves to be a number above 0", () => curves([line], { height: -5 })],
    ["title of figures.curves but found none", () => figures.curves([line], odd({ x: "x", y: "y" }))],
    ["options of figures.curves in an object (title, caption, alt", () => figures.curves([line], odd("Title"))],
    [
      "bands[0].color of figures.curves to be a colour of six hexadecimal digits",
      () => curves([line], { bands: [{ x: [0], low: [0], high: [1], color: "red" }] }),
    ],
    [
      "bands[0].low of figures.curves to be as long as bands[0].x, 1, but found 2",
      () => curves([line], { bands: [{ x: [0], low: [0, 1], high: [1], color: "#ff0000" }] }),
    ],
    [
      "groups[0].y of figures.bars to be as long as categories, 2, but found 3",
      () =>
        figures.bars(
          ["a", "b"],
          [line].map(({ name, y }) => ({ name, y })),
          axes,
        ),
    ],
    [
      "range of figures.images to be two numbers, the smaller first but found [1, 0]",
      () => figures.images([[1]], { shape: [1, 1], range: [1, 0] }),
    ],
    [
      "labels of figures.images to be as long as pictures, 2, but found 1",
      () => figures.images([[1], [2]], { shape: [1, 1], labels: ["a"] }),
    ],
    [
      "columns of figures.images to be a whole number from 1 on but found 0",
      () => figures.images([[1]], { shape: [1, 1], columns: 0 }),
    ],
    [
      "shape of figures.images to be 2 whole numbers from 1 on but found [2]",
      () => figures.images([[1]], odd({ shape: [2] })),
    ],
    ['scale of figures.heatmap to be "ink" or', () => figures.heatmap([[1]], odd({ title: "", scale: "viridis" }))],
    [
      "xLabels of figures.heatmap to be as long as a row, 2, but found 1",
      () => figures.heatmap([[1, 2]], { title: "", xLabels: ["a"] }),
    ],
    [
      "frame of figures.heatmap to lie within 1 rows of 2 but found rows 0 to 1",
      () => figures.heatmap([[1, 2]], { title: "", frame: [0, 0, 2, 1] }),
    ],
    [
      "indices[0] of figures.digits to be a whole number from 0 on but found 0.5",
      () => figures.digits({ images: image, labels: [1], indices: [0.5] }),
    ],
    [
      "a prediction for each of the indices of figures.digits but found 1 predictions and the index 1",
      () =>
        figures.digits({
          images: new Float32Array(1568),
          labels: [1, 2],
          indices: [1],
          predictions: { label: [1], probability: [1] },
        }),
    ],
    ["at least one run but found none (figures.accuracy)", () => figures.accuracy([])],
    ["one run, or its record, but found a promise (figures.loss)", () => figures.loss(odd(Promise.resolve(run)))],
    ["one run, or its record, but found 2 of them (figures.confusion)", () => figures.confusion(odd([run, other]))],
    ["runs of figures.comparison to be a list of runs but found an object", () => figures.comparison(odd(run))],
    [
      "detail of figures.accuracy to be two numbers, the smaller first, or false but found true",
      () => figures.accuracy(run, { detail: odd(true) }),
    ],
    [
      "comparisons by one measure but found test and testLoss (figures.differences)",
      () => figures.differences([...found, ...lossFound]),
    ],
    [
      "panels[0] of figures.panels to be a figure that a function of figures made",
      () => figures.panels([odd({ data: [], layout: {} })], { title: "" }),
    ],
    [
      "widths of figures.panels to be as long as columns, 2, but found 1",
      () => figures.panels([map, map], { title: "", columns: 2, widths: [1] }),
    ],
    [
      "steps[0].label of figures.slides to be a text but found 1",
      () => figures.slides([{ label: odd(1), figure: map }]),
    ],
    [
      "units[0] of figures.states to be a whole number from 0 on but found -1",
      () => figures.states({ series: [1, 2], states: [1, 2], units: [-1] }),
    ],
    [
      "cells[0].state of figures.statesBySum to be as long as sums, 2, but found 1",
      () => figures.statesBySum({ sums: [1, 2], cells: [{ name: "a", state: [1] }] }),
    ],
    [
      "predictions of figures.errorsBySum to be as long as sums, 2, but found 1",
      () => figures.errorsBySum({ sums: [1, 2], labels: [0, 1], predictions: [1] }),
    ],
    [
      "series of figures.gates to be as long as steps, 2, but found 1",
      () => figures.gates({ gates: { f: [0, 1] }, steps: 2, series: [1] }),
    ],
    ["caption of show to be a text but found 5", () => deepnets.show("x", { caption: odd(5) })],
    ["rows[0] of table to be an object of values by column but found 1", () => deepnets.table(odd([1, 2]))],
    ["source of html to be a text but found 5", () => deepnets.html(odd(5))],
    ["something in claims of claims but found an empty list", () => deepnets.claims(full, [])],
    [
      'claims[0].value of claims to be a number but found "0.98"',
      () => deepnets.claims(full, [{ text: "t", value: odd("0.98"), above: 0.9 }]),
    ],
    [
      "claims[0].below of claims to be a number but found NaN",
      () => deepnets.claims({ profile: "quick" }, [{ text: "t", value: 1, below: NaN }]),
    ],
    [
      'claims[0].always of claims to be true or false but found "no"',
      () => deepnets.claims(full, [{ text: "t", value: 1, below: 2, always: odd("no") }]),
    ],
    ['profile of claims to be "full" or "quick" but found null', () => deepnets.claims(odd({}), [])],
    ['split of tensorboard to be "train" or "test"', () => deepnets.tensorboard(run, { split: odd("validation") })],
    ["seed of readRecord to be a whole number from 0 on", () => deepnets.readRecord({ part: "h6-1b", seed: odd("1") })],
    ["parts of readRecords to be a list of parts but found", () => deepnets.readRecords({ parts: odd("h6-1b") })],
    ["pairs[0] of compareModels to be two models", () => deepnets.compareModels([run], odd(["h6-1b", "h6-1d"]))],
    ['measure of compareModels to be "test" or', () => deepnets.compareModels([run], [], { measure: odd("accuracy") })],
    [
      'trained of trace to be among w but found "v"',
      () => deepnets.trace({ f: traced }, { variables, trained: ["v"] }),
    ],
  ])("%s", async (message, call) => {
    expect(await messageOf(call)).toContain(`Expected ${message}`);
  });

  test.each(["graph", "eager"] as const)("a step refuses a batch that is not finite: %s", (mode) => {
    const model = deepnets.models.mlp({ inputs: 2, hidden: [2], outputs: 2 });
    const step = deepnets.createStep(model, {
      shape: [2],
      batchSize: 1,
      seed: 1,
      mode,
      optimizer: { name: "sgd", learningRate: 0.1 },
    });
    const batch = (value: number) => ({ inputs: Float32Array.of(0, value), labels: Uint8Array.of(1), size: 1 });
    for (const value of [NaN, Infinity])
      for (const call of [() => step.step(batch(value), 0), () => step.evaluate(batch(value))])
        expect(call).toThrow(`Expected finite inputs but found ${value} (createStep, value 1): correct the data.`);
    expect(step.step(batch(1), 0)).toBeGreaterThan(0);
    step.dispose();
  });

  test("assess gives no accuracy of inputs that are not finite", async () => {
    const split = { inputs: Float32Array.of(NaN, 0), labels: Uint8Array.of(0), size: 1 };
    const model = deepnets.models.linear({ inputs: 2, outputs: 2 });
    expect(await messageOf(() => deepnets.assess(model, split))).toContain(
      "Expected finite inputs but found NaN (assess",
    );
  });
});

describe("what can be meant is taken", () => {
  test("each option of curves, as the library's own functions give them", () => {
    const options: deepnets.figures.CurveOptions = {
      ...{ ...axes, caption: undefined, alt: "", log: "xy", height: 90, yFormat: ".0%", legend: true },
      xRange: [0.1, 2],
      yRange: [1, 3],
      horizontal: [{ value: 1, label: "", at: "right, below" }],
      vertical: [],
      bands: [{ x: [1], low: Float32Array.of(0), high: [1], color: "#003f7a" }],
    };
    const given: deepnets.figures.Curve[] = [
      { ...line, y: Float64Array.of(1, NaN, 3), color: "rgb(1, 2, 3)", dash: "dot", width: 1, opacity: 0.5 },
      { name: "b", y: [1], label: "", points: true, symbol: "square" },
    ];
    expect(figures.curves(given, options)).toEqual(plainCurves(given, options));
  });

  test("a hole in a picture is paper, and does not take the scale with it", () => {
    const row = Array.from({ length: 500 }, (_, i) => (i === 7 ? NaN : i === 8 ? Infinity : i));
    const [{ z, zmax, colorscale }] = figures.heatmap([row], { title: "t" }).data;
    const bytes = [...Buffer.from(z.bdata, "base64")];
    expect([bytes[0], bytes[7], bytes[8], bytes[499], zmax]).toEqual([0, 255, 255, 254, 255]);
    expect(colorscale.at(-1)).toEqual([1, figures.colors.paper]);
    const [sheet] = figures.images([[0, NaN]], { shape: [1, 2], scale: "activation" }).data;
    expect([...Buffer.from(sheet.z.bdata, "base64")]).toContain(255);
    expect(sheet.colorscale.at(-1)).toEqual([1, figures.colors.paper]);
  });

  test("the rest of figures is what it was, and the compiler asks for the name of a new option", () => {
    expect(figures.modelStyle("h6-1d").name).toBe("CNN");
    // @ts-expect-error: "alt" has no rule
    expect(strict(gap, { title: text, caption: text }, { name: "gap", at: 1 })).toBeTypeOf("function");
  });
});
