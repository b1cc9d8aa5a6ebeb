import * as tf from "@tensorflow/tfjs-node";

/** What the cells of an LSTM do at each step of `n` series. */
export interface LstmStates {
  /** Input gate, forget gate, candidate, output gate, cell state and output `h`, each `[n, steps, units]`, row-major. */
  readonly i: Float32Array;
  readonly f: Float32Array;
  readonly g: Float32Array;
  readonly o: Float32Array;
  readonly c: Float32Array;
  readonly h: Float32Array;
  /** What the network would answer if the series ended at this step: `[n, steps]`. */
  readonly y: Float32Array;
  readonly units: number;
}

/**
 * The gates and states of a network of one LSTM layer, one dense unit and a sigmoid, step by step: what `predict` hides.
 *
 * @param model As `models.lstm` makes it, with one LSTM layer.
 * @param inputs Scaled series one after the other: `[n, steps]`, or `[n, steps, features]`.
 * @throws When the model has more than one LSTM layer, or `inputs` is not a whole number of series.
 * @example
 * const { c, y, units } = lstmStates(models.lstm({ units: 200 }), new Float32Array(30));
 * c.length === 30 * units; // the state of each cell at each of the 30 steps
 */
export function lstmStates(model: tf.Sequential, inputs: Float32Array): LstmStates {
  const layers = model.layers.filter((layer) => layer.getClassName() === "LSTM");
  if (layers.length !== 1) throw new Error(`Expected a model with one LSTM layer but found ${layers.length}: pass one made by models.lstm({ units: 200 }).`);
  const [steps, features] = (model.inputs[0]!.shape as number[]).slice(1) as [number, number];
  const n = inputs.length / (steps * features);
  if (!Number.isInteger(n) || n === 0) {
    throw new Error(`Expected inputs to be a multiple of ${steps * features} values but found ${inputs.length} (${steps} steps of ${features}): pass whole series.`);
  }
  const [kernel, recurrent, bias, weight, threshold] = model.getWeights() as [tf.Tensor2D, tf.Tensor2D, tf.Tensor1D, tf.Tensor2D, tf.Tensor1D];
  const units = recurrent.shape[0];
  let found: LstmStates | undefined;
  // Not returned through tidy, which would walk over every value in search of tensors.
  tf.tidy(() => {
    const x = tf.tensor3d(inputs, [n, steps, features]);
    const history: Record<"i" | "f" | "g" | "o" | "c" | "h" | "y", tf.Tensor[]> = { i: [], f: [], g: [], o: [], c: [], h: [], y: [] };
    let h = tf.zeros([n, units]) as tf.Tensor2D;
    let c = h;
    for (let t = 0; t < steps; t++) {
      const now = x.slice([0, t, 0], [n, 1, features]).reshape([n, features]) as tf.Tensor2D;
      // The layer keeps its four gates side by side, in this order.
      const [ai, af, ag, ao] = tf.split(tf.matMul(now, kernel).add(tf.matMul(h, recurrent)).add(bias), 4, 1) as [tf.Tensor2D, tf.Tensor2D, tf.Tensor2D, tf.Tensor2D];
      const [i, f, g, o] = [tf.sigmoid(ai), tf.sigmoid(af), tf.tanh(ag), tf.sigmoid(ao)];
      c = f.mul(c).add(i.mul(g));
      h = o.mul(tf.tanh(c));
      const y = tf.sigmoid(tf.matMul(h, weight).add(threshold));
      Object.entries({ i, f, g, o, c, h, y }).forEach(([name, tensor]) => history[name as "y"].push(tensor));
    }
    const all = (name: keyof typeof history) => tf.stack(history[name], 1).dataSync() as Float32Array;
    found = { i: all("i"), f: all("f"), g: all("g"), o: all("o"), c: all("c"), h: all("h"), y: all("y"), units };
  });
  return found!;
}
