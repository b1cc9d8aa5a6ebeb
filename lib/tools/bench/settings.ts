import { join } from "node:path";
import { threadVariables } from "../../src/base/environment";
import { projectFolder } from "../../src/base/paths";
import { type NetworkName, networkSettings } from "./networks";

type Family = "tfjs" | "deepnets" | "pytorch" | "keras";

/** One way to run a network's training step: a process of its own. */
export interface Setting {
  /** `"pytorch compile"`: unique within a network. */
  readonly name: string;
  readonly family: Family;
  readonly precision: "float32" | "bfloat16";
  /** What makes it this setting, in words for the table's legend. */
  readonly how: string;
  readonly command: readonly [program: string, ...args: string[]];
  /** Environment variables set for it; `undefined` removes one. */
  readonly environment: Readonly<Record<string, string | undefined>>;
}

const lab = projectFolder();
const python = (script: string) => join(lab, "lib/tools/bench", script);

// The switch that our kernels and commands turn on. By default the engine leaves it off on processors without AVX-512
// VNNI or later, for tfjs-node and Keras too. What helps us is tried with them as well, as a form of its own.
const oneDNN = "TF_ENABLE_ONEDNN_OPTS";
const switchedOn = "oneDNN switched on";

/** Whether a form of a peer has oneDNN switched on, which is not the peer's default. */
export const hasOneDNNSwitchedOn = (form: string): boolean => form.endsWith(" onednn");

/**
 * All settings of one network; PyTorch and Keras only with an interpreter that has them. The first setting of a family
 * is its plain form.
 */
export function settings(network: NetworkName, options: { readonly python?: string | undefined } = {}): Setting[] {
  const { intra, inter } = networkSettings[network].threads;
  // Not by the environment: our preload would turn the switch on again.
  const engineDefault = ["--import", `data:text/javascript,delete process.env.${oneDNN}`];
  const node = (form: string, family: Family, how: string): Setting => ({
    name: form,
    family,
    how,
    precision: form.endsWith("bfloat16") ? "bfloat16" : "float32",
    command: [
      process.execPath,
      "--require",
      join(lab, "lib/tools/kernel/preload.cjs"),
      ...(form === "stock" ? engineDefault : []),
      join(__dirname, "worker.js"),
      network,
      form,
    ],
    environment: {
      ...threadVariables({ intra, inter }),
      TF_CPP_MIN_LOG_LEVEL: "2",
      ...(hasOneDNNSwitchedOn(form) && { [oneDNN]: "1" }),
    },
  });
  const ours = [
    node("stock", "tfjs", "tfjs-node as it comes: tf.layers, compile, fit (on the same engine)"),
    node("stock onednn", "tfjs", `the same, ${switchedOn}`),
    node("eager", "deepnets", 'mode "eager": plain tfjs ops, one by one'),
    node("graph", "deepnets", 'mode "graph": the traced step'),
    node("graph bfloat16", "deepnets", 'mode "graph", precision "bfloat16"'),
  ];
  if (options.python === undefined) return ours;
  const peer = (family: Family, form: string, how: string): Setting => ({
    name: form,
    family,
    how,
    precision: form.includes("bfloat16") ? "bfloat16" : "float32",
    command: [
      options.python!,
      python(family === "keras" ? "keras_worker.py" : "torch_worker.py"),
      network,
      ...form.split(" ").slice(1),
    ],
    environment:
      family === "keras"
        ? {
            KERAS_BACKEND: "tensorflow",
            TF_CPP_MIN_LOG_LEVEL: "2",
            [oneDNN]: hasOneDNNSwitchedOn(form) ? "1" : undefined,
          }
        : {},
  });
  const layout = network === "cnn" ? ", channels_last" : "";
  return [
    ...ours,
    peer("pytorch", "pytorch", "eager, fused Adam"),
    peer("pytorch", "pytorch compile", `torch.compile, fused Adam${layout}`),
    ...(network === "cnn" ? [peer("pytorch", "pytorch channels_last", "eager, fused Adam, channels_last")] : []),
    peer("pytorch", "pytorch bfloat16", `autocast to bfloat16, fused Adam${layout}`),
    peer("pytorch", "pytorch bfloat16 compile", `autocast to bfloat16, torch.compile, fused Adam${layout}`),
    peer("keras", "keras", "fit"),
    peer("keras", "keras steps_per_execution", "fit, steps_per_execution=20"),
    peer("keras", "keras steps_per_execution no_xla", "fit, steps_per_execution=20, jit_compile=False"),
    peer(
      "keras",
      "keras steps_per_execution no_xla onednn",
      `fit, steps_per_execution=20, jit_compile=False, ${switchedOn}`,
    ),
  ];
}
