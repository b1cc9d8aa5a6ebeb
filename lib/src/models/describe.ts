import type * as tf from "@tensorflow/tfjs-node";
import { itemAt } from "../base/item-at";

/** One layer of a model, as a table shows it. */
export interface LayerDescription {
  readonly name: string;
  /** `"Dense"`, `"Conv2D"`, ... */
  readonly type: string;
  /** Shape of its output; `null` is the batch. */
  readonly outputShape: readonly (number | null)[];
  readonly parameters: number;
}

/** A model's layers and its number of parameters; as text it is one line. */
export interface ModelDescription {
  readonly layers: readonly LayerDescription[];
  readonly parameters: number;
  toString(): string;
}

/**
 * Lists a model's layers with their shapes and numbers of parameters.
 *
 * @param model Any tf.LayersModel.
 * @returns Layers, first to last, and the number of parameters of all.
 * @example
 * String(describe(models.linear())); // "784 -> Dense 10 -> Activation 10: 7,850 parameters"
 */
export function describe(model: tf.LayersModel): ModelDescription {
  const layers = model.layers
    .filter((layer) => layer.getClassName() !== "InputLayer")
    .map((layer) => ({
      name: layer.name,
      type: layer.getClassName(),
      outputShape: layer.outputShape as (number | null)[],
      parameters: layer.countParams(),
    }));
  const parameters = model.countParams();
  const shape = (of: readonly (number | null)[]) => of.slice(1).join(" x ");
  return {
    layers,
    parameters,
    toString: () =>
      `${[shape(itemAt(model.inputs, 0).shape), ...layers.map((layer) => `${layer.type} ${shape(layer.outputShape)}`)].join(" -> ")}: ` +
      "" +
      `${parameters.toLocaleString("en")} parameters`,
  };
}
