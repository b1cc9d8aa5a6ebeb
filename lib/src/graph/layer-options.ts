import * as tf from "@tensorflow/tfjs-node";
import { isObject } from "../base/is-object";

// tfjs throws some options of a layer away without a word: the activityRegularizer of recurrent layers, each name that
// it does not know. A finished layer does not say what it was asked for, so the functions of tf.layers note it.

type Options = Readonly<Record<string, unknown>>;

const asked = new WeakMap<tf.layers.Layer, Options>();

// What tfjs takes for any layer, and what says how a layer is made rather than what it does.
const ofAnyLayer = new Set(
  "name trainable updatable dtype inputDType inputShape batchInputShape batchSize weights inputDim implementation".split(
    " ",
  ),
);

const factories = tf.layers as unknown as Record<string, unknown>;
for (const [name, make] of Object.entries(factories)) {
  // Layer, RNN and RNNCell are classes.
  if (typeof make !== "function" || /^[A-Z]/.test(name)) continue;
  const factory = make as (...given: readonly unknown[]) => unknown;
  const noted = (...given: readonly unknown[]): unknown => {
    // Copies: tfjs writes into what it is given, and the next layer may be asked for the same.
    const [options, ...rest] = given;
    const made = factory(...(isObject(options) ? [{ ...options }, ...rest] : given));
    if (made instanceof tf.layers.Layer && isObject(options)) asked.set(made, { ...options });
    return made;
  };
  factories[name] = Object.defineProperty(noted, "name", { value: name });
}

/** An option that was asked for and that the layer does not have, with what became of it. */
export interface DroppedOption {
  readonly name: string;
  /** What the layer has in its place; undefined where it has none. */
  readonly became: unknown;
}

/**
 * The options that tfjs threw away or changed while it made a layer. Only what this process made by a function of
 * tf.layers is known.
 */
export function droppedOptions(layer: tf.layers.Layer): DroppedOption[] {
  const { cell } = layer as unknown as { readonly cell?: tf.layers.Layer };
  const places = [layer, cell].flatMap((one) => (one ? [one.getConfig(), one] : [])) as unknown as Options[];
  return Object.entries(asked.get(layer) ?? {}).flatMap(([name, wanted]): DroppedOption[] => {
    if (wanted == null || ofAnyLayer.has(name)) return [];
    const became = places.map((place) => place[name]).find((value) => value != null);
    if (became == null) return [{ name, became: undefined }];
    const isPlain = ["number", "boolean"].includes(typeof wanted) && typeof became === typeof wanted;
    return isPlain && became !== wanted ? [{ name, became }] : [];
  });
}

/** The layer that a wrapper was given, which it may have copied (bidirectional does). */
export function wrappedLayer(layer: tf.layers.Layer): tf.layers.Layer | undefined {
  const wrapped = asked.get(layer)?.layer;
  return wrapped instanceof tf.layers.Layer ? wrapped : undefined;
}
