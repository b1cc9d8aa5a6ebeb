import "./mended-kernels";
import type { TracedFunction, TraceOptions } from "./trace-types";
import { TracedGraph } from "./traced-graph";

/**
 * Compiles functions of tfjs ops into one TensorFlow graph: each is run twice with a recording stand-in for the engine,
 * its operations become nodes, gradients and optimizer included, and from then on one call runs all of them without
 * JavaScript between.
 *
 * The functions share the variables, which move into the graph: `sync` copies them back, `read` and `write` take the
 * whole state. A function may use any tfjs op, also whole `tf.layers` models. What it may not do: read a tensor's
 * values in JavaScript, draw a random number in JavaScript (it would be the same in every run; the two traces find it),
 * or depend on shapes that change.
 *
 * @param functions The functions by name, with the shapes of their inputs; `minimize` returns a loss, `compute` returns
 *   tensors by name.
 * @param options The variables and the optimizer.
 * @returns The graph: call `run`, and `dispose` when done.
 * @throws When the two traces differ (naming op and place), when a used variable is not listed, or when the engine
 *   refuses an op.
 * @example
 * const w = tf.variable(tf.zeros([3, 1]));
 * const graph = trace({ step: { inputs: { x: [2, 3], y: [2, 1] },
 * minimize: ({ x, y }) => tf.losses.meanSquaredError(y, tf.matMul(x, w)) } }, { variables: [w], optimizer: { name:
 * "sgd", learningRate: 0.1 } }); graph.run("step", { x: Float32Array.of(1, 2, 3, 4, 5, 6), y: Float32Array.of(1, 0)
 * }).loss[0]; // 0.5 graph.dispose();
 */
export function trace(functions: Readonly<Record<string, TracedFunction>>, options: TraceOptions): TracedGraph {
  return new TracedGraph(functions, options);
}
