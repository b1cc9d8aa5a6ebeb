import type { Pooling } from "./layers";

/**
 * A pooling layer's output: `[rows, columns, channels]` to the largest value of each window, `[rows / size, columns /
 * size, channels]`.
 */
export function pooling({ image, size }: Pooling, x: Float32Array): Float32Array {
  const [rows, columns, channels] = image;
  const [high, wide] = [Math.floor(rows / size), Math.floor(columns / size)];
  const y = new Float32Array(high * wide * channels).fill(-Infinity);
  for (let row = 0; row < high * size; row++)
    for (let column = 0; column < wide * size; column++) {
      const to = (Math.floor(row / size) * wide + Math.floor(column / size)) * channels;
      const from = (row * columns + column) * channels;
      for (let channel = 0; channel < channels; channel++)
        if (x[from + channel]! > y[to + channel]!) y[to + channel] = x[from + channel]!;
    }
  return y;
}
