import { sizeOf } from "../base/shape";
import type { Dataset } from "../data/dataset";

/**
 * Throws unless the lengths of a data set's arrays agree, their values are finite, their labels are whole numbers, and
 * there is something to train and to test on.
 */
export function checkDataset({ name, shape, train, test, validation }: Dataset): void {
  const row = sizeOf(shape);
  for (const [half, split] of Object.entries({ train, test, ...(validation && { validation }) })) {
    if (split.size < 1) throw new Error(`Expected examples but found none (${half} split of ${name}): add some.`);
    if (split.inputs.length !== split.size * row || split.labels.length !== split.size) {
      throw new Error(
        `Expected ${split.size * row} input values and ${split.size} labels but found ${split.inputs.length} and ` +
          `${split.labels.length} (${half} split of ${name}, examples of [${shape.join(", ")}]): correct size, ` +
          "inputs or labels.",
      );
    }
    for (const [what, values] of Object.entries({ inputs: split.inputs, labels: split.labels }))
      if (!ArrayBuffer.isView(values))
        throw new Error(
          `Expected ${what} in a typed array but found a plain one (${half} split of ${name}): write ` +
            `${what === "inputs" ? "Float32Array" : "Uint8Array"}.from(${what}).`,
        );
    const odd = split.labels.findIndex((label) => !Number.isInteger(label) || label < 0);
    if (odd >= 0)
      throw new Error(
        `Expected labels to be whole numbers from 0 on but found ${String(split.labels[odd])} (example ${odd} of the ` +
          `${half} split of ${name}): correct the data.`,
      );
    const bad = firstNotFinite(split.inputs);
    // A ReLU turns NaN into 0, so the loss would not show it.
    if (bad >= 0)
      throw new Error(
        `Expected finite inputs but found ${split.inputs[bad]} (example ${Math.floor(bad / row)} of the ${half} ` +
          `split of ${name}): correct the data.`,
      );
  }
}

// The sum shows it in one pass, in doubles that floats cannot overflow: MNIST has 47 million values, and nothing must
// hold the kernel up.
function firstNotFinite(values: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i] ?? NaN;
  return Number.isFinite(sum) ? -1 : values.findIndex((value) => !Number.isFinite(value));
}
