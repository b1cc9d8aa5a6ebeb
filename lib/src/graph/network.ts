import * as tf from "@tensorflow/tfjs-node";
import {
  allLayers,
  called,
  configOf,
  forgetMasks,
  innerLayers,
  isModel,
  type LayerWeight,
  type PlacedLayer,
  penaltiesOf,
  refuseLayer,
  refuseWithoutGradient,
} from "./layers";

/** What tfjs hands to a layer's `call` beside its inputs. */
export interface CallOptions {
  readonly training?: unknown;
  readonly mask?: tf.Tensor | readonly tf.Tensor[] | null;
  readonly initialState?: unknown;
}

/** A layer's `call`, as a replacement of it is written; `original` is the layer's own. */
export type LayerCall = (
  input: tf.Tensor,
  options: CallOptions,
  original: (input: tf.Tensor, options: CallOptions) => tf.Tensor | tf.Tensor[],
) => tf.Tensor | tf.Tensor[];

/** Calls that take the place of layers' own, by layer. */
export type LayerCalls = ReadonlyMap<tf.layers.Layer, LayerCall>;

/** One weight of a model under a name that does not change from process to process. */
export interface NetworkWeight {
  /** Position of its layer and its own name: `"2/kernel"`; of a layer within a layer `"2/0/kernel"`. */
  readonly name: string;
  readonly variable: tf.Variable;
  readonly trainable: boolean;
  readonly constraint?: NonNullable<LayerWeight["constraint"]>;
}

/** What a training step needs to know of a `tf.layers` model that ends in a softmax or sigmoid. */
export interface Network {
  /** The model's layers and those within them; the model's own come first. */
  readonly layers: readonly PlacedLayer[];
  /** Layers of one model, in its order: a list for the model, and one for each model within it. */
  readonly groups: readonly (readonly tf.layers.Layer[])[];
  readonly weights: readonly NetworkWeight[];
  /** The penalties of the regularisers. */
  readonly penalties: readonly (() => tf.Scalar)[];
  /** The layer that turns logits into probabilities: the loss takes its activation together with the logarithm. */
  readonly last: tf.layers.Layer;
  /**
   * The activation at the end: with a softmax the loss is the cross-entropy over classes, with a sigmoid the binary
   * one.
   */
  readonly head: "softmax" | "sigmoid";
  /** Number of outputs: classes with a softmax, 1 with a sigmoid. */
  readonly outputs: number;
  /**
   * The model's output without the last activation (logits), `[n, outputs]`. `calls` replace the `call` of single
   * layers.
   */
  logits(inputs: tf.Tensor, options: { readonly training: boolean; readonly calls?: LayerCalls }): tf.Tensor;
}

/**
 * Reads a model as a network.
 *
 * @throws When it has several inputs or outputs, takes another shape, does not end in a softmax or sigmoid, or holds a
 *   layer that no step can honour; the message names it.
 */
export function network(model: tf.LayersModel, options: { readonly shape: readonly number[] }): Network {
  for (const [what, tensors] of [
    ["input", model.inputs],
    ["output", model.outputs],
  ] as const) {
    if (tensors.length !== 1)
      throw new Error(
        `Expected a model with one ${what} but found ${tensors.length} ` +
          `(${tensors.map(({ name }) => name).join(", ")}): ` +
          "a data set has one tensor of inputs and one label an example; for more, write the step yourself with trace.",
      );
  }
  const expected = (model.inputs[0]!.shape as (number | null)[]).slice(1);
  if (expected.length !== options.shape.length || expected.some((size, i) => size !== options.shape[i])) {
    throw new Error(
      `Expected one input of shape [${options.shape.join(", ")}] per example but the model takes ` +
        `[${expected.join(", ")}]${spoiledBy(model)}.`,
    );
  }
  for (const layer of model.layers) {
    refuseLayer(layer);
    refuseWithoutGradient(layer);
  }
  const last = lastLayer(model);
  const head = headOf(last);
  const outputShape = (model.outputs[0]!.shape as (number | null)[]).slice(1);
  const outputs = outputShape.at(-1) ?? 0;
  if (outputShape.length !== 1)
    throw new Error(
      `Expected one row of outputs per example but found [${outputShape.join(", ")}] (${called(last)}): flatten, ` +
        "pool, or return the last step only, before the last layer.",
    );
  if (head === "sigmoid" && outputs !== 1) {
    throw new Error(`Expected a sigmoid output of 1 unit but found ${outputs}: use softmax for more than two classes.`);
  }
  if (head === "softmax" && outputs < 2)
    throw new Error(
      `Expected a softmax over 2 outputs or more but found ${outputs}, whose probability is always 1 ` +
        `(${called(last)}): use sigmoid for two classes.`,
    );
  const weights = namedWeights(model);
  if (!weights.some((weight) => weight.trainable))
    throw new Error(
      `Expected weights to train but found none (model "${model.name}"): set trainable of a layer, or add a ` +
        "dense layer.",
    );
  const layers = allLayers(model);
  return {
    layers,
    groups: [model.layers, ...layers.flatMap(({ layer }) => (isModel(layer) ? [layer.layers] : []))],
    penalties: model.layers.flatMap(penaltiesOf),
    last,
    head,
    outputs,
    weights,
    logits(inputs, { training, calls }) {
      try {
        const all = new Map([[last, withoutActivation(last)], ...(calls ?? [])]);
        return withCalls(all, () => model.apply(inputs, { training })) as tf.Tensor;
      } finally {
        forgetMasks(model);
      }
    },
  };
}

/** tfjs' preprocessing layers write their output's shape over that of their input. */
function spoiledBy(model: tf.LayersModel): string {
  const spoiler = model.layers.find((layer) =>
    /^(CenterCrop|CategoryEncoding|RandomWidth)$/.test(layer.getClassName()),
  );
  if (spoiler === undefined) return "";
  return (
    ` (tfjs' ${called(spoiler)} changes the shape of its own input: put a layer that makes a shape before it, such ` +
    "as tf.layers.reshape)"
  );
}

/** The layer that makes a model's output, also where it stands in a model within the model. */
function lastLayer(model: tf.LayersModel): tf.layers.Layer {
  const last = model.outputs[0]!.sourceLayer;
  return isModel(last) ? lastLayer(last) : last;
}

function headOf(last: tf.layers.Layer): "softmax" | "sigmoid" {
  const { activation, axis } = configOf(last);
  const kind = last.getClassName();
  if (kind === "Softmax" && (axis === undefined || axis === -1 || axis === 1)) return "softmax";
  if ((kind === "Activation" || kind === "Dense") && (activation === "softmax" || activation === "sigmoid"))
    return activation;
  const found = typeof activation === "string" ? `${called(last)} with ${activation}` : called(last);
  throw new Error(
    `Expected the model to end in softmax or sigmoid but found ${found}: end it with tf.layers.dense({ units: ` +
      `10, activation: "softmax" }), or add tf.layers.activation({ activation: "softmax" }) or tf.layers.softmax().`,
  );
}

function withoutActivation(last: tf.layers.Layer): LayerCall {
  if (last.getClassName() !== "Dense") return (input) => input;
  const dense = last as unknown as { activation: unknown };
  return (input, options, original) => {
    const { activation } = dense;
    dense.activation = linear();
    try {
      return original(input, options);
    } finally {
      dense.activation = activation;
    }
  };
}

const linear = () => (tf.layers.activation({ activation: "linear" }) as unknown as { activation: unknown }).activation;

function namedWeights(model: tf.LayersModel): NetworkWeight[] {
  const trained = new Set(model.trainableWeights as unknown as LayerWeight[]);
  const found = new Map<LayerWeight, string>();
  const visit = ({ path, layer }: PlacedLayer): void => {
    // Cells and what a wrapper wraps go by the name of the outer layer; only where there are several do they need one.
    const several = isModel(layer) || layer.getClassName() === "Bidirectional";
    for (const inner of innerLayers({ path, layer })) visit(several ? inner : { path, layer: inner.layer });
    for (const weight of layer.weights as unknown as LayerWeight[]) {
      if (found.has(weight)) continue;
      const name = `${path}/${weight.originalName.split("/").pop()}`;
      const alike = [...found.values()].filter((other) => other.replace(/#\d+$/, "") === name).length;
      found.set(weight, alike === 0 ? name : `${name}#${alike + 1}`);
    }
  };
  model.layers.forEach((layer, position) => visit({ path: String(position), layer }));
  return [...found].map(([weight, name]) => ({
    name,
    variable: weight.read() as tf.Variable,
    trainable: trained.has(weight),
    ...(weight.constraint != null && { constraint: weight.constraint }),
  }));
}

function withCalls<T>(calls: LayerCalls, run: () => T): T {
  const replaced: tf.layers.Layer[] = [];
  try {
    for (const [layer, call] of calls) {
      const own = layer.call.bind(layer);
      layer.call = (inputs, options) => {
        // Several inputs (states of a recurrent layer beside its input, say) are the layer's own affair.
        const [input, ...more] = Array.isArray(inputs) ? inputs : [inputs];
        if (more.length > 0) return own(inputs, options);
        return call(input!, options as CallOptions, (x, given) => own(x, given as typeof options));
      };
      replaced.push(layer);
    }
    return run();
  } finally {
    // The own property shadows the class's method; without it the layer is as before.
    for (const layer of replaced) delete (layer as Partial<tf.layers.Layer>).call;
  }
}
