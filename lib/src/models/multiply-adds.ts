import { itemAt } from "../base/item-at";
import { sizeOf } from "../base/shape";
import type { LayerDescription } from "./describe";

/**
 * How many multiplications, each with an addition, a model needs for one example: what a network has to compute, beside
 * what it has to store.
 *
 * Counted from the layers' shapes: a dense layer uses each weight once, a convolution uses each weight once for each
 * pixel of its output. Biases, activations and pooling cost little beside that and do not count.
 *
 * @param layers What `describe` says of a model, or what a record keeps: dense layers and convolutions with a bias, and
 *   layers without weights.
 * @returns The number of multiplications for one example.
 * @throws When another layer has weights.
 * @example
 * multiplyAdds(describe(models.linear()).layers); // 7840
 */
export function multiplyAdds(layers: readonly Pick<LayerDescription, "type" | "outputShape" | "parameters">[]): number {
  return layers.reduce((total, layer) => total + ofLayer(layer), 0);
}

function ofLayer({ type, outputShape, parameters }: Pick<LayerDescription, "type" | "outputShape" | "parameters">) {
  if (parameters === 0) return 0;
  if (type !== "Dense" && type !== "Conv2D")
    throw new Error(
      `Expected dense layers and convolutions but found ${type} with weights (multiplyAdds): count its products ` +
        "by hand.",
    );
  const shape = outputShape.slice(1).map((size) => size ?? NaN);
  const outputs = itemAt(shape, -1);
  return (parameters - outputs) * sizeOf(shape.slice(0, -1));
}
