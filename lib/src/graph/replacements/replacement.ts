import type * as tf from "@tensorflow/tfjs-node";
import type { LayerCall } from "../network";

/** What a replacement may look at. */
export interface ReplacementContext {
  readonly layers: readonly tf.layers.Layer[];
  readonly training: boolean;
  readonly seed: number;
  /** The step, an int32 scalar; only in training. */
  readonly iteration?: tf.Tensor;
}

/**
 * A faster way to run layers that it recognises by their configuration, with the same results: the calls that take the
 * place of those layers', by position. What no replacement recognises runs as it stands.
 */
export type Replacement = (context: ReplacementContext) => ReadonlyMap<number, LayerCall>;

/** Whether layer `position` hands its result to layer `position + 1` and to nobody else, and is used once. */
export function feedsOnlyNext(layers: readonly tf.layers.Layer[], position: number): boolean {
  const next = layers[position + 1];
  if (next === undefined) return false;
  const { inboundNodes, outboundNodes } = layers[position] as unknown as {
    inboundNodes: unknown[];
    outboundNodes: { outboundLayer: tf.layers.Layer }[];
  };
  return inboundNodes.length === 1 && outboundNodes.length === 1 && outboundNodes[0].outboundLayer === next;
}
