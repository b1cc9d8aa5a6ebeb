/**
 * The number of values in a tensor of this shape; 1 for a scalar's, `[]`.
 *
 * @example
 * sizeOf([100, 28, 28]); // 78400
 */
export const sizeOf = (shape: readonly number[]): number => shape.reduce((product, length) => product * length, 1);
