import * as tf from "@tensorflow/tfjs-node";
import { itemAt } from "../../base/item-at";
import { attribute, backend } from "../engine";
import { multiply, single, T } from "../kernels";

/** The weights of an LSTM with gates in the order i, f, c, o, `units` columns each. */
export interface LstmWeights {
  /** `[features, 4 units]` */
  readonly kernel: tf.Tensor;
  /** `[units, 4 units]` */
  readonly recurrent: tf.Tensor;
  /** `[4 units]` */
  readonly bias: tf.Tensor;
}

/** What one time step leaves for the way back. */
interface Moment {
  /** Left operand of the product: `[h, x, 1]`. */
  readonly operand: tf.Tensor;
  readonly i: tf.Tensor;
  readonly f: tf.Tensor;
  readonly g: tf.Tensor;
  readonly o: tf.Tensor;
  readonly before: tf.Tensor;
  readonly tanh: tf.Tensor;
}

/**
 * Hidden state of an LSTM (sigmoid gates, tanh) from inputs `[n, steps, features]`: the last one, `[n, units]`, or with
 * `sequences` that of each step, `[n, steps, units]`.
 *
 * Each time step is one product, `[h, x, 1] [U; W; b]`, so that inputs and bias cost no pass of their own, and the
 * gradient of all weights is one product after the loop. Small products gain nothing from a second thread within; the
 * batch goes through in two halves instead, two chains that the session runs side by side.
 */
export function lstm(
  x: tf.Tensor,
  weights: LstmWeights,
  { sequences = false }: { readonly sequences?: boolean } = {},
): tf.Tensor {
  const chains = x.shape[0] % 2 === 0 ? 2 : 1;
  const run = tf.customGrad((...inputs) => {
    const [given, kernel, recurrent, bias, save] = inputs as unknown as [
      tf.Tensor,
      tf.Tensor,
      tf.Tensor,
      tf.Tensor,
      tf.GradSaveFunc,
    ];
    const matrix = concat([recurrent, kernel, tf.reshape(bias, [1, -1])], 0);
    const units = recurrent.shape[0];
    const halves = split(timeMajor(given), { axis: 1, count: chains }).map((half) => forward(half, { matrix, units }));
    save([...halves.flatMap(({ moments }) => moments.flatMap((moment) => Object.values(moment) as tf.Tensor[]))]);
    return {
      value: concat(
        halves.map(({ states }) => (sequences ? timeMajor(tf.stack(states)) : itemAt(states, -1))),
        0,
      ),
      gradFunc: (dy, saved) => {
        const steps = itemAt(given.shape, 1);
        const parts = split(dy as tf.Tensor, { axis: 0, count: chains }).map((dh, half) =>
          backward(sequences ? unstack(timeMajor(dh)) : [dh], {
            moments: restore(saved as tf.Tensor[]).slice(half * steps, (half + 1) * steps),
            recurrent,
            kernel,
          }),
        );
        const gradient = parts.map((part) => part.matrix).reduce((sum, matrix) => tf.add(sum, matrix));
        const rows = (from: number, count: number) => tf.slice(gradient, [from, 0], [count, -1]);
        const features = kernel.shape[0];
        return [
          tf.transpose(
            concat(
              parts.map((part) => part.x),
              1,
            ),
            [1, 0, 2],
          ),
          rows(units, features),
          rows(0, units),
          tf.reshape(rows(units + features, 1), bias.shape),
        ];
      },
    };
  });
  return run(x, weights.kernel, weights.recurrent, weights.bias);
}

function forward(
  x: tf.Tensor,
  { matrix, units }: { matrix: tf.Tensor; units: number },
): { states: tf.Tensor[]; moments: Moment[] } {
  const [steps, n] = x.shape as [number, number, number];
  let h: tf.Tensor = tf.zeros([n, units]);
  let c: tf.Tensor = h;
  const moments: Moment[] = [];
  const states: tf.Tensor[] = [];
  const extended = concat([x, tf.ones([steps, n, 1])], 2);
  for (const input of unstack(extended)) {
    const operand = concat([h, input], 1);
    const [zi, zf, zg, zo] = split(multiply(operand, matrix), { axis: 1, count: 4 }) as [
      tf.Tensor,
      tf.Tensor,
      tf.Tensor,
      tf.Tensor,
    ];
    const [i, f, g, o] = [
      single("Sigmoid", [zi]),
      single("Sigmoid", [zf]),
      single("Tanh", [zg]),
      single("Sigmoid", [zo]),
    ];
    const next = single("AddV2", [single("Mul", [f, c]), single("Mul", [i, g])]);
    const tanh = single("Tanh", [next]);
    moments.push({ operand, i, f, g, o, before: c, tanh });
    h = single("Mul", [o, tanh]);
    states.push(h);
    c = next;
  }
  return { states, moments };
}

/** `given`: gradients of the last hidden states, as many as there are, the last one's last. */
function backward(
  given: readonly tf.Tensor[],
  { moments, recurrent, kernel }: { moments: readonly Moment[]; recurrent: tf.Tensor; kernel: tf.Tensor },
): { matrix: tf.Tensor; x: tf.Tensor } {
  // Transposed once, not in each of the products.
  const back = tf.transpose(recurrent);
  const first = moments.length - given.length;
  let dh = itemAt(given, -1);
  let dc: tf.Tensor | undefined;
  const dz: tf.Tensor[] = new Array(moments.length);
  for (let t = moments.length - 1; t >= 0; t--) {
    const { i, f, g, o, before, tanh } = itemAt(moments, t);
    const through = single("TanhGrad", [tanh, single("Mul", [dh, o])]);
    const total = dc === undefined ? through : single("AddV2", [dc, through]);
    const gates = concat(
      [
        single("SigmoidGrad", [i, single("Mul", [total, g])]),
        single("SigmoidGrad", [f, single("Mul", [total, before])]),
        single("TanhGrad", [g, single("Mul", [total, i])]),
        single("SigmoidGrad", [o, single("Mul", [dh, tanh])]),
      ],
      1,
    );
    dz[t] = gates;
    if (t > 0) {
      dh = multiply(gates, back);
      if (t > first) dh = single("AddV2", [dh, itemAt(given, t - 1 - first)]);
      dc = single("Mul", [total, f]);
    }
  }
  const all = concat(dz, 0);
  const operands = concat(
    moments.map((moment) => moment.operand),
    0,
  );
  const [n, features] = [itemAt(given, 0).shape[0], kernel.shape[0]];
  return {
    matrix: multiply(operands, all, { a: true }),
    x: tf.reshape(multiply(all, kernel, { b: true }), [moments.length, n, features]),
  };
}

const fields = ["operand", "i", "f", "g", "o", "before", "tanh"] as const;

function restore(saved: readonly tf.Tensor[]): Moment[] {
  return Array.from(
    { length: saved.length / fields.length },
    (_, t) => Object.fromEntries(fields.map((field, k) => [field, saved[t * fields.length + k]])) as unknown as Moment,
  );
}

/** Batch and time change places: `[n, steps, k]` to `[steps, n, k]`, and back. */
const timeMajor = (x: tf.Tensor): tf.Tensor => tf.transpose(x, [1, 0, 2]);
const concat = (parts: readonly tf.Tensor[], axis: number): tf.Tensor =>
  parts.length === 1 ? itemAt(parts, 0).clone() : tf.concat([...parts], axis);

function split(x: tf.Tensor, { axis, count }: { axis: number; count: number }): tf.Tensor[] {
  if (count === 1) return [x.clone()];
  return backend().executeMultipleOutputs(
    "Split",
    [T(), attribute.int("num_split", count)],
    [tf.scalar(axis, "int32"), x],
    count,
  );
}

function unstack(x: tf.Tensor): tf.Tensor[] {
  const count = x.shape[0];
  return backend().executeMultipleOutputs(
    "Unpack",
    [T(), attribute.int("num", count), attribute.int("axis", 0)],
    [x],
    count,
  );
}
