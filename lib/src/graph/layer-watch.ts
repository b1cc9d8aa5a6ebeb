import * as tf from "@tensorflow/tfjs-node";
import { called, forgetMasks, isModel, type LayerWeight, penaltiesOf, weightsOf } from "./layers";

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
const told = new WeakSet<object>();

/** An error that says in which layer it happened: in the innermost one. */
function named(error: unknown, layer: tf.layers.Layer): unknown {
  if (!(error instanceof Error) || told.has(error)) return error;
  const message = error.message.split("\n")[0];
  const better = new Error(`Expected ${called(layer)} to run but it failed: ${message}`, { cause: error });
  told.add(better);
  return better;
}

/** The innermost layer that is running, where code is watched. */
export const runningLayer = (): tf.layers.Layer | undefined => stack.at(-1);

/**
 * Runs code and notes which layers it applies: their regularisers and constraints belong to the training, and tfjs does
 * not list them.
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
    try {
      before?.(this, given[1] ?? {});
    } catch (error) {
      if (error instanceof Error) told.add(error);
      throw error;
    }
    if (!isModel(this) && stack.every(isModel)) applied.push(this);
    stack.push(this);
    try {
      return apply.apply(this, given);
    } catch (error) {
      throw named(error, this);
    } finally {
      stack.pop();
      if (!isModel(this)) forgetMasks(this);
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

/**
 * A loss and its gradients by variables' names, as `tf.variableGrads`; an op without a gradient is named with its
 * layer.
 */
export function lossAndGradients(
  loss: () => tf.Scalar,
  variables: tf.Variable[],
): { readonly value: tf.Scalar; readonly grads: Readonly<Record<string, tf.Tensor | null | undefined>> } {
  try {
    return tf.variableGrads(loss, variables);
  } catch (error) {
    const [, op] = /gradient function not found for (\w+)/.exec(error instanceof Error ? error.message : "") ?? [];
    if (op === undefined) throw error;
    const layer = op === "CropAndResize" ? "CenterCrop: crop before the first layer with weights" : "use another op";
    throw new Error(`Expected operations with a gradient but found ${op}, for which tfjs has none (${layer}).`, {
      cause: error,
    });
  }
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
