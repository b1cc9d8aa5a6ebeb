import * as tf from "@tensorflow/tfjs-node";
import { droppedOptions, wrappedLayer } from "./layer-options";

// What tfjs keeps to itself about its layers, in one place.

/** The inside of a tfjs layer, as far as this room uses it. */
export interface LayerInside {
  readonly _losses?: readonly (() => tf.Scalar)[];
  readonly inboundNodes: readonly { readonly inputShapes: Shapes; readonly outputShapes: Shapes }[];
  readonly outboundNodes: readonly { readonly outboundLayer: tf.layers.Layer }[];
  readonly forwardLayer?: tf.layers.Layer;
  readonly backwardLayer?: tf.layers.Layer;
  readonly layer?: tf.layers.Layer;
  readonly layers?: readonly tf.layers.Layer[];
  readonly activityRegularizer?: unknown;
  readonly cell?: tf.layers.Layer;
  readonly cells?: readonly tf.layers.Layer[];
}

type Shapes = readonly (readonly (number | null)[])[];

/** A layer with what tfjs keeps to itself. */
export const inside = (layer: tf.layers.Layer): LayerInside => layer as unknown as LayerInside;

/** A weight of a layer, with the constraint that tfjs keeps beside it and never applies while it trains. */
export interface LayerWeight {
  readonly originalName: string;
  readonly constraint?: { apply(weight: tf.Tensor): tf.Tensor } | null;
  read(): tf.Tensor;
}

/** A layer and where it stands: `"2"` in its model, `"2/0"` in a model within it, `"3/forward"` in a wrapper. */
export interface PlacedLayer {
  readonly path: string;
  readonly layer: tf.layers.Layer;
}

/** Settings of a layer as `getConfig` gives them. */
export const configOf = (layer: tf.layers.Layer): Readonly<Record<string, unknown>> =>
  layer.getConfig() as unknown as Readonly<Record<string, unknown>>;

/** How a message names a layer: `Dense "dense_1"`. */
export const called = (layer: tf.layers.Layer): string => `${layer.getClassName()} "${layer.name}"`;

/** Whether a layer is a model of layers, which tfjs runs layer by layer. */
export const isModel = (layer: tf.layers.Layer): layer is tf.LayersModel => layer instanceof tf.LayersModel;

/** The layers that a layer calls itself: those of a nested model, of a wrapper, the cells of a recurrent layer. */
export function innerLayers({ path, layer }: PlacedLayer): PlacedLayer[] {
  const { forwardLayer, backwardLayer, layer: wrapped, cell, cells } = inside(layer);
  const named = (name: string, inner?: tf.layers.Layer) => (inner ? [{ path: `${path}/${name}`, layer: inner }] : []);
  const numbered = (inner: readonly tf.layers.Layer[]) => inner.flatMap((one, i) => named(String(i), one));
  if (isModel(layer)) return numbered(layer.layers);
  if (forwardLayer) return [...named("forward", forwardLayer), ...named("backward", backwardLayer)];
  return [...named("layer", wrapped), ...named("cell", cell), ...numbered(cells ?? [])];
}

/** All layers of a model, those within layers included, each once: first the model's own, in their order. */
export function allLayers(model: tf.LayersModel): PlacedLayer[] {
  const found: PlacedLayer[] = model.layers.map((layer, position) => ({ path: String(position), layer }));
  const seen = new Set(found.map(({ layer }) => layer));
  // The list grows while it is walked.
  for (const placed of found)
    for (const inner of innerLayers(placed)) {
      if (seen.has(inner.layer)) continue;
      seen.add(inner.layer);
      found.push(inner);
    }
  return found;
}

/** A layer's weights, those of the layers within it included. */
export function weightsOf(layer: tf.layers.Layer): LayerWeight[] {
  const inner = innerLayers({ path: "", layer });
  const own = layer.weights as unknown as LayerWeight[];
  return [...new Set([...own, ...inner.flatMap((one) => weightsOf(one.layer))])];
}

/** The penalties of a layer's regularisers, those of the layers within it included. */
export function penaltiesOf(layer: tf.layers.Layer): (() => tf.Scalar)[] {
  const own = inside(layer)._losses ?? [];
  return [...own, ...innerLayers({ path: "", layer }).flatMap((inner) => penaltiesOf(inner.layer))];
}

// tfjs computes these, but not their gradients.
const withoutGradient: Readonly<Record<string, (config: Readonly<Record<string, unknown>>) => string | undefined>> = {
  ThresholdedReLU: () => "use reLU or leakyReLU instead",
  Conv3DTranspose: () => "use upsampling by conv2dTranspose or repeatVector instead",
  Conv1D: ({ dilationRate }) => dilated(dilationRate),
  Conv2D: ({ dilationRate }) => dilated(dilationRate),
  SeparableConv2D: ({ dilationRate }) => dilated(dilationRate),
};
const dilated = (rate: unknown) =>
  [rate].flat().some((one) => Number(one) > 1)
    ? "use strides, or a depthwise convolution, which may be dilated"
    : undefined;

/** Throws where tfjs has no gradient of a layer, or of one within it. */
export function refuseWithoutGradient(layer: tf.layers.Layer): void {
  const wayOut = withoutGradient[layer.getClassName()]?.(configOf(layer));
  if (wayOut !== undefined)
    throw new Error(
      "Expected layers that can be trained but found " +
        `${called(layer)}${wayOut.includes("dilated") ? " with a dilationRate above 1" : ""}: tfjs has no gradient ` +
        `of it; ${wayOut}.`,
    );
  for (const inner of innerLayers({ path: "", layer })) refuseWithoutGradient(inner.layer);
}

/** Frees the dropout masks that recurrent cells keep until they run again. */
export function forgetMasks(layer: tf.layers.Layer): void {
  const cell = layer as unknown as Record<string, tf.Tensor | tf.Tensor[] | null | undefined>;
  for (const name of ["dropoutMask", "recurrentDropoutMask"]) {
    const masks = cell[name];
    if (!masks) continue;
    tf.dispose(masks);
    cell[name] = null;
  }
  for (const inner of innerLayers({ path: "", layer })) forgetMasks(inner.layer);
}

/** Throws where a layer, or one within it, is of a kind that no step can honour. */
export function refuseLayer(layer: tf.layers.Layer): void {
  const config = configOf(layer);
  const { stateful, activityRegularizer } = config;
  if (stateful === true)
    throw new Error(
      `Expected layers that start each batch anew but found ${called(layer)} with stateful: true: a step keeps ` +
        `nothing from batch to batch; leave "stateful" out.`,
    );
  const [dropped] = droppedOptions(layer);
  const regularized = activityRegularizer != null || inside(layer).activityRegularizer != null;
  if (regularized || dropped?.name === "activityRegularizer")
    throw new Error(
      `Expected no activityRegularizer but found one (${called(layer)}): tfjs does not compute it; regularise ` +
        "weights (kernelRegularizer) or leave it out.",
    );
  if (dropped)
    throw new Error(
      dropped.became === undefined
        ? `Expected options that tfjs knows but found "${dropped.name}" (${called(layer)}): tfjs drops it without ` +
            "a word; correct its name or leave it out."
        : `Expected options that tfjs takes as they are but "${dropped.name}" became ${String(dropped.became)} ` +
            `(${called(layer)}): correct its value or leave it out.`,
    );
  const all = ["rate", "dropout", "recurrentDropout"].find((name) => (config[name] as number | undefined) === 1);
  if (all !== undefined)
    throw new Error(
      `Expected "${all}" to be below 1 but found 1 (${called(layer)}): it would drop everything, and tfjs drops ` +
        "nothing then; choose a smaller one.",
    );
  if (layer.getClassName() === "RandomWidth")
    throw new Error(
      `Expected layers that keep their shape but found ${called(layer)}: each batch would have another width, ` +
        "and a step keeps the shapes it was made for; widen the images before training.",
    );
  for (const inner of innerLayers({ path: "", layer })) refuseLayer(inner.layer);
  const wrapped = wrappedLayer(layer);
  if (wrapped) refuseLayer(wrapped);
}
