// What is bundled with tfjs-core's own specs: one copy of tfjs, our engine's backend, our kernels.
import "@tensorflow/tfjs-node";
import "../../lib/src/graph/mended-kernels";
import "@tensorflow/tfjs-core/dist/public/chained_ops/register_all_chained_ops";
import "@tensorflow/tfjs-core/dist/register_all_gradients";
import "./core-specs.environment";
import "@tensorflow/tfjs-core/dist/tests";
