import { activate } from "./activate";
import type { Convolution } from "./layers";

/**
 * A convolution's output: `[rows, columns, channels]` to `[rows, columns, maps]`. Each input value adds its share to
 * the pixels around it.
 */
export function convolution(layer: Convolution, x: Float32Array): Float32Array {
  const { image, maps, size, kernel, bias, activation } = layer;
  const [rows, columns, channels] = image;
  const before = (size - 1) >> 1;
  const y = new Float32Array(rows * columns * maps);
  for (let at = 0; at < y.length; at += maps) y.set(bias, at);
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++)
      for (let channel = 0; channel < channels; channel++) {
        const value = x[(row * columns + column) * channels + channel]!;
        if (value === 0) continue;
        // The kernel's entry (dy, dx) carries this pixel to (row - dy + before, column - dx + before).
        for (let dy = Math.max(0, row + before - rows + 1); dy < Math.min(size, row + before + 1); dy++)
          for (let dx = Math.max(0, column + before - columns + 1); dx < Math.min(size, column + before + 1); dx++) {
            const to = ((row - dy + before) * columns + column - dx + before) * maps;
            const from = ((dy * size + dx) * channels + channel) * maps;
            for (let map = 0; map < maps; map++) y[to + map]! += value * kernel[from + map]!;
          }
      }
  return activate(y, activation);
}
