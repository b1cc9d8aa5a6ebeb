import type * as tf from "@tensorflow/tfjs-node";
import { inside } from "../layers";
import type { LayerCalls } from "../network";

/** What a replacement may look at. */
export interface ReplacementContext {
  /** Layers of one model, in its order. */
  readonly layers: readonly tf.layers.Layer[];
  /** The layer whose activation the loss takes: it gives its logits. */
  readonly last?: tf.layers.Layer;
}

/**
 * A faster way to run layers that it recognises by their configuration, with the same results: the calls that take the
 * place of those layers'. What no replacement recognises runs as it stands, and so does a layer that is given a mask or
 * states of its own.
 */
export type Replacement = (context: ReplacementContext) => LayerCalls;

/** Whether layer `position` hands its result to layer `position + 1` alone, and is used once. */
export function feedsOnlyNext(layers: readonly tf.layers.Layer[], position: number): boolean {
  const next = layers[position + 1];
  if (next === undefined) return false;
  const { inboundNodes, outboundNodes } = inside(layers[position]!);
  return inboundNodes.length === 1 && outboundNodes.length === 1 && outboundNodes[0]!.outboundLayer === next;
}
