/** A fully connected layer: `activation(x W + b)`. */
export interface Dense {
  readonly kind: "dense";
  readonly inputs: number;
  readonly outputs: number;
  readonly activation: Activation;
  /** W, `[inputs, outputs]`, row-major. */
  readonly kernel: Float32Array;
  /** b, `[outputs]`. */
  readonly bias: Float32Array;
}

/**
 * A convolution, `activation(x * W + b)`, of stride 1. Zeros around the image keep the maps as large as the image.
 */
export interface Convolution {
  readonly kind: "convolution";
  /** Rows, columns and channels of the image. */
  readonly image: readonly [number, number, number];
  readonly maps: number;
  /** Rows and columns of a kernel. */
  readonly size: number;
  readonly activation: Activation;
  /** W, `[size, size, channels, maps]`, row-major. */
  readonly kernel: Float32Array;
  /** b, `[maps]`. */
  readonly bias: Float32Array;
}

/**
 * Max-pooling of `size` x `size` windows that do not overlap; a last row or column that fills no window is left out.
 */
export interface Pooling {
  readonly kind: "pooling";
  readonly image: readonly [number, number, number];
  readonly size: number;
}

/** An LSTM layer with sigmoid gates; its output is h after the last step. */
export interface Lstm {
  readonly kind: "lstm";
  readonly steps: number;
  readonly features: number;
  readonly units: number;
  /** `[features, 4 units]`, row-major; gates in the order i, f, g, o. */
  readonly kernel: Float32Array;
  /** `[units, 4 units]`. */
  readonly recurrent: Float32Array;
  /** `[4 units]`. */
  readonly bias: Float32Array;
}

/** An activation as a layer of its own. */
export interface Activate {
  readonly kind: "activation";
  readonly activation: Exclude<Activation, "linear">;
}

/** An activation that pages compute. */
export type Activation = "linear" | "relu" | "softmax" | "sigmoid" | "tanh";

/** A layer that pages compute. */
export type Layer = Dense | Convolution | Pooling | Lstm | Activate;

/**
 * A trained network: its layers, each of which reads the output of the one before it. Images and maps are stored flat,
 * row-major.
 */
export interface Network {
  readonly layers: readonly Layer[];
}

/** The names of a layer's tensors, in the order in which they are stored. */
export const tensorNames: Readonly<Record<Layer["kind"], readonly string[]>> = {
  dense: ["kernel", "bias"],
  convolution: ["kernel", "bias"],
  pooling: [],
  lstm: ["kernel", "recurrent", "bias"],
  activation: [],
};
