import * as tf from "@tensorflow/tfjs-node";
import { isModel, type LayerWeight, penaltiesOf, weightsOf } from "./layers";

type Apply = tf.layers.Layer["apply"];

/** What code did with layers while it was watched. */
export interface Watched<T> {
  readonly result: T;
  /** Each application of a layer, models and what runs within another layer left out. */
  readonly applied: readonly tf.layers.Layer[];
  /** Whether it asked for the penalties of regularisers itself. */
  readonly tookPenalties: boolean;
}

const stack: tf.layers.Layer[] = [];

/** The innermost layer that is running, where code is watched. */
export const runningLayer = (): tf.layers.Layer | undefined => stack.at(-1);

/**
 * Runs code and notes which layers it applies: their regularisers and constraints belong to the training, and tfjs
 * tells nobody about them.
 *
 * @param run The code.
 * @param before Called before each application; may throw to refuse it.
 */
export function watchLayers<T>(
  run: () => T,
  before?: (layer: tf.layers.Layer, options: { readonly training?: unknown }) => void,
): Watched<T> {
  const prototype = tf.layers.Layer.prototype;
  const { apply, calculateLosses } = prototype;
  const applied: tf.layers.Layer[] = [];
  let tookPenalties = false;
  prototype.apply = function (this: tf.layers.Layer, ...given: Parameters<Apply>): ReturnType<Apply> {
    before?.(this, given[1] ?? {});
    if (!isModel(this) && stack.every(isModel)) applied.push(this);
    stack.push(this);
    try {
      return apply.apply(this, given);
    } finally {
      stack.pop();
    }
  };
  prototype.calculateLosses = function (this: tf.layers.Layer) {
    tookPenalties = true;
    return calculateLosses.call(this);
  };
  try {
    return { result: run(), applied, tookPenalties };
  } finally {
    Object.assign(prototype, { apply, calculateLosses });
  }
}

/**
 * A loss with the penalties of the regularisers of the layers that it applied, as tfjs' `fit` adds them; a loss that
 * asked for them itself is left as it is.
 */
export function withPenalties(
  compute: () => tf.Scalar,
  before?: Parameters<typeof watchLayers>[1],
): { readonly loss: tf.Scalar; readonly applied: readonly tf.layers.Layer[] } {
  const { result, applied, tookPenalties } = watchLayers(compute, before);
  const penalties = tookPenalties ? [] : applied.flatMap(penaltiesOf);
  const loss = penalties.reduce<tf.Scalar>((sum, penalty) => tf.add(sum, penalty()), result);
  return { loss, applied };
}

/** The constraints of layers' weights, by variable. */
export function constraintsOf(
  layers: readonly tf.layers.Layer[],
): ReadonlyMap<tf.Variable, NonNullable<LayerWeight["constraint"]>> {
  const found = new Map<tf.Variable, NonNullable<LayerWeight["constraint"]>>();
  for (const weight of new Set(layers.flatMap(weightsOf)))
    if (weight.constraint != null) found.set(weight.read() as tf.Variable, weight.constraint);
  return found;
}
