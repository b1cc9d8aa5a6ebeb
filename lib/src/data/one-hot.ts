import { itemAt } from "../base/item-at";
/**
 * Class labels as rows with a single 1: `[n]` becomes `[n, classes]`.
 *
 * @param labels Class indices, `[n]`.
 * @param classes Length of a row.
 * @returns Float32, row-major, `[n, classes]`.
 * @throws When a label is not below `classes`.
 * @example
 * oneHot(Uint8Array.of(3), 10); // Float32Array [0, 0, 0, 1, 0, 0, 0, 0, 0, 0]
 */
export function oneHot(labels: ArrayLike<number>, classes: number): Float32Array {
  if (!Number.isInteger(classes) || classes < 1)
    throw new Error(
      `Expected classes to be a whole number from 1 on but found ${classes}: pass the number of classes.`,
    );
  const rows = new Float32Array(labels.length * classes);
  for (let i = 0; i < labels.length; i++) {
    const label = itemAt(labels, i);
    if (!(Number.isInteger(label) && label >= 0 && label < classes))
      throw new Error(
        `Expected labels from 0 to ${classes - 1} but found ${label} (label ${i}): correct the label or raise classes.`,
      );
    rows[i * classes + label] = 1;
  }
  return rows;
}
