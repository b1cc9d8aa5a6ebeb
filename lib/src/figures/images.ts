import { signedColor } from "../base/signed-colors";
import { type Figure, figure, plotHeight, type Spec, type Words } from "./figure";
import { bytes, percent, rounded } from "./numbers";
import { activation, colors, diverging, errors, sequential, textOn } from "./theme";

const scales = { ink: sequential, activation, diverging, errors };

/** What `images` takes besides the pictures. */
export interface ImagesOptions extends Partial<Words> {
  /** Height and width of each picture, in pixels of its own. */
  readonly shape: readonly [number, number];
  /** Pictures in a row; default 10. */
  readonly columns?: number;
  /** Text under each picture. */
  readonly labels?: readonly string[];
  /**
   * "ink": 0 is paper; "diverging": dark blue, grey and light orange around 0; "activation": paper to blue. Default
   * "ink".
   */
  readonly scale?: keyof typeof scales;
  /** The values at the ends of the scale; default the smallest and largest (symmetric for "diverging"). */
  readonly range?: readonly [number, number];
}

/**
 * Many small pictures in rows: digits, filters, feature maps.
 *
 * @param pictures Each row-major `[height * width]`.
 * @throws When there is no picture, or one does not have height x width values.
 * @example
 * figures.images([kernel], { shape: [5, 5], scale: "diverging", title: "A kernel" });
 */
export function images(pictures: readonly ArrayLike<number>[], options: ImagesOptions): Figure {
  const [height, width] = options.shape;
  if (pictures.length === 0) throw new Error("Expected at least one picture but found none: check the indices.");
  for (const [i, picture] of pictures.entries())
    if (picture.length !== height * width)
      throw new Error(
        `Expected picture ${i} to have ${height} x ${width} = ${height * width} values but found ` +
          `${picture.length}: give its shape.`,
      );
  const columns = Math.min(options.columns ?? 10, pictures.length);
  const rows = Math.ceil(pictures.length / columns);
  const lines = options.labels ? Math.max(...options.labels.map((label) => label.split("<br>").length)) : 0;
  const side = Math.max(24, Math.min(110, Math.floor(720 / columns) - 4));
  const unit = width / side;
  const gap = Math.max(1, Math.round(4 * unit));
  // A label's height is fixed in pixels, while pictures shrink with the page: leave room for it on a page of 390
  // pixels.
  const room = lines > 0 ? Math.ceil((lines * 14 + 2) * unit * Math.max(1, side / (narrowWidth / columns - 2))) : 0;
  const step = { x: width + gap, y: height + gap + room };
  const size = { rows: rows * step.y, columns: columns * step.x - gap };
  const signed = options.scale === "diverging";
  const [low, high] = options.range ?? span(pictures, signed);
  const holes = signed || pictures.some(hasHoles);
  // Paper lies between the pictures: no value, where the scale has no value of that colour.
  const sheet = new Float32Array(size.rows * size.columns).fill(signed ? Number.NaN : low);
  const corner = (i: number) => ({ x: (i % columns) * step.x, y: Math.floor(i / columns) * step.y });
  pictures.forEach((picture, i) => {
    const { x, y } = corner(i);
    const values = Float32Array.from(picture);
    for (let r = 0; r < height; r++) sheet.set(values.subarray(r * width, (r + 1) * width), (y + r) * size.columns + x);
  });
  const outline = pictures.map((_, i) => {
    const { x, y } = corner(i);
    return {
      type: "rect",
      xref: "x",
      yref: "y",
      x0: x - 0.5,
      x1: x + width - 0.5,
      y0: y - 0.5,
      y1: y + height - 0.5,
      line: { color: colors.faint, width: 1 },
    };
  });
  const annotations = (options.labels ?? []).slice(0, pictures.length).map((text, i) => {
    const { x, y } = corner(i);
    return {
      xref: "x",
      yref: "y",
      x: x + (width - 1) / 2,
      y: y + height,
      yanchor: "top",
      showarrow: false,
      text,
      font: { size: 12 },
    };
  });
  const heatmap: Spec = {
    type: "heatmap",
    z: bytes(sheet, { ...size, low, high }),
    ...scaleOfBytes(options.scale, holes),
    showscale: false,
    hoverinfo: "skip",
  };
  const plot = Math.round(size.rows / unit);
  const drawn = figure(
    [heatmap],
    {
      ...options,
      title: options.title ?? "",
      alt:
        options.alt ?? `${[options.title, options.caption].filter(Boolean).join(": ")} (${pictures.length} pictures)`,
    },
    {
      height: plot,
      left: 12,
      right: 12,
      bottom: 10,
      x: { ...hidden, range: [-1, size.columns], constrain: "domain" },
      y: { ...hidden, range: [size.rows, -1], scaleanchor: "x", constrain: "domain" },
    },
  );
  const narrow = Math.min(plot, Math.round((narrowWidth / size.columns) * size.rows) + 10);
  return {
    data: drawn.data,
    layout: {
      ...drawn.layout,
      annotations,
      shapes: outline,
      dragmode: false,
      meta: { ...drawn.layout.meta, narrow: { plotHeight: narrow } },
    },
  };
}

type Stop = readonly [at: number, color: string];

const stopsOf = (scale: keyof typeof scales = "ink"): Stop[] => scales[scale].map(([at, color]) => [at, color]);

/** A scale for the bytes 0 to 254, and paper for 255. */
const overPaper = (scale: readonly Stop[]): Stop[] => [
  ...scale.map(([at, color]): Stop => [(at * 254) / 255, color]),
  [254.5 / 255, colors.paper],
  [1, colors.paper],
];

/** The scale of a map of bytes; with holes, 255 is a value of it. */
const scaleOfBytes = (scale: keyof typeof scales | undefined, holes: boolean): Spec =>
  holes
    ? { zmin: 0, zmax: 255, colorscale: overPaper(stopsOf(scale)) }
    : { zmin: 0, zmax: 254, colorscale: stopsOf(scale) };

const hasHoles = (values: ArrayLike<number>): boolean => Array.from(values).some((value) => !Number.isFinite(value));

// Pixels that a page of 390 pixels leaves for the pictures of a figure.
const narrowWidth = 330;

const hidden = { visible: false, fixedrange: true };

function span(pictures: readonly ArrayLike<number>[], symmetric: boolean): [number, number] {
  let low = Infinity;
  let high = -Infinity;
  for (const value of pictures.flatMap((picture) => Array.from(picture)).filter(Number.isFinite)) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  const end = Math.max(-low, high) || 1;
  return symmetric ? [-end, end] : [low, high > low ? high : low + 1];
}

/** What `heatmap` takes besides the matrix. */
export interface HeatmapOptions extends Words {
  readonly scale?: keyof typeof scales;
  readonly range?: readonly [number, number];
  /** Axis titles; without one the axis has no ticks either. */
  readonly x?: string;
  readonly y?: string;
  /** What stands at the ticks, one per column and row. */
  readonly xLabels?: readonly string[];
  readonly yLabels?: readonly string[];
  /** Number of the first column, where columns have no labels: 1 where they are steps t = 1, 2, ...; default 0. */
  readonly firstColumn?: number;
  /** Digits after the point of the number in each cell; none where left out. */
  readonly digits?: number;
  /** Square cells; default true. */
  readonly square?: boolean;
  /** Pixels between the ends of the y-axis; default 30 per row, at most 300. */
  readonly height?: number;
  /** Cells framed in orange: first row, first column, rows, columns. */
  readonly frame?: readonly [row: number, column: number, rows: number, columns: number];
}

/**
 * A matrix in colours, row 0 on top; with `digits` each cell also holds its number.
 *
 * @param matrix Rows of equal length.
 * @throws When the matrix is empty, or its rows differ in length.
 * @example
 * figures.heatmap([[0, 1], [1, 0]], { title: "Exclusive or", digits: 0 });
 */
export function heatmap(matrix: readonly ArrayLike<number>[], options: HeatmapOptions): Figure {
  const rows = matrix.length;
  const columns = matrix[0]?.length ?? 0;
  const uneven = matrix.findIndex((row) => row.length !== columns);
  if (rows === 0 || columns === 0 || uneven >= 0)
    throw new Error(
      "Expected a matrix with rows of equal length but found " +
        (uneven >= 0 ? `${matrix[uneven]?.length} values in row ${uneven} and ${columns} in row 0` : "an empty one") +
        ": check its shape.",
    );
  const signed = options.scale === "diverging";
  const [low, high] = options.range ?? span(matrix, signed);
  const first = options.xLabels ? 0 : (options.firstColumn ?? 0);
  const size = rows * columns;
  const inBytes = size > 400;
  const { colorscale, ...ends } = scaleOfBytes(options.scale, inBytes && matrix.some(hasHoles));
  const values = inBytes
    ? {
        z: bytes(
          matrix.flatMap((row) => Array.from(row)),
          { rows, columns, low, high },
        ),
        ...ends,
        hoverinfo: "skip",
      }
    : {
        z: matrix.map((row) => rounded(row)),
        zmin: low,
        zmax: high,
        hovertemplate: "row %{y}, column %{x}: %{z:.4~g}<extra></extra>",
      };
  const gap = size <= 100 ? 1 : undefined;
  const { digits } = options;
  const numbers =
    digits === undefined || signed ? undefined : { texttemplate: `%{z:.${digits}f}`, textfont: { size: 11 } };
  const data: Spec = {
    type: "heatmap",
    ...values,
    x0: first === 0 ? undefined : first,
    dx: first === 0 ? undefined : 1,
    colorscale,
    showscale: false,
    ...numbers,
    xgap: gap,
    ygap: gap,
  };
  const square = options.square ?? true;
  const plot = options.height ?? Math.max(60, Math.min(300, rows * 30));
  const alt =
    options.alt ??
    `${[options.title, options.caption].filter(Boolean).join(": ")} (matrix of ${rows} × ${columns} values)`;
  const drawn = figure(
    signed && digits !== undefined
      ? [data, numbersOn(matrix, { first, digits, low, high, room: plot / rows })]
      : [data],
    { ...options, alt },
    {
      height: plot,
      left: Math.max(options.y || options.yLabels ? 56 : 12, labelRoom(options.yLabels) + (options.y ? 24 : 0)),
      right: 12,
      bottom: options.x || options.xLabels ? 48 : 10,
      x: {
        ...ticks(options.x, options.xLabels),
        range: [first - 0.5, first + columns - 0.5],
        constrain: square ? "domain" : undefined,
      },
      y: {
        ...ticks(options.y, options.yLabels),
        range: [rows - 0.5, -0.5],
        scaleanchor: square ? "x" : undefined,
        constrain: square ? "domain" : undefined,
      },
    },
  );
  const rect = (top: number, left: number, down: number, across: number, line: Spec) => ({
    type: "rect",
    xref: "x",
    yref: "y",
    x0: first + left - 0.5,
    x1: first + left + across - 0.5,
    y0: top - 0.5,
    y1: top + down - 0.5,
    line,
  });
  const shapes = [rect(0, 0, rows, columns, { color: colors.faint, width: 1 })];
  if (options.frame) shapes.push(rect(...options.frame, { color: colors.orange, width: 3 }));
  const beside = drawn.layout.margin.l + drawn.layout.margin.r;
  const narrow = square
    ? {
        narrow: { plotHeight: Math.min(plotHeight(drawn), Math.round(((narrowWidth + 24 - beside) / columns) * rows)) },
      }
    : {};
  return {
    data: drawn.data,
    layout: { ...drawn.layout, shapes, dragmode: false, meta: { ...drawn.layout.meta, ...narrow } },
  };
}

interface NumbersOptions {
  /** Number of the first column. */
  readonly first: number;
  readonly digits: number;
  readonly low: number;
  readonly high: number;
  /** Pixels between the upper and the lower edge of a cell. */
  readonly room: number;
}

/**
 * The numbers of a matrix with signs, in black or white: plotly.js' own grey is too faint on the colours in the middle.
 * They are as large as a square cell allows.
 */
function numbersOn(matrix: readonly ArrayLike<number>[], { first, digits, low, high, room }: NumbersOptions): Spec {
  const cells = matrix.flatMap((row, y) => Array.from(row, (value, column) => ({ x: first + column, y, value })));
  const text = cells.map(({ value }) => withMinus(value.toFixed(digits)));
  const longest = Math.max(...text.map((one) => one.length));
  const color = (value: number) => textOn(signedColor((2 * (value - low)) / (high - low) - 1));
  return {
    type: "scatter",
    mode: "text",
    x: cells.map(({ x }) => x),
    y: cells.map(({ y }) => y),
    text,
    textfont: {
      size: Math.max(6, Math.min(11, Math.floor(room / (0.6 * longest + 0.4)))),
      color: cells.map(({ value }) => color(value)),
    },
    hoverinfo: "skip",
  };
}

/** A number with a minus sign as in print, and with none before a zero. */
const withMinus = (text: string): string => text.replace(/^-(?=[0.]*$)/, "").replace("-", "−");

/** Pixels that tick labels take beside a picture; the tags in a label take none. */
const labelRoom = (labels: readonly string[] = []): number =>
  labels.length === 0
    ? 0
    : Math.round(16 + 7 * Math.max(...labels.map((label) => label.replace(/<\/?[a-z][^>]*>/g, "").length)));

function ticks(title: string | undefined, labels: readonly string[] | undefined): Spec {
  const values = labels && { tickmode: "array", tickvals: labels.map((_, i) => i), ticktext: [...labels] };
  return { showgrid: false, fixedrange: true, title, visible: title || labels ? undefined : false, ...values };
}

/** What `digits` draws. */
export interface DigitsOptions extends Partial<Words> {
  /** `[n * 784]`, row-major, values in [0, 1]: `mnist.test.inputs`. */
  readonly images: Float32Array;
  /** True class of each image. */
  readonly labels: ArrayLike<number>;
  /** Which images to show. */
  readonly indices: ArrayLike<number>;
  /** Predicted class of every image, and its probability: `record.final.predictions`. */
  readonly predictions?: { readonly label: ArrayLike<number>; readonly probability?: ArrayLike<number> };
  readonly columns?: number;
}

/**
 * Digits with their labels. With predictions, "4 → 9" means that the network took a 4 for a 9; its probability stands
 * below.
 *
 * @param options Images, labels, and which of them to show.
 * @throws When an index names no image.
 * @example
 * figures.digits({ images: mnist.test.inputs, labels: mnist.test.labels, indices: [0, 1, 2], title: "Test images" });
 */
export function digits(options: DigitsOptions): Figure {
  const indices = Array.from(options.indices);
  const known = Math.min(options.labels.length, options.images.length / 784);
  const missing = indices.find((index) => !(index >= 0 && index < known));
  if (missing !== undefined)
    throw new Error(
      `Expected indices from 0 to ${known - 1} but found ${missing}: choose indices that images and labels both have.`,
    );
  const { predictions } = options;
  const labels = indices.map((index) => {
    const label = String(options.labels[index]);
    if (!predictions) return label;
    const probability = predictions.probability?.[index];
    return `${label} → ${predictions.label[index]}${probability === undefined ? "" : `<br>${percent(probability, 0)}`}`;
  });
  return images(
    indices.map((index) => options.images.subarray(index * 784, (index + 1) * 784)),
    {
      shape: [28, 28],
      range: [0, 1],
      labels,
      columns: options.columns ?? (predictions ? 6 : 10),
      title: options.title ?? (predictions ? "Label → prediction" : "Digits"),
      caption: options.caption,
      alt:
        options.alt ??
        `${indices.length} handwritten digits. ` +
          `${labels.map((label) => label.replace("<br>", ", ").replace("→", "taken for")).join("; ")}`,
    },
  );
}
