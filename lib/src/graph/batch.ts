import { sizeOf } from "../base/shape";
import type { Network } from "./network";
import type { Batch } from "./types";

/** Throws unless a batch has the rows, row length and labels that a network takes. */
export function checkBatch(
  batch: Batch,
  options: { readonly network: Network; readonly shape: readonly number[]; readonly rows?: number },
): void {
  const { network, shape, rows } = options;
  const { inputs, labels, size } = batch;
  if (rows !== undefined && size !== rows) {
    throw new Error(
      `Expected a batch of ${rows} examples but found ${size}: a step keeps the batch size it was made for; make ` +
        "another step.",
    );
  }
  const length = sizeOf(shape);
  if (inputs.length !== size * length || labels.length !== size) {
    throw new Error(
      `Expected ${size * length} input values and ${size} labels (${size} examples of [${shape.join(", ")}]) ` +
        `but found ${inputs.length} and ${labels.length}.`,
    );
  }
  const classes = network.head === "sigmoid" ? 2 : network.outputs;
  const odd = labels.findIndex((label) => !Number.isInteger(label) || label < 0);
  if (odd >= 0)
    throw new Error(
      `Expected labels to be whole numbers from 0 on but found ${String(labels[odd])} (example ${odd} of the batch): ` +
        "give the class of each example by its number.",
    );
  const wrong = labels.findIndex((label) => label >= classes);
  if (wrong >= 0)
    throw new Error(
      `Expected labels below ${classes} but found ${labels[wrong]} (example ${wrong} of the batch): correct the ` +
        "label, or give the model more outputs.",
    );
}
