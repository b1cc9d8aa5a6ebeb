import * as tf from "@tensorflow/tfjs-node";
import { itemAt } from "../../base/item-at";
import type { LayerCall } from "../network";
import { biasAdd } from "../ops/bias-add";
import { relu } from "../ops/relu";
import { feedsOnlyNext, type Replacement } from "./replacement";

interface ConvolutionOps {
  biasAdd(x: tf.Tensor, bias: tf.Tensor): tf.Tensor;
  relu(x: tf.Tensor): tf.Tensor;
}

interface ConvolutionConfig {
  readonly strides: [number, number];
  readonly padding: "valid" | "same" | "causal";
  readonly dataFormat: string;
  readonly dilationRate: number | [number, number];
  readonly activation: string;
  readonly useBias: boolean;
}

/**
 * Convolutions (channels last), linear or with ReLU. Where max-pooling follows, it goes before bias and ReLU: both grow
 * with their input, channel by channel, so the maximum commutes with them, and they touch a quarter of the values. The
 * values are the same, bit for bit. A gradient can take another way where two values of a window differ and their sums
 * with the bias are rounded to one number: it goes to the larger of the two, and after bias and ReLU it would have gone
 * to the first.
 */
export const convolution: Replacement = ({ layers }) => convolutionCalls(layers, { biasAdd, relu });

/** The same with bias and ReLU of one's own choice: the eager step takes tfjs's. */
export function convolutionCalls(
  layers: readonly tf.layers.Layer[],
  ops: ConvolutionOps,
): Map<tf.layers.Layer, LayerCall> {
  const calls = new Map<tf.layers.Layer, LayerCall>();
  layers.forEach((layer, position) => {
    if (layer.getClassName() !== "Conv2D") return;
    const config = layer.getConfig() as unknown as ConvolutionConfig;
    const { strides, padding, dilationRate, dataFormat, activation, useBias } = config;
    if (dataFormat !== "channelsLast" || padding === "causal" || (activation !== "linear" && activation !== "relu"))
      return;
    const convolve = (x: tf.Tensor) =>
      tf.conv2d(
        x as tf.Tensor4D,
        itemAt(layer.weights, 0).read() as tf.Tensor4D,
        strides,
        padding,
        "NHWC",
        dilationRate,
      );
    const finish = (x: tf.Tensor) => {
      const biased = useBias ? ops.biasAdd(x, itemAt(layer.weights, 1).read()) : x;
      return activation === "relu" ? ops.relu(biased) : biased;
    };
    const pool = layers[position + 1];
    if (
      pool?.getClassName() === "MaxPooling2D" &&
      feedsOnlyNext(layers, position) &&
      pool.getConfig().dataFormat === "channelsLast"
    ) {
      calls.set(layer, convolve);
      calls.set(pool, (x, options, original) => finish(original(x, options) as tf.Tensor));
    } else {
      calls.set(layer, (x) => finish(convolve(x)));
    }
  });
  return calls;
}
