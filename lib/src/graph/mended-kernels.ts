import * as tf from "@tensorflow/tfjs-node";
import { oneDnnSwitch } from "../base/environment";
import { isRecording } from "./recorder";

// Kernels of tfjs-node that give wrong numbers, or cannot be traced, mended under their own names. All others stay as
// tfjs-node registered them.

type Kernel = tf.KernelConfig["kernelFunc"];

function mend(kernelName: string, mended: (stock: Kernel) => Kernel): void {
  const backendName = "tensorflow";
  const stock = tf.getKernel(kernelName, backendName);
  tf.unregisterKernel(kernelName, backendName);
  tf.registerKernel({ ...stock, kernelName, backendName, kernelFunc: mended(stock.kernelFunc) });
}

// The engine's Round gives zeros for int32 (libtensorflow 2.21). A whole number is round.
mend("Round", (stock) => (call) => {
  const { x } = call.inputs;
  return x!.dtype === "int32" ? tf.clone(x as tf.Tensor) : stock(call);
});

// tfjs-node reads the indices in JavaScript to check them; while a graph is recorded they have no values yet. The
// engine's operation checks them itself in each run.
mend("GatherV2", (stock) => (call) => {
  if (!isRecording()) return stock(call);
  const backend = call.backend as { readSync(id: object): ArrayLike<number> };
  const blind = new Proxy(backend, {
    get: (target, name) => {
      if (name === "readSync") return () => [];
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
  return stock({ ...call, backend: blind });
});

// Without oneDNN the engine's depthwise convolution knows no dilation. The pixels that a dilated filter sees together
// are gathered side by side, convolved there, and put back.
mend("DepthwiseConv2dNative", (stock) => (call) => {
  const { strides, pad, dilations, dimRoundingMode } = call.attrs as {
    strides: number | [number, number];
    pad: "valid" | "same" | number | tf.backend_util.ExplicitPadding;
    dilations?: number | [number, number];
    dimRoundingMode?: "floor" | "round" | "ceil";
  };
  const [high, wide] = typeof dilations === "number" ? [dilations, dilations] : (dilations ?? [1, 1]);
  if ((high === 1 && wide === 1) || oneDnnSwitch() !== "0") return stock(call);
  return tf.tidy(() => {
    const [x, filter] = [call.inputs.x, call.inputs.filter] as [tf.Tensor4D, tf.Tensor4D];
    const info = tf.backend_util.computeConv2DInfo(
      x.shape,
      filter.shape,
      strides,
      [high, wide],
      pad,
      dimRoundingMode,
      true,
    );
    const { top, bottom, left, right } = info.padInfo;
    const padded = tf.pad(x, [
      [0, 0],
      [top, bottom],
      [left, right],
      [0, 0],
    ]);
    const fill = (size: number, block: number) => (block - (size % block)) % block;
    const [more, further] = [fill(padded.shape[1]!, high), fill(padded.shape[2]!, wide)];
    const blocks = tf.spaceToBatchND(
      padded,
      [high, wide],
      [
        [0, more],
        [0, further],
      ],
    );
    const convolved = tf.depthwiseConv2d(blocks as tf.Tensor4D, filter, 1, "valid");
    const back = tf.batchToSpaceND(
      convolved,
      [high, wide],
      [
        [0, 0],
        [0, 0],
      ],
    ) as tf.Tensor4D;
    return tf.slice(back, 0, [info.batchSize, info.outHeight, info.outWidth, info.outChannels]);
  });
});
