import * as tf from "@tensorflow/tfjs-node";
import { itemAt } from "../base/item-at";

/**
 * The last time step of a series, `[n, steps, k]` to `[n, k]`: what an LSTM layer leaves when it does not return all of
 * its outputs.
 */
export class LastStep extends tf.layers.Layer {
  static readonly className = "LastStep";

  override computeOutputShape(shape: tf.Shape): tf.Shape {
    return [itemAt(shape, 0), itemAt(shape, 2)];
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    const x = (Array.isArray(inputs) ? inputs[0] : inputs) as tf.Tensor3D;
    return tf.tidy(() => tf.squeeze(tf.slice(x, [0, x.shape[1] - 1, 0], [-1, 1, -1]), [1]));
  }
}
tf.serialization.registerClass(LastStep);
