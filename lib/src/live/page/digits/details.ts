import { itemAt } from "../../../base/item-at";
import { forwardAll } from "../../forward";
import type { Convolution, Dense, Network } from "../../layers";
import { element } from "../element";
import { colorOf, paintMap } from "../paint";

/** A view into a network for the image on the pad. */
export interface Details {
  readonly element: HTMLElement;
  show(image: Float32Array | undefined): void;
}

/**
 * Which view a network has: the maps of its convolutions, or the sums of a linear model; undefined for others.
 */
export function detailsOf(network: Network): "maps" | "sums" | undefined {
  if (network.layers.some(({ kind }) => kind === "convolution")) return "maps";
  return network.layers.filter(({ kind }) => kind === "dense").length === 1 ? "sums" : undefined;
}

/** Makes the view into a network; `color` is the theme's name for its model's colour. */
export const makeDetails = (network: Network, color: string): Details =>
  detailsOf(network) === "maps" ? makeMaps(network, color) : makeSums(network);

const order = ["first", "second", "third", "fourth"];

/** All maps of each convolution, one beside the other; full colour is the largest value of the layer. */
function makeMaps(network: Network, color: string): Details {
  const layers = network.layers.flatMap((layer, at) => (layer.kind === "convolution" ? [{ layer, at }] : []));
  const grids = layers.map(({ layer, at }, i) => {
    const [rows, columns] = layer.image;
    const wide = layer.maps > 32 ? 16 : 8;
    const high = Math.ceil(layer.maps / wide);
    const canvas = element("canvas", {
      width: wide * (columns + 1) - 1,
      height: high * (rows + 1) - 1,
      role: "img",
      "aria-label": `The ${layer.maps} feature maps of the ${order[i]} convolution for this drawing`,
    });
    const words = `${layer.maps} maps of the ${order[i]} convolution, ${rows} × ${columns}, after ReLU`;
    return { layer, at, wide, canvas, figure: element("div", { class: "maps" }, element("p", {}, words), canvas) };
  });
  return {
    element: element("div", {}, ...grids.map(({ figure }) => figure)),
    show(image) {
      const outputs = image && forwardAll(network, image);
      for (const { layer, at, wide, canvas } of grids) {
        const values = outputs?.[at];
        canvas.getContext("2d")!.clearRect(0, 0, canvas.width, canvas.height);
        if (values) paintMaps(canvas, { layer, values, wide, color });
      }
    },
  };
}

interface Maps {
  readonly layer: Convolution;
  readonly values: Float32Array;
  /** Maps in a row. */
  readonly wide: number;
  readonly color: string;
}

function paintMaps(canvas: HTMLCanvasElement, { layer, values, wide, color }: Maps): void {
  const [rows, columns] = layer.image;
  const most = values.reduce((largest, value) => Math.max(largest, value), 1e-6);
  const context = canvas.getContext("2d")!;
  context.fillStyle = `rgb(${colorOf(canvas, "faint").join()})`;
  for (let map = 0; map < layer.maps; map++) {
    const one = Float32Array.from({ length: rows * columns }, (_, i) => itemAt(values, i * layer.maps + map) / most);
    const [left, top] = [(map % wide) * (columns + 1), Math.floor(map / wide) * (rows + 1)];
    // A line around each map; a row that the maps do not fill stays empty.
    context.fillRect(left - 1, top - 1, columns + 2, rows + 2);
    paintMap(canvas, one, { rows, columns, left, top, shades: { full: color } });
  }
}

/** For each digit the products of weight and pixel, whose sum with the bias is the digit's h. */
function makeSums(network: Network): Details {
  const { inputs, outputs, kernel, bias } = network.layers.find((one): one is Dense => one.kind === "dense")!;
  const side = Math.round(Math.sqrt(inputs));
  const pictures = Array.from(bias, (own, digit) => {
    const canvas = element("canvas", { width: side, height: side, role: "img" });
    const words = element("span", {});
    const weights = kernel.filter((_, i) => i % outputs === digit);
    return { digit, bias: own, weights, canvas, words, figure: element("div", { class: "sum" }, canvas, words) };
  });
  const words =
    "Weight times pixel for each digit: light orange speaks for it, dark blue against it. The digit with the largest " +
    "sum is the answer.";
  return {
    element: element(
      "div",
      {},
      element("p", {}, words),
      element("div", { class: "sums" }, ...pictures.map(({ figure }) => figure)),
    ),
    show(image) {
      const answers = pictures.map((picture) => {
        const products = Array.from(picture.weights, (weight, i) => weight * (image?.[i] ?? 0));
        return { ...picture, products, h: products.reduce((sum, product) => sum + product, picture.bias) };
      });
      const largest = Math.max(...answers.map(({ h }) => h));
      const most = answers.flatMap(({ products }) => products).reduce((so, one) => Math.max(so, Math.abs(one)), 1e-6);
      for (const { digit, products, h, canvas, words, figure } of answers) {
        const shares = products.map((product) => product / most);
        paintMap(canvas, shares, { rows: side, columns: side, shades: "signed" });
        words.textContent = image ? `${digit}: ${h.toFixed(1)}` : String(digit);
        figure.classList.toggle("best", image !== undefined && h === largest);
        const sum = image ? h.toFixed(1) : "nothing drawn";
        canvas.setAttribute("aria-label", `Sum of the digit ${digit}: ${sum}`);
      }
    },
  };
}
