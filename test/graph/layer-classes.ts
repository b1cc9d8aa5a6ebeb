import * as tf from "@tensorflow/tfjs-node";

/** One setting of a layer class, in a small classifier. */
export interface LayerCase {
  /** Class as `getClassName` names it. */
  readonly layer: string;
  /** The main options, in words. */
  readonly setting: string;
  /** Shape of one example. */
  readonly shape: readonly number[];
  /** The layers under test, from the input on; the harness flattens and adds dense and softmax. */
  readonly build: (input: tf.SymbolicTensor) => tf.SymbolicTensor;
  /**
   * "noise": draws are our own. "extra": stock tfjs ignores what the setting says (constraints; penalties in recurrent
   * layers).
   */
  readonly kind?: "noise" | "extra";
  /** Inputs are whole numbers below this: for embeddings and masks. */
  readonly whole?: number;
  /** The input's shape names the batch, as a stateful layer asks. */
  readonly batchShape?: boolean;
  /** Ends the model itself: its output is the model's. */
  readonly ends?: boolean;
}

const { layers: L } = tf;
const apply =
  (...layers: tf.layers.Layer[]) =>
  (x: tf.SymbolicTensor) =>
    layers.reduce((value, layer) => layer.apply(value) as tf.SymbolicTensor, x);
type Make = () => tf.layers.Layer[];
const one = (layer: string, setting: string, shape: readonly number[], make: Make, more: Partial<LayerCase> = {}) =>
  ({ layer, setting, shape, build: (x) => apply(...make())(x), ...more }) as LayerCase;

const [flat, series, image, volume] = [[6], [5, 3], [6, 6, 2], [4, 4, 4, 1]] as const;
const rnn = { units: 4, recurrentInitializer: "glorotUniform" } as const;
const sigmoid = { ...rnn, recurrentActivation: "sigmoid" } as const;
const branch = (merge: () => tf.layers.Layer) => (x: tf.SymbolicTensor) => {
  const [a, b] = [L.dense({ units: 5 }).apply(x), L.dense({ units: 5, activation: "tanh" }).apply(x)];
  return merge().apply([a, b] as tf.SymbolicTensor[]) as tf.SymbolicTensor;
};
const merge = (layer: string, setting: string, make: () => tf.layers.Layer): LayerCase => ({
  layer,
  setting,
  shape: flat,
  build: branch(make),
});

/** Every layer class of tfjs-layers, with its main options. */
export const layerCases: readonly LayerCase[] = [
  one("Dense", "linear, ReLU", flat, () => [L.dense({ units: 5 }), L.dense({ units: 4, activation: "relu" })]),
  one("Dense", "tanh, no bias, over steps", series, () => [L.dense({ units: 4, activation: "tanh", useBias: false })]),
  one("Dense", "kernelRegularizer l1l2, biasRegularizer l2", flat, () => [
    L.dense({ units: 4, kernelRegularizer: tf.regularizers.l1l2({ l1: 0.02, l2: 0.1 }), biasRegularizer: "l1l2" }),
  ]),
  one(
    "Dense",
    "kernelConstraint maxNorm, biasConstraint nonNeg",
    flat,
    () => [
      L.dense({
        units: 4,
        kernelConstraint: tf.constraints.maxNorm({ maxValue: 0.5, axis: 0 }),
        biasConstraint: "nonNeg",
      }),
    ],
    { kind: "extra" },
  ),
  one("Dense", "trainable: false", flat, () => [L.dense({ units: 4, trainable: false })]),
  one("Dense", "ends with softmax", flat, () => [L.dense({ units: 3, activation: "softmax" })], { ends: true }),
  one("Softmax", "at the end", flat, () => [L.dense({ units: 3 }), L.softmax()], { ends: true }),
  one("Softmax", "inside, axis -1", series, () => [L.softmax({ axis: -1 })]),
  one("Softmax", "inside, axis 1, the default", series, () => [L.softmax()]),
  one("Activation", "ELU, SELU, softplus", flat, () => [
    L.dense({ units: 5 }),
    L.activation({ activation: "elu" }),
    L.activation({ activation: "selu" }),
    L.activation({ activation: "softplus" }),
  ]),
  one("Activation", "swish, GELU, hardSigmoid", flat, () => [
    L.dense({ units: 5 }),
    L.activation({ activation: "swish" }),
    L.activation({ activation: "gelu" as never }),
    L.activation({ activation: "hardSigmoid" }),
  ]),
  one("ReLU", "maxValue", flat, () => [L.dense({ units: 5 }), L.reLU({ maxValue: 0.5 })]),
  one("LeakyReLU", "alpha 0.2", flat, () => [L.dense({ units: 5 }), L.leakyReLU({ alpha: 0.2 })]),
  one("PReLU", "alpha learned", flat, () => [L.dense({ units: 5 }), L.prelu()]),
  one("PReLU", "shared over pixels, regularised", image, () => [
    L.prelu({ sharedAxes: [1, 2], alphaRegularizer: tf.regularizers.l2({ l2: 0.1 }) as never }),
  ]),
  one("ELU", "alpha 1", flat, () => [L.dense({ units: 5 }), L.elu()]),
  one("ThresholdedReLU", "theta 0.1", flat, () => [L.dense({ units: 5 }), L.thresholdedReLU({ theta: 0.1 })]),
  one("Flatten", "channels first", image, () => [L.flatten({ dataFormat: "channelsFirst" })]),
  one("Reshape", "to rows", image, () => [L.reshape({ targetShape: [9, 8] })]),
  one("Permute", "channels first", image, () => [L.permute({ dims: [3, 1, 2] })]),
  one("RepeatVector", "3 times", flat, () => [L.repeatVector({ n: 3 })]),
  one("Embedding", "6 words", [5], () => [L.embedding({ inputDim: 6, outputDim: 4 })], { whole: 6 }),
  one(
    "Embedding",
    "maskZero before an LSTM, regularised",
    [5],
    () => [L.embedding({ inputDim: 6, outputDim: 4, maskZero: true, embeddingsRegularizer: "l1l2" }), L.lstm(sigmoid)],
    { whole: 6 },
  ),
  one("Masking", "before an LSTM", series, () => [L.masking({ maskValue: 0 }), L.lstm(sigmoid)], { whole: 2 }),
  one(
    "Masking",
    "before a GRU that returns all steps",
    series,
    () => [L.masking({ maskValue: 0 }), L.gru({ ...rnn, returnSequences: true }), L.globalAveragePooling1d({})],
    { whole: 2 },
  ),
  merge("Add", "two branches", () => L.add()),
  merge("Multiply", "two branches", () => L.multiply()),
  merge("Average", "two branches", () => L.average()),
  merge("Maximum", "two branches", () => L.maximum()),
  merge("Minimum", "two branches", () => L.minimum()),
  merge("Concatenate", "two branches", () => L.concatenate()),
  merge("Dot", "normalised", () => L.dot({ axes: -1, normalize: true })),
  one("BatchNormalization", "with moving averages", flat, () => [L.dense({ units: 5 }), L.batchNormalization()]),
  one("BatchNormalization", "of channels, gammaRegularizer", image, () => [
    L.conv2d({ filters: 3, kernelSize: 3 }),
    L.batchNormalization({ momentum: 0.9, gammaRegularizer: "l1l2" }),
  ]),
  one("LayerNormalization", "last axis", flat, () => [L.dense({ units: 5 }), L.layerNormalization()]),
  one("Conv1D", "same, ReLU", series, () => [
    L.conv1d({ filters: 3, kernelSize: 2, padding: "same", activation: "relu" }),
  ]),
  one("Conv1D", "causal", series, () => [L.conv1d({ filters: 3, kernelSize: 2, padding: "causal" })]),
  one("Conv1D", "dilated", series, () => [L.conv1d({ filters: 3, kernelSize: 2, dilationRate: 2 })]),
  one("Conv2D", "ReLU, before max-pooling", image, () => [
    L.conv2d({ filters: 3, kernelSize: 3, activation: "relu" }),
    L.maxPooling2d({ poolSize: 2 }),
  ]),
  one("Conv2D", "strides, same, no bias, regularised", image, () => [
    L.conv2d({ filters: 3, kernelSize: 3, strides: 2, padding: "same", useBias: false, kernelRegularizer: "l1l2" }),
  ]),
  one("Conv2D", "dilated", image, () => [L.conv2d({ filters: 3, kernelSize: 2, dilationRate: 2, activation: "tanh" })]),
  one("Conv2D", "channels first", [2, 6, 6], () => [
    L.conv2d({ filters: 3, kernelSize: 3, dataFormat: "channelsFirst" }),
  ]),
  one("Conv2DTranspose", "strides 2", image, () => [L.conv2dTranspose({ filters: 2, kernelSize: 3, strides: 2 })]),
  one("SeparableConv2D", "multiplier 2", image, () => [
    L.separableConv2d({ filters: 3, kernelSize: 3, depthMultiplier: 2 }),
  ]),
  one("DepthwiseConv2D", "multiplier 2", image, () => [L.depthwiseConv2d({ kernelSize: 3, depthMultiplier: 2 })]),
  one("DepthwiseConv2D", "dilated, regularised", image, () => [
    L.depthwiseConv2d({ kernelSize: 2, dilationRate: 2, depthwiseRegularizer: "l1l2" } as never),
  ]),
  one("Conv3D", "same", volume, () => [L.conv3d({ filters: 2, kernelSize: 2, padding: "same", activation: "relu" })]),
  one("Conv3DTranspose", "strides 2", volume, () => [L.conv3dTranspose({ filters: 2, kernelSize: 2, strides: 2 })]),
  one("Cropping2D", "one pixel", image, () => [
    L.cropping2D({
      cropping: [
        [1, 1],
        [1, 0],
      ],
    }),
  ]),
  one("UpSampling2D", "nearest", image, () => [L.upSampling2d({ size: [2, 2] })]),
  one("ZeroPadding2D", "one pixel", image, () => [
    L.conv2d({ filters: 2, kernelSize: 3 }),
    L.zeroPadding2d({ padding: 1 }),
  ]),
  one("MaxPooling1D", "2", series, () => [L.conv1d({ filters: 3, kernelSize: 2 }), L.maxPooling1d({ poolSize: 2 })]),
  one("AveragePooling1D", "2", series, () => [
    L.conv1d({ filters: 3, kernelSize: 2 }),
    L.averagePooling1d({ poolSize: 2 }),
  ]),
  one("MaxPooling2D", "overlapping, same", image, () => [
    L.conv2d({ filters: 2, kernelSize: 2, activation: "tanh" }),
    L.maxPooling2d({ poolSize: 3, strides: 2, padding: "same" }),
  ]),
  one("AveragePooling2D", "2", image, () => [
    L.conv2d({ filters: 2, kernelSize: 3 }),
    L.averagePooling2d({ poolSize: 2 }),
  ]),
  one("MaxPooling3D", "2", volume, () => [
    L.conv3d({ filters: 2, kernelSize: 2 }),
    L.maxPooling3d({ poolSize: 2 } as never),
  ]),
  one("AveragePooling3D", "2", volume, () => [
    L.conv3d({ filters: 2, kernelSize: 2 }),
    L.averagePooling3d({ poolSize: 2 } as never),
  ]),
  one("GlobalAveragePooling1D", "", series, () => [
    L.conv1d({ filters: 3, kernelSize: 2 }),
    L.globalAveragePooling1d({}),
  ]),
  one("GlobalMaxPooling1D", "", series, () => [L.conv1d({ filters: 3, kernelSize: 2 }), L.globalMaxPooling1d({})]),
  one("GlobalAveragePooling2D", "", image, () => [
    L.conv2d({ filters: 3, kernelSize: 2 }),
    L.globalAveragePooling2d({}),
  ]),
  one("GlobalMaxPooling2D", "", image, () => [L.conv2d({ filters: 3, kernelSize: 2 }), L.globalMaxPooling2d({})]),
  one("SimpleRNN", "tanh", series, () => [L.simpleRNN(rnn)]),
  one(
    "SimpleRNN",
    "all steps, backwards, regularised",
    series,
    () => [L.simpleRNN({ ...rnn, returnSequences: true, goBackwards: true, kernelRegularizer: "l1l2" })],
    { kind: "extra" },
  ),
  one("SimpleRNN", "stateful", series, () => [L.simpleRNN({ ...rnn, stateful: true })], {
    batchShape: true,
  }),
  one("GRU", "hard gates", series, () => [L.gru(rnn)]),
  one("GRU", "sigmoid gates, all steps", series, () => [L.gru({ ...sigmoid, returnSequences: true })]),
  one("LSTM", "sigmoid gates", series, () => [L.lstm(sigmoid)]),
  one("LSTM", "hard gates, all steps", series, () => [L.lstm({ ...rnn, returnSequences: true })]),
  one("LSTM", "backwards, two layers", series, () => [
    L.lstm({ ...sigmoid, returnSequences: true, goBackwards: true }),
    L.lstm(sigmoid),
  ]),
  one(
    "LSTM",
    "kernelRegularizer and recurrentRegularizer",
    series,
    () => [
      L.lstm({ ...sigmoid, kernelRegularizer: "l1l2", recurrentRegularizer: tf.regularizers.l2({ l2: 0.1 }) as never }),
    ],
    { kind: "extra" },
  ),
  one("LSTM", "kernelConstraint unitNorm", series, () => [L.lstm({ ...sigmoid, kernelConstraint: "unitNorm" })], {
    kind: "extra",
  }),
  one(
    "LSTM",
    "dropout, recurrentDropout",
    series,
    () => [L.lstm({ ...sigmoid, dropout: 0.3, recurrentDropout: 0.3 })],
    {
      kind: "noise",
    },
  ),
  {
    layer: "LSTM",
    setting: "states of another LSTM",
    shape: series,
    build: (x) => {
      const [, h, c] = L.lstm({ ...sigmoid, returnState: true }).apply(x) as tf.SymbolicTensor[];
      return L.lstm(sigmoid).apply(x, { initialState: [h!, c!] }) as tf.SymbolicTensor;
    },
  },
  one("RNN", "simpleRNNCell", series, () => [L.rnn({ cell: L.simpleRNNCell(rnn) })]),
  one("SimpleRNNCell", "in rnn, all steps", series, () => [
    L.rnn({ cell: L.simpleRNNCell(rnn), returnSequences: true }),
  ]),
  one("GRUCell", "in rnn", series, () => [L.rnn({ cell: L.gruCell(rnn) })]),
  one(
    "LSTMCell",
    "in rnn, kernelRegularizer",
    series,
    () => [L.rnn({ cell: L.lstmCell({ ...sigmoid, kernelRegularizer: "l1l2" }) })],
    { kind: "extra" },
  ),
  one("LSTMCell", "in rnn, dropout", series, () => [L.rnn({ cell: L.lstmCell({ ...sigmoid, dropout: 0.3 }) })], {
    kind: "noise",
  }),
  one("StackedRNNCells", "LSTM and GRU", series, () => [
    L.rnn({ cell: L.stackedRNNCells({ cells: [L.lstmCell(sigmoid), L.gruCell(rnn)] }) as never }),
  ]),
  one("ConvLSTM2D", "3 x 3", [3, 5, 5, 1], () => [
    L.convLstm2d({ filters: 2, kernelSize: 3, recurrentInitializer: "glorotUniform" } as never),
  ]),
  one(
    "ConvLSTM2DCell",
    "in convLstm2d, dropout",
    [3, 5, 5, 1],
    () => [L.convLstm2d({ filters: 2, kernelSize: 3, dropout: 0.3, recurrentInitializer: "glorotUniform" } as never)],
    { kind: "noise" },
  ),
  one("Bidirectional", "LSTM, concat", series, () => [
    L.bidirectional({ layer: L.lstm(sigmoid) as never, mergeMode: "concat" }),
  ]),
  one(
    "Bidirectional",
    "GRU, sum, all steps, regularised",
    series,
    () => [
      L.bidirectional({
        layer: L.gru({ ...rnn, returnSequences: true, kernelRegularizer: "l1l2" }) as never,
        mergeMode: "sum",
      }),
    ],
    { kind: "extra" },
  ),
  one(
    "Bidirectional",
    "LSTM with dropout",
    series,
    () => [L.bidirectional({ layer: L.lstm({ ...sigmoid, dropout: 0.3 }) as never, mergeMode: "concat" })],
    { kind: "noise" },
  ),
  one("TimeDistributed", "dense", series, () => [
    L.timeDistributed({ layer: L.dense({ units: 4, activation: "relu" }) }),
  ]),
  one("TimeDistributed", "dense, kernelRegularizer", series, () => [
    L.timeDistributed({ layer: L.dense({ units: 4, kernelRegularizer: "l1l2" }) }),
  ]),
  one("TimeDistributed", "dropout", series, () => [L.timeDistributed({ layer: L.dropout({ rate: 0.4 }) })], {
    kind: "noise",
  }),
  one("Dropout", "rate 0.4", flat, () => [L.dense({ units: 8 }), L.dropout({ rate: 0.4 })], { kind: "noise" }),
  one("Dropout", "seed", flat, () => [L.dense({ units: 8 }), L.dropout({ rate: 0.4, seed: 3 })], { kind: "noise" }),
  one("Dropout", "noiseShape", series, () => [L.dropout({ rate: 0.4, noiseShape: [4, 1, 3] })], { kind: "noise" }),
  one("SpatialDropout1D", "rate 0.4", series, () => [L.spatialDropout1d({ rate: 0.4 })], { kind: "noise" }),
  one("GaussianNoise", "stddev 0.3", flat, () => [L.gaussianNoise({ stddev: 0.3 })], { kind: "noise" }),
  one("GaussianDropout", "rate 0.4", flat, () => [L.gaussianDropout({ rate: 0.4 })], { kind: "noise" }),
  one("AlphaDropout", "rate 0.4", flat, () => [L.alphaDropout({ rate: 0.4 })], { kind: "noise" }),
  one("Rescaling", "scale and offset", image, () => [L.rescaling({ scale: 0.5, offset: 0.1 })]),
  one("CenterCrop", "first", image, () => [L.centerCrop({ height: 4, width: 4 })]),
  one("CenterCrop", "after a convolution", image, () => [
    L.conv2d({ filters: 2, kernelSize: 2 }),
    L.centerCrop({ height: 3, width: 3 }),
  ]),
  one("Resizing", "bilinear", image, () => [L.resizing({ height: 4, width: 4, interpolation: "bilinear" })]),
  one(
    "CategoryEncoding",
    "multi-hot",
    [3],
    () => [L.reshape({ targetShape: [3] }), L.categoryEncoding({ numTokens: 5, outputMode: "multiHot" })],
    { whole: 5 },
  ),
  one("RandomWidth", "factor 0.3", image, () => [
    L.reshape({ targetShape: [...image] }),
    L.randomWidth({ factor: 0.3 }),
  ]),
  {
    layer: "InputLayer",
    setting: "as first layer",
    shape: flat,
    build: (x) => x,
  },
  {
    layer: "Sequential",
    setting: "in a model, two dense layers",
    shape: flat,
    build: (x) =>
      tf
        .sequential({
          layers: [
            L.dense({ units: 5, activation: "relu", inputShape: [...flat] }),
            L.dense({ units: 4, kernelRegularizer: "l1l2" }),
          ],
        })
        .apply(x) as tf.SymbolicTensor,
  },
  {
    layer: "Sequential",
    setting: "in a model, with dropout",
    shape: flat,
    kind: "noise",
    build: (x) =>
      tf
        .sequential({ layers: [L.dense({ units: 8, inputShape: [...flat] }), L.dropout({ rate: 0.4 })] })
        .apply(x) as tf.SymbolicTensor,
  },
  {
    layer: "Sequential",
    setting: "at the end, with the softmax",
    shape: flat,
    ends: true,
    build: (x) =>
      tf
        .sequential({
          layers: [L.dense({ units: 3, inputShape: [...flat] }), L.activation({ activation: "softmax" })],
        })
        .apply(x) as tf.SymbolicTensor,
  },
  {
    layer: "Functional",
    setting: "in a model, with a branch",
    shape: flat,
    build: (x) => {
      const input = tf.input({ shape: [...flat] });
      return tf.model({ inputs: input, outputs: branch(() => L.add())(input) }).apply(x) as tf.SymbolicTensor;
    },
  },
  {
    layer: "Functional",
    setting: "a dense layer used twice, regularised",
    shape: flat,
    build: (x) => {
      const shared = L.dense({ units: 6, activation: "tanh", kernelRegularizer: "l1l2" });
      return shared.apply(shared.apply(x)) as tf.SymbolicTensor;
    },
  },
  {
    layer: "Functional",
    setting: "a dropout layer used twice",
    shape: flat,
    kind: "noise",
    build: (x) => {
      const shared = L.dropout({ rate: 0.4 });
      const hidden = L.dense({ units: 6 }).apply(shared.apply(x));
      return shared.apply(hidden) as tf.SymbolicTensor;
    },
  },
];
