import { isObject } from "../../base/is-object";
import * as plain from "../../figures";
import {
  color,
  drawable,
  fields,
  filled,
  flag,
  fraction,
  hexColor,
  isRange,
  list,
  listOf,
  needed,
  number,
  numbers,
  oneOf,
  type Place,
  positive,
  type Rules,
  range,
  rule,
  sameLength,
  shape,
  text,
  texts,
  whole,
} from "./rules";
import { anyRuns, oneRun, someRuns } from "./runs";
import { strict } from "./strict";

// What a cell sees as `figures`: each refuses an option that it does not have.

export * from "../../figures";

const words: Rules<Partial<plain.Words>> = { title: text, caption: text, alt: text };
const titled: Rules<plain.Words> = { ...words, title: needed(text) };
const baseline = fields<NonNullable<plain.LossOptions["baseline"]>>({ value: needed(number), label: needed(text) });
const lines = listOf<plain.Rule>("lines", {
  value: needed(number),
  label: needed(text),
  at: oneOf("left", "right", "right, below"),
});
const scale = oneOf("ink", "activation", "diverging", "errors");

/** A figure that a function here made; a hand-written one has no words to work on. */
const figure = rule("a figure that a function of figures made", (value) => {
  const { data, layout } = (value ?? {}) as Partial<plain.Figure>;
  return Array.isArray(data) && isObject(layout) && isObject(layout.meta);
});

export const accuracy = strict(
  plain.accuracy,
  { ...words, baseline, detail: rule("two numbers, the smaller first, or false", isRangeOrFalse) },
  { name: "figures.accuracy", at: 1, given: { runs: someRuns } },
);

export const loss = strict(
  plain.loss,
  { ...words, baseline, yRange: range },
  {
    name: "figures.loss",
    at: 1,
    given: { runs: someRuns },
    check: ({ yRange }) => requirePositive("loss", { yRange }),
  },
);

export const gap = strict(plain.gap, words, { name: "figures.gap", at: 1, given: { runs: someRuns } });

export const comparison = strict(
  plain.comparison,
  { ...words, detail: range, spread: anyRuns },
  { name: "figures.comparison", at: 1, given: { runs: filled(anyRuns) } },
);

export const parametersVsAccuracy = strict(plain.parametersVsAccuracy, words, {
  name: "figures.parametersVsAccuracy",
  at: 1,
  given: { runs: someRuns },
});

export const confusion = strict(
  plain.confusion,
  { ...words, split: oneOf("train", "test"), classes: texts },
  { name: "figures.confusion", at: 1, given: { run: oneRun } },
);

export const calibration = strict(
  plain.calibration,
  { ...words, labels: needed(numbers), bins: whole(1) },
  { name: "figures.calibration", at: 1, required: true, given: { runs: someRuns } },
);

export const differences = strict(plain.differences, words, {
  name: "figures.differences",
  at: 1,
  given: { found: comparisons },
});

const curve: Rules<plain.Curve> = {
  name: needed(text),
  y: needed(drawable),
  x: drawable,
  color,
  dash: oneOf("solid", "dash", "dot"),
  width: positive,
  opacity: fraction,
  label: text,
  points: flag,
  symbol: text,
};

export const curves = strict(
  plain.curves,
  {
    ...titled,
    x: needed(text),
    y: needed(text),
    xRange: range,
    yRange: range,
    log: oneOf("x", "y", "xy"),
    height: positive,
    yFormat: text,
    horizontal: lines,
    vertical: lines,
    legend: flag,
    bands: listOf<NonNullable<plain.CurveOptions["bands"]>[number]>("bands", {
      x: needed(numbers),
      low: needed(numbers),
      high: needed(numbers),
      color: needed(hexColor),
    }),
  },
  {
    name: "figures.curves",
    at: 1,
    required: true,
    given: { curves: filled(listOf("curves", curve)) },
    check: ({ log = "", xRange, yRange, horizontal, vertical, bands }, [given]) => {
      const of = "figures.curves";
      given.forEach(({ x, y }, i) => sameLength(x, y, { one: `curves[${i}].x`, other: `curves[${i}].y`, of }));
      (bands ?? []).forEach(({ x, low, high }, i) => {
        sameLength(low, x, { one: `bands[${i}].low`, other: `bands[${i}].x`, of });
        sameLength(high, x, { one: `bands[${i}].high`, other: `bands[${i}].x`, of });
      });
      if (log.includes("x")) {
        requirePositive("curves", { xRange, vertical: (vertical ?? []).map(({ value }) => value) });
        given.forEach(({ x }, i) => requireSomePositive(x, `curves[${i}].x`));
      }
      if (log.includes("y")) {
        requirePositive("curves", { yRange, horizontal: (horizontal ?? []).map(({ value }) => value) });
        given.forEach(({ y }, i) => requireSomePositive(y, `curves[${i}].y`));
      }
    },
  },
);

export const bars = strict(
  plain.bars,
  { ...titled, x: needed(text), y: needed(text), yRange: range, yFormat: text, text, height: positive },
  {
    name: "figures.bars",
    at: 2,
    required: true,
    given: {
      categories: filled(list("categories", rule("a text or a number", isCategory))),
      groups: filled(
        listOf<Parameters<typeof plain.bars>[1][number]>("groups", { name: needed(text), y: needed(drawable), color }),
      ),
    },
    check: (_, [categories, groups]) => {
      const of = "figures.bars";
      groups.forEach(({ y }, i) => sameLength(y, categories, { one: `groups[${i}].y`, other: "categories", of }));
    },
  },
);

export const images = strict(
  plain.images,
  { ...words, shape: needed(shape(2)), columns: whole(1), labels: texts, scale, range },
  {
    name: "figures.images",
    at: 1,
    required: true,
    given: { pictures: filled(list("pictures", drawable)) },
    check: ({ labels }, [pictures]) =>
      sameLength(labels, pictures, { one: "labels", other: "pictures", of: "figures.images" }),
  },
);

export const heatmap = strict(
  plain.heatmap,
  {
    ...titled,
    scale,
    range,
    x: text,
    y: text,
    xLabels: texts,
    yLabels: texts,
    firstColumn: number,
    digits: whole(0),
    square: flag,
    height: positive,
    frame: rule("four whole numbers", isFrame),
  },
  {
    name: "figures.heatmap",
    at: 1,
    required: true,
    given: { matrix: filled(list("rows", numbers)) },
    check: ({ xLabels, yLabels, frame }, [matrix]) => {
      const of = "figures.heatmap";
      const [rows, columns] = [matrix.length, matrix[0]?.length ?? 0];
      sameLength(xLabels, columns, { one: "xLabels", other: "a row", of });
      sameLength(yLabels, rows, { one: "yLabels", other: "the matrix", of });
      if (!frame) return;
      const [row, column, down, across] = frame;
      if (row + down > rows || column + across > columns)
        throw new Error(
          `Expected frame of ${of} to lie within ${rows} rows of ${columns} but found rows ${row} to ` +
            `${row + down - 1} and columns ${column} to ${column + across - 1}: count from 0.`,
        );
    },
  },
);

export const digits = strict(
  plain.digits,
  {
    ...words,
    images: needed(rule("a Float32Array", (value) => value instanceof Float32Array)),
    labels: needed(numbers),
    indices: needed(list("whole numbers from 0 on", whole(0))),
    predictions: fields<NonNullable<plain.DigitsOptions["predictions"]>>({
      label: needed(numbers),
      probability: numbers,
    }),
    columns: whole(1),
  },
  {
    name: "figures.digits",
    required: true,
    check: ({ indices, predictions }) => {
      const known = Math.min(...[predictions?.label, predictions?.probability].map((list) => list?.length ?? Infinity));
      const missing = Array.from(indices).find((index) => index >= known);
      if (missing !== undefined)
        throw new Error(
          `Expected a prediction for each of the indices of figures.digits but found ${known} predictions and the ` +
            `index ${missing}: give the predictions of all images.`,
        );
    },
  },
);

export const panels = strict(
  plain.panels,
  { ...titled, columns: whole(1), widths: list("shares", positive), gap: fraction },
  {
    name: "figures.panels",
    at: 1,
    required: true,
    given: { panels: filled(list("figures", figure)) },
    check: ({ columns = 1, widths }, [panels]) => {
      if (widths?.length !== columns)
        sameLength(widths, Math.min(columns, panels.length), { one: "widths", other: "columns", of: "figures.panels" });
    },
  },
);

export const slides = strict(
  plain.slides,
  { ...words, control: oneOf("slider", "buttons"), active: whole(0), prefix: text, columns: whole(1) },
  {
    name: "figures.slides",
    at: 1,
    given: {
      steps: filled(
        listOf<Parameters<typeof plain.slides>[0][number]>("steps", { label: needed(text), figure: needed(figure) }),
      ),
    },
  },
);

export const captioned = strict(plain.captioned, words, {
  name: "figures.captioned",
  at: 1,
  required: true,
  given: { drawn: needed(figure) },
});

export const weights = strict(plain.weights, words, {
  name: "figures.weights",
  at: 1,
  given: { matrix: needed(drawable) },
});

export const filters = strict(
  plain.filters,
  { ...words, shape: needed(shape(4)), channel: whole(0), columns: whole(1) },
  { name: "figures.filters", at: 1, required: true, given: { kernel: needed(drawable) } },
);

export const featureMaps = strict(
  plain.featureMaps,
  { ...words, shape: needed(shape(3)), columns: whole(1) },
  { name: "figures.featureMaps", at: 1, required: true, given: { values: needed(drawable) } },
);

export const states = strict(
  plain.states,
  {
    ...words,
    series: needed(drawable),
    states: needed(drawable),
    units: list("cells", whole(0)),
    output: drawable,
    threshold: number,
    expected: number,
  },
  {
    name: "figures.states",
    required: true,
    check: ({ series, output }) => sameLength(output, series, { one: "output", other: "series", of: "figures.states" }),
  },
);

export const statesBySum = strict(
  plain.statesBySum,
  {
    ...words,
    sums: needed(drawable),
    cells: filled(
      listOf<plain.StatesBySumOptions["cells"][number]>("cells", { name: needed(text), state: needed(drawable) }),
    ),
    threshold: number,
    x: text,
  },
  {
    name: "figures.statesBySum",
    required: true,
    check: ({ sums, cells }) =>
      cells.forEach(({ state }, i) =>
        sameLength(state, sums, { one: `cells[${i}].state`, other: "sums", of: "figures.statesBySum" }),
      ),
  },
);

export const errorsBySum = strict(
  plain.errorsBySum,
  {
    ...words,
    sums: needed(drawable),
    labels: needed(numbers),
    predictions: needed(numbers),
    threshold: number,
    range: rule("two whole numbers, the smaller first", isWholeRange),
  },
  {
    name: "figures.errorsBySum",
    required: true,
    check: ({ sums, labels, predictions }) => {
      const of = "figures.errorsBySum";
      sameLength(labels, sums, { one: "labels", other: "sums", of });
      sameLength(predictions, sums, { one: "predictions", other: "sums", of });
    },
  },
);

export const gates = strict(
  plain.gates,
  { ...words, gates: needed(gatesByName), steps: needed(whole(1)), series: numbers },
  {
    name: "figures.gates",
    required: true,
    check: ({ series, steps }) => sameLength(series, steps, { one: "series", other: "steps", of: "figures.gates" }),
  },
);

export const modelStyle: typeof plain.modelStyle = (id) => {
  needed(text)(id, { path: "id", of: "figures.modelStyle" });
  return plain.modelStyle(id);
};

function comparisons(value: unknown, place: Place): void {
  list(
    "comparisons",
    rule("what compareModels returned", (one) => isObject(one) && typeof one.measure === "string"),
  )(value, place);
  const measures = [...new Set((value as readonly { readonly measure: string }[]).map(({ measure }) => measure))];
  if (measures.length > 1)
    throw new Error(
      `Expected comparisons by one measure but found ${measures.join(" and ")} (figures.differences): draw a figure ` +
        "of each, since their scales differ.",
    );
}

/** On a logarithmic axis nothing at or below 0 has a place. */
function requirePositive(name: string, values: Readonly<Record<string, readonly number[] | undefined>>): void {
  for (const [option, list = []] of Object.entries(values)) {
    const wrong = list.find((value) => value <= 0);
    if (wrong !== undefined)
      throw new Error(
        `Expected ${option} of figures.${name} above 0 but found ${wrong}: a logarithmic axis has no place for it.`,
      );
  }
}

function requireSomePositive(values: ArrayLike<number> | undefined, path: string): void {
  if (values !== undefined && !Array.from(values).some((value) => value > 0))
    throw new Error(
      `Expected a value above 0 in ${path} of figures.curves but found none: a logarithmic axis has no place for the ` +
        "others; leave log out.",
    );
}

function gatesByName(value: unknown, place: Place): void {
  rule("an object of gates by name", isObject)(value, place);
  for (const [name, values] of Object.entries(value as Readonly<Record<string, unknown>>))
    needed(drawable)(values, { ...place, path: `${place.path}.${name}` });
}

function isRangeOrFalse(value: unknown): boolean {
  return value === false || isRange(value);
}

function isWholeRange(value: unknown): boolean {
  return isRange(value) && (value as readonly number[]).every(Number.isSafeInteger);
}

function isCategory(value: unknown): boolean {
  return typeof value === "string" || Number.isFinite(value);
}

function isFrame(value: unknown): boolean {
  return Array.isArray(value) && value.length === 4 && value.every((one) => Number.isSafeInteger(one) && one >= 0);
}
