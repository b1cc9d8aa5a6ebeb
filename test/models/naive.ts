// The layers in plain loops, written from their definitions and not from the library: slow, and easy to believe.

/** 2-D convolution of one image `[h, w, c]` with kernels `[k, k, c, m]`, stride 1, zeros around, plus bias. */
export function convolve(
  image: Float32Array,
  kernels: Float32Array,
  bias: Float32Array,
  { h, w, c, k, m }: { h: number; w: number; c: number; k: number; m: number },
): Float64Array {
  const result = new Float64Array(h * w * m);
  const before = Math.floor((k - 1) / 2);
  for (let y = 0; y < h; y++)
    for (let x = 0; x < w; x++)
      for (let map = 0; map < m; map++) {
        let sum = bias[map];
        for (let dy = 0; dy < k; dy++)
          for (let dx = 0; dx < k; dx++) {
            const [row, column] = [y + dy - before, x + dx - before];
            if (row < 0 || row >= h || column < 0 || column >= w) continue;
            for (let channel = 0; channel < c; channel++)
              sum += image[(row * w + column) * c + channel] * kernels[((dy * k + dx) * c + channel) * m + map];
          }
        result[(y * w + x) * m + map] = sum;
      }
  return result;
}

/** Largest value of each 2 x 2 window of `[h, w, c]`. */
export function pool(image: ArrayLike<number>, { h, w, c }: { h: number; w: number; c: number }): Float64Array {
  const result = new Float64Array((h / 2) * (w / 2) * c);
  for (let y = 0; y < h; y += 2)
    for (let x = 0; x < w; x += 2)
      for (let channel = 0; channel < c; channel++) {
        const at = (dy: number, dx: number) => image[((y + dy) * w + x + dx) * c + channel];
        result[((y / 2) * (w / 2) + x / 2) * c + channel] = Math.max(at(0, 0), at(0, 1), at(1, 0), at(1, 1));
      }
  return result;
}

/** h = x W + b for one row; `weights` is `[inputs, units]`. */
export function dense(x: ArrayLike<number>, weights: ArrayLike<number>, bias: ArrayLike<number>): Float64Array {
  const units = bias.length;
  return Float64Array.from({ length: units }, (_, unit) => {
    let sum = bias[unit];
    for (let i = 0; i < x.length; i++) sum += x[i] * weights[i * units + unit];
    return sum;
  });
}

export const relu = (x: Float64Array): Float64Array => x.map((value) => Math.max(0, value));
export const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

export function softmax(h: ArrayLike<number>): number[] {
  const exponentials = Array.from(h, (value) => Math.exp(value));
  const sum = exponentials.reduce((a, b) => a + b, 0);
  return exponentials.map((value) => value / sum);
}

/**
 * All outputs h(t) of LSTM cells that read `series` (`features` numbers per step); gates side by side in the order i,
 * f, g, o.
 */
export function lstm(
  series: ArrayLike<number>,
  {
    kernel,
    recurrent,
    bias,
    features,
    units,
  }: {
    kernel: ArrayLike<number>;
    recurrent: ArrayLike<number>;
    bias: ArrayLike<number>;
    features: number;
    units: number;
  },
): Float64Array[] {
  let h = new Float64Array(units);
  let c = new Float64Array(units);
  const outputs: Float64Array[] = [];
  for (let t = 0; t < series.length / features; t++) {
    const z = (gate: number, unit: number) => {
      const column = gate * units + unit;
      let sum = bias[column];
      for (let k = 0; k < features; k++) sum += series[t * features + k] * kernel[k * 4 * units + column];
      for (let k = 0; k < units; k++) sum += h[k] * recurrent[k * 4 * units + column];
      return sum;
    };
    const nextC = c.map((cell, unit) => sigmoid(z(1, unit)) * cell + sigmoid(z(0, unit)) * Math.tanh(z(2, unit)));
    const nextH = nextC.map((cell, unit) => sigmoid(z(3, unit)) * Math.tanh(cell));
    [h, c] = [nextH, nextC];
    outputs.push(h);
  }
  return outputs;
}
