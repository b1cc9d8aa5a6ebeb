import { forwardAll } from "../../forward";
import type { Convolution, Dense, Network } from "../../layers";
import { element } from "../element";
import { colorOf, paintMap } from "../paint";

/** What there is to see inside a network, for the image that it sees now. */
export interface Details {
  readonly element: HTMLElement;
  show(image: Float32Array | undefined): void;
}

/**
 * What can be shown of a network: the maps of its convolutions, or the sums of a linear model; undefined for others.
 */
export function detailsOf(network: Network): "maps" | "sums" | undefined {
  if (network.layers.some(({ kind }) => kind === "convolution")) return "maps";
  return network.layers.filter(({ kind }) => kind === "dense").length === 1 ? "sums" : undefined;
}

/** Makes the view into a network. */
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
    const one = Float32Array.from({ length: rows * columns }, (_, i) => values[i * layer.maps + map]! / most);
    const [left, top] = [(map % wide) * (columns + 1), Math.floor(map / wide) * (rows + 1)];
    // A line around each map; a row that the maps do not fill stays empty.
    context.fillRect(left - 1, top - 1, columns + 2, rows + 2);
    paintMap(canvas, one, { rows, columns, left, top, full: color });
  }
}

/** For each digit the products of weight and pixel, whose sum with the bias is the digit's h. */
function makeSums(network: Network): Details {
  const layer = network.layers.find((one): one is Dense => one.kind === "dense")!;
  const side = Math.round(Math.sqrt(layer.inputs));
  const pictures = Array.from({ length: layer.outputs }, (_, digit) => {
    const canvas = element("canvas", { width: side, height: side, role: "img" });
    const sum = element("span", {});
    return { digit, canvas, sum, figure: element("div", { class: "sum" }, canvas, sum) };
  });
  const words =
    "Weight times pixel for each digit: orange speaks for it, blue against it. The digit with the largest sum is " +
    "the answer.";
  return {
    element: element(
      "div",
      {},
      element("p", {}, words),
      element("div", { class: "sums" }, ...pictures.map(({ figure }) => figure)),
    ),
    show(image) {
      const sums = pictures.map(({ digit }) =>
        image
          ? layer.bias[digit]! + image.reduce((sum, x, i) => sum + x * layer.kernel[i * layer.outputs + digit]!, 0)
          : NaN,
      );
      const best = sums.indexOf(Math.max(...sums));
      let most = 1e-6;
      image?.forEach((x, i) => {
        for (let digit = 0; digit < layer.outputs; digit++)
          most = Math.max(most, Math.abs(x * layer.kernel[i * layer.outputs + digit]!));
      });
      for (const { digit, canvas, sum, figure } of pictures) {
        const products = Float32Array.from(
          { length: layer.inputs },
          (_, i) => ((image?.[i] ?? 0) * layer.kernel[i * layer.outputs + digit]!) / most,
        );
        paintMap(canvas, products, { rows: side, columns: side, full: "orange", negative: "blue" });
        sum.textContent = image ? `${digit}: ${sums[digit]!.toFixed(1)}` : String(digit);
        figure.classList.toggle("best", image !== undefined && digit === best);
        canvas.setAttribute(
          "aria-label",
          image ? `Sum of the digit ${digit}: ${sums[digit]!.toFixed(1)}` : `Sum of the digit ${digit}: nothing drawn`,
        );
      }
    },
  };
}
