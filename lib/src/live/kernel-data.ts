import { convolution } from "./convolution";
import type { Convolution } from "./layers";

/** Rows and columns of the kernel. */
export const kernelSize = 5;

/** What the widget "kernel" works on. */
export interface KernelData {
  /** Ink of 28 x 28 pixels, 0 to 1, rounded to thousandths. */
  readonly image: readonly number[];
}

/** A kernel with a name. */
export interface KernelPreset {
  readonly name: string;
  /** `[5, 5]`, row-major. */
  readonly kernel: readonly number[];
}

const rows = (row: (i: number) => readonly number[]) => Array.from({ length: kernelSize }, (_, i) => row(i)).flat();

const edge = [-0.2, -0.2, 0, 0.2, 0.2];

/** Presets in the order of their buttons; the widget starts with the first. */
export const kernelPresets: readonly [KernelPreset, ...KernelPreset[]] = [
  { name: "Vertical edge", kernel: rows(() => edge) },
  { name: "Horizontal edge", kernel: edge.flatMap((value) => new Array<number>(kernelSize).fill(value)) },
  { name: "Blur", kernel: rows(() => new Array(kernelSize).fill(0.04)) },
  { name: "Identity", kernel: rows((i) => [0, 0, i === 2 ? 1 : 0, 0, 0]) },
];

/**
 * The feature map `[784]` of an image `[784]` under a kernel `[25]`, all row-major. It is as large as the image: zeros
 * lie around the image, as in the CNN of H6.1.
 */
export function featureMap(image: ArrayLike<number>, kernel: ArrayLike<number>): Float32Array {
  const layer: Convolution = {
    kind: "convolution",
    image: [28, 28, 1],
    maps: 1,
    size: kernelSize,
    activation: "linear",
    kernel: Float32Array.from(kernel),
    bias: new Float32Array(1),
  };
  return convolution(layer, Float32Array.from(image));
}
