import type { LayersModel } from "@tensorflow/tfjs-node";
import { itemAt } from "../base/item-at";
import { type Grid, gridHtml, gridText } from "./grid";
import type { Bundle } from "./kernel";

/** Whether a value is a tfjs layers model, of whichever copy of tfjs. */
export function isModel(value: unknown): value is LayersModel {
  const { layers, summary, countParams } = (value ?? {}) as Partial<LayersModel>;
  return Array.isArray(layers) && typeof summary === "function" && typeof countParams === "function";
}

/** A model as a table: one row per layer with type, output shape and parameters. */
export function representModel(model: LayersModel): Bundle {
  const rows = model.layers
    .filter((layer) => layer.getClassName() !== "InputLayer")
    .map((layer) => ({
      layer: layer.name,
      type: kind(layer),
      "output shape": shapeText(layer.outputShape),
      parameters: layer.countParams(),
    }));
  const input = shapeText(itemAt(model.inputs, 0).shape);
  const grid: Grid = {
    columns: Object.keys(rows[0] ?? { layer: "" }),
    rows,
    caption: `${model.name}: input ${input}, ${model.countParams().toLocaleString("en-US")} parameters`,
  };
  return { "text/html": gridHtml(grid), "text/plain": gridText(grid) };
}

/** A layer's type with its main setting: "Dense, relu", "Dropout, rate 0.5", "Conv2D 5 x 5, relu". */
function kind(layer: LayersModel["layers"][number]): string {
  const { activation, rate, kernelSize, poolSize } = layer.getConfig() as {
    activation?: unknown;
    rate?: unknown;
    kernelSize?: number[];
    poolSize?: number[];
  };
  const size = kernelSize ?? poolSize;
  const head = `${layer.getClassName()}${Array.isArray(size) ? ` ${size.join(" x ")}` : ""}`;
  const more = [
    typeof activation === "string" && activation !== "linear" ? activation : "",
    typeof rate === "number" ? `rate ${rate}` : "",
  ];
  return [head, ...more.filter(Boolean)].join(", ");
}

function shapeText(shape: unknown): string {
  const sizes = Array.isArray(shape) && !Array.isArray(shape[0]) ? (shape as (number | null)[]) : [];
  return `[${sizes.slice(1).join(", ")}]`;
}
