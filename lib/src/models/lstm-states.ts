import * as tf from "@tensorflow/tfjs-node";
import { itemAt } from "../base/item-at";

/**
 * What the cells of an LSTM do at each step of `n` series; those of several layers stand side by side, the lowest layer
 * first.
 */
export interface LstmStates {
  /**
   * Input gate, forget gate, candidate, output gate, cell state and output `h`, each `[n, steps, units]`, row-major.
   */
  readonly i: Float32Array;
  readonly f: Float32Array;
  readonly g: Float32Array;
  readonly o: Float32Array;
  readonly c: Float32Array;
  readonly h: Float32Array;
  /** What the network would answer if the series ended at this step: `[n, steps]`. */
  readonly y: Float32Array;
  /** Cells of all layers together. */
  readonly units: number;
}

/**
 * The gates and states of a network of LSTM layers, one dense unit that reads them all and a sigmoid, step by step:
 * the values that `predict` does not show.
 *
 * @param model As `models.lstm` makes it.
 * @param inputs Scaled series one after the other: `[n, steps]`, or `[n, steps, features]`.
 * @returns Gates, states and outputs, each `[n, steps, units]`, and the network's answer at each step, `[n, steps]`.
 * @throws When the model is another, or `inputs` is not a whole number of series.
 * @example
 * const { c, y, units } = lstmStates(models.lstm({ units: 200 }), new Float32Array(30));
 * c.length === 30 * units; // the state of each cell at each of the 30 steps
 */
export function lstmStates(model: tf.LayersModel, inputs: Float32Array): LstmStates {
  const weightsOf = (name: string) =>
    model.layers.filter((layer) => layer.getClassName() === name).map((layer) => layer.getWeights());
  const layers = (weightsOf("LSTM") as [tf.Tensor2D, tf.Tensor2D, tf.Tensor1D][]).map(([kernel, recurrent, bias]) => ({
    kernel,
    recurrent,
    bias,
    units: recurrent.shape[0],
  }));
  const units = layers.reduce((sum, layer) => sum + layer.units, 0);
  const [[weight, threshold] = []] = weightsOf("Dense") as [tf.Tensor2D, tf.Tensor1D][];
  if (units === 0 || !threshold || weight?.shape[0] !== units) {
    const found = weight
      ? `${units} LSTM cells and a dense layer that reads ${weight.shape[0]} numbers`
      : `${units} LSTM cells and no dense layer`;
    throw new Error(
      `Expected LSTM layers and one dense unit that reads all their cells but found ${found}: pass a model made ` +
        "by models.lstm.",
    );
  }
  const [steps, features] = (itemAt(model.inputs, 0).shape as number[]).slice(1) as [number, number];
  const n = inputs.length / (steps * features);
  if (!Number.isInteger(n) || n === 0) {
    throw new Error(
      `Expected inputs to be a multiple of ${steps * features} values but found ${inputs.length} (${steps} steps ` +
        `of ${features}): pass whole series.`,
    );
  }
  let found: LstmStates | undefined;
  // Not returned through tidy, which would walk over every value in search of tensors.
  tf.tidy(() => {
    const x = tf.tensor3d(inputs, [n, steps, features]);
    const history: Record<"i" | "f" | "g" | "o" | "c" | "h" | "y", tf.Tensor[]> = {
      i: [],
      f: [],
      g: [],
      o: [],
      c: [],
      h: [],
      y: [],
    };
    let states = layers.map(({ units }) => ({
      h: tf.zeros([n, units]) as tf.Tensor2D,
      c: tf.zeros([n, units]) as tf.Tensor2D,
    }));
    for (let t = 0; t < steps; t++) {
      let below = x.slice([0, t, 0], [n, 1, features]).reshape([n, features]) as tf.Tensor2D;
      const now = layers.map(({ kernel, recurrent, bias }, layer) => {
        const before = itemAt(states, layer);
        // The layer keeps its four gates side by side, in this order.
        const [ai, af, ag, ao] = tf.split(
          tf.matMul(below, kernel).add(tf.matMul(before.h, recurrent)).add(bias),
          4,
          1,
        ) as [tf.Tensor2D, tf.Tensor2D, tf.Tensor2D, tf.Tensor2D];
        const [i, f, g, o] = [tf.sigmoid(ai), tf.sigmoid(af), tf.tanh(ag), tf.sigmoid(ao)];
        const c: tf.Tensor2D = f.mul(before.c).add(i.mul(g));
        below = o.mul(tf.tanh(c));
        return { i, f, g, o, c, h: below };
      });
      states = now;
      const all = (name: keyof (typeof now)[number]) =>
        now.length === 1
          ? itemAt(now, 0)[name]
          : tf.concat2d(
              now.map((layer) => layer[name]),
              1,
            );
      for (const name of ["i", "f", "g", "o", "c", "h"] as const) history[name].push(all(name));
      history.y.push(tf.sigmoid(tf.matMul(history.h[t] as tf.Tensor2D, weight).add(threshold)));
    }
    const all = (name: keyof typeof history) => tf.stack(history[name], 1).dataSync() as Float32Array;
    found = { i: all("i"), f: all("f"), g: all("g"), o: all("o"), c: all("c"), h: all("h"), y: all("y"), units };
  });
  return found!;
}
