import { itemAt } from "../base/item-at";
import type { Figure, Words } from "./figure";
import { images } from "./images";
import { round } from "./numbers";

/**
 * The linear model's weights as ten pictures, one per class: light orange speaks for the class, dark blue against it.
 *
 * @param matrix `[784, 10]`, row-major, as tfjs stores a dense layer's kernel.
 * @throws When it does not have 7,840 values.
 * @example
 * figures.weights(await model.getWeights()[0].data());
 */
export function weights(matrix: ArrayLike<number>, words: Partial<Words> = {}): Figure {
  if (matrix.length !== 7840)
    throw new Error(
      `Expected weights of shape [784, 10] = 7840 values but found ${matrix.length}: pass the kernel of the ` +
        "linear model.",
    );
  const pictures = Array.from({ length: 10 }, (_, digit) =>
    Float32Array.from({ length: 784 }, (_, pixel) => itemAt(matrix, pixel * 10 + digit)),
  );
  const largest = round(Math.max(...Array.from(matrix, Math.abs)), 3);
  return images(pictures, {
    shape: [28, 28],
    scale: "diverging",
    columns: 5,
    labels: pictures.map((_, digit) => String(digit)),
    title: "Weights of the linear model",
    caption:
      "One picture per class: light orange pixels speak for the digit, dark blue ones against it. The ends of the " +
      `scale are ±${largest}.`,
    ...words,
  });
}

/** What `filters` takes besides the kernel. */
export interface KernelOptions extends Partial<Words> {
  /** Shape of the kernel: height, width, input channels, filters. */
  readonly shape: readonly [number, number, number, number];
  /** Which input channel to show; default 0. */
  readonly channel?: number;
  readonly columns?: number;
}

/**
 * A convolutional layer's filters as pictures.
 *
 * @param kernel Row-major `[height, width, channels, filters]`, as tfjs stores it.
 * @throws When the kernel does not fit its shape, or has no such channel.
 * @example
 * figures.filters(await model.getWeights()[0].data(), { shape: [5, 5, 1, 32] });
 */
export function filters(kernel: ArrayLike<number>, options: KernelOptions): Figure {
  const [height, width, channels, amount] = options.shape;
  const channel = options.channel ?? 0;
  if (kernel.length !== height * width * channels * amount)
    throw new Error(
      `Expected a kernel of shape [${options.shape.join(", ")}] but found ${kernel.length} values: give the ` +
        "shape of the layer's kernel.",
    );
  if (!(channel >= 0 && channel < channels))
    throw new Error(
      `Expected a channel from 0 to ${channels - 1} but found ${channel}: choose one that the kernel has.`,
    );
  const pictures = Array.from({ length: amount }, (_, filter) =>
    Float32Array.from({ length: height * width }, (_, i) => itemAt(kernel, (i * channels + channel) * amount + filter)),
  );
  return images(pictures, {
    scale: "diverging",
    columns: options.columns ?? 8,
    title: options.title ?? `${amount} filters of ${height} × ${width}`,
    caption:
      options.caption ?? "Light orange weights are positive, dark blue ones negative; all filters share one scale.",
    shape: [height, width],
    alt: options.alt,
  });
}

/** What `featureMaps` takes besides the values. */
export interface FeatureMapOptions extends Partial<Words> {
  /** Height, width and channels of the layer's output for one image. */
  readonly shape: readonly [number, number, number];
  readonly columns?: number;
}

/**
 * What each channel of a convolutional or pooling layer answers to one image.
 *
 * @param values Row-major `[height, width, channels]`.
 * @throws When the values do not fit their shape.
 * @example
 * figures.featureMaps(await output.data(), { shape: [28, 28, 32], title: "After the first convolution" });
 */
export function featureMaps(values: ArrayLike<number>, options: FeatureMapOptions): Figure {
  const [height, width, channels] = options.shape;
  if (values.length !== height * width * channels)
    throw new Error(
      `Expected feature maps of shape [${options.shape.join(", ")}] but found ${values.length} values: pass one ` +
        "image's output.",
    );
  const pictures = Array.from({ length: channels }, (_, channel) =>
    Float32Array.from({ length: height * width }, (_, i) => itemAt(values, i * channels + channel)),
  );
  const negative = pictures.some((picture) => picture.some((value) => value < 0));
  return images(pictures, {
    scale: negative ? "diverging" : "activation",
    columns: options.columns ?? 8,
    title: options.title ?? `${channels} feature maps of ${height} × ${width}`,
    caption:
      options.caption ??
      (negative
        ? "Light orange values are positive, dark blue ones negative."
        : "The stronger the colour, the stronger the response."),
    shape: [height, width],
    alt: options.alt,
  });
}
