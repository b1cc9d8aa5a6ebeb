import { signedColor } from "../../base/signed-colors";
import { colors } from "../../figures/theme";
import { prepare, side } from "../../live/drawing";
import { featureMap, type KernelData, kernelPresets, kernelSize } from "../../live/kernel-data";
import { exampleStrokes } from "./digits-still";
import { type Live, liveOutput } from "./output";
import { stillOf } from "./still";

/** What `live.kernel` lays its kernel over. */
export interface KernelOptions {
  /** Ink of 28 x 28 pixels, 0 to 1, such as an image of MNIST. Default: a drawn 3. */
  readonly image?: Float32Array;
}

/**
 * A kernel of 5 x 5 numbers that a reader edits and drags over a digit, with the feature map beside it and the sum
 * under the window written out.
 *
 * @param options An image other than the drawn 3.
 * @returns A live output for `show`.
 * @throws When the image is not 784 pixels from 0 to 1.
 * @example
 * show(live.kernel());
 */
export function kernel({ image = prepare({ strokes: exampleStrokes })! }: KernelOptions = {}): Live {
  if (image.length !== side * side)
    throw new Error(`Expected an image of 784 pixels but found ${image.length}: take one row of mnist.test.inputs.`);
  const wrong = image.findIndex((ink) => !(ink >= 0 && ink <= 1));
  if (wrong >= 0)
    throw new Error(`Expected pixels from 0 to 1 but pixel ${wrong} is ${image[wrong]}: divide bytes by 255.`);
  const data: KernelData = { image: Array.from(image, (ink) => Number(ink.toFixed(3))) };
  const { kernel: values, name } = kernelPresets[0];
  const map = featureMap(data.image, values);
  const panels = [
    { title: "Image", values: data.image, side, signed: false },
    { title: `Kernel: ${name.toLowerCase()}`, values, side: kernelSize, signed: true },
    { title: "Feature map", values: map, side, signed: true },
  ];
  const [width, height, large] = [720, 262, 216];
  const parts = panels.map((panel, i) => {
    const left = 16 + i * (large + 20);
    const most = Math.max(1e-6, ...Array.from(panel.values, Math.abs));
    const cell = large / panel.side;
    const pixels = Array.from(panel.values, (value, k) => {
      const share = Math.abs(value) / most;
      if (share < 0.02) return "";
      const [x, y] = [left + (k % panel.side) * cell, 34 + Math.floor(k / panel.side) * cell];
      return (
        `<rect x="${x.toFixed(1)}" y="${y.toFixed(1)}" width="${cell.toFixed(2)}" height="${cell.toFixed(2)}" ` +
        (panel.signed
          ? `fill="${signedFill(value / most)}"/>`
          : `fill="${colors.ink}" fill-opacity="${share.toFixed(2)}"/>`)
      );
    });
    return (
      `<text x="${left}" y="22" font-weight="bold" ` +
      `fill="${colors.ink}">${panel.title}</text><rect x="${left}" y="34" width="${large}" height="${large}" ` +
      `fill="${panel.signed ? signedFill(0) : colors.paper}"/><g shape-rendering="crispEdges">${pixels.join("")}</g>` +
      `<rect x="${left}" y="34" width="${large}" height="${large}" fill="none" stroke="${colors.faint}"/>`
    );
  });
  return liveOutput({
    widget: "kernel",
    title: "Drag a kernel over a digit",
    start: "Drag the kernel yourself",
    data,
    still: stillOf(parts, { width, height }),
    text:
      "A digit, a kernel of 5 x 5 numbers that answers to vertical edges, and its feature map: above 0 where ink " +
      "begins, below 0 where it ends.",
  });
}

const signedFill = (share: number): string => `rgb(${signedColor(share).join(",")})`;
