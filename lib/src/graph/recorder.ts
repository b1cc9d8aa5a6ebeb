import * as tf from "@tensorflow/tfjs-node";
import { itemAt } from "../base/item-at";
import { type Attribute, type Binding, backend, type OutputInfo } from "./engine";
import { runningLayer } from "./layer-watch";
import {
  type AttributeValue,
  type Constant,
  constantNode,
  type DType,
  type Edge,
  edge,
  type GraphNode,
  specOf,
} from "./nodes";

/** What a recording knows before it starts: tensors by id that are inputs or variables of the graph. */
export interface Known {
  readonly edges: ReadonlyMap<number, Edge>;
  /** Prefix of node names: the traced function. */
  readonly scope: string;
}

let underWay = false;

/** Whether tfjs code is being recorded: its tensors have no values that JavaScript may read. */
export const isRecording = (): boolean => underWay;

/**
 * Runs tfjs code once on the real engine and notes each operation as a graph node. Meanwhile a stand-in replaces the
 * backend's binding; afterwards the real one is back, even after an error.
 */
export class Recorder {
  readonly nodes: GraphNode[] = [];
  readonly #known: Known;
  readonly #real: Binding;
  readonly #edges = new Map<number, Edge>();
  readonly #constants = new Map<number, Constant>();

  constructor(known: Known) {
    this.#known = known;
    this.#real = backend().binding;
    for (const [id, known_] of known.edges) this.#edges.set(id, known_);
  }

  record<T>(run: () => T): T {
    if (underWay)
      throw new Error(
        `Expected no trace under way but found one (${this.#known.scope}): a traced function cannot trace another.`,
      );
    const node = backend();
    const limit = Error.stackTraceLimit;
    node.binding = this.#standIn();
    underWay = true;
    Error.stackTraceLimit = 60;
    try {
      return run();
    } finally {
      node.binding = this.#real;
      underWay = false;
      Error.stackTraceLimit = limit;
    }
  }

  /** The graph's counterpart of a tensor that the recorded code returned. */
  edgeOf(tensor: tf.TensorInfo): Edge {
    return this.#input(itemAt(backend().getInputTensorIds([tensor]), 0), "a result");
  }

  /** Takes a tensor for an edge of the graph. */
  know(tensor: tf.TensorInfo, known: Edge): void {
    this.#edges.set(itemAt(backend().getInputTensorIds([tensor]), 0), known);
  }

  #standIn(): Binding {
    const real = this.#real;
    // The addon's functions are read-only own properties: a Proxy over them throws, a plain object with copies does
    // not.
    const copy: Record<string, unknown> = {};
    for (const name of Object.getOwnPropertyNames(real))
      copy[name] = (real as unknown as Record<string, unknown>)[name];
    const refuse = (what: string) => () => {
      throw new Error(
        `Expected a function of tfjs ops but it ${what} (${this.#known.scope}): a traced graph cannot do that.`,
      );
    };
    return {
      ...(copy as unknown as Binding),
      createTensor: (shape, dtype, values) => this.#createTensor(shape, dtype, values),
      executeOp: (name, attributes, inputs, outputs) => this.#executeOp({ name, attributes, inputs, outputs }),
      tensorDataSync: (id) => {
        if (!this.#constants.has(id))
          refuse("reads a tensor's values in JavaScript, which a graph would keep for ever")();
        return real.tensorDataSync(id);
      },
      runSavedModel: refuse("runs another graph"),
    };
  }

  #createTensor(shape: readonly number[], dtype: number, values: tf.backend_util.BackendValues): number {
    const id = this.#real.createTensor(shape, dtype, values);
    const name = dtypeName(this.#real, dtype);
    if (ArrayBuffer.isView(values) && (name === "float32" || name === "int32" || name === "bool")) {
      this.#constants.set(id, { shape: [...shape], dtype: name, values: values as Float32Array });
    }
    return id;
  }

  #executeOp(call: {
    name: string;
    attributes: readonly Attribute[];
    inputs: readonly number[];
    outputs: number;
  }): OutputInfo[] {
    const { name, attributes, inputs, outputs } = call;
    const edges = inputs.map((id) => this.#input(id, name));
    const results = this.#real.executeOp(name, attributes, inputs, outputs);
    const node: GraphNode = {
      name: `${this.#known.scope}/${name}_${this.nodes.length}`,
      op: name,
      inputs: edges,
      controls: [],
      attributes: {
        // tfjs leaves it to the eager engine.
        ...(name === "ExpandDims" && { T: { kind: "type", value: specOf(itemAt(edges, 0)).dtype } }),
        ...Object.fromEntries(attributes.map((attribute) => [attribute.name, attributeValue(this.#real, attribute)])),
      },
      outputs: results.map(({ shape, dtype }) => ({ shape, dtype: dtypeName(this.#real, dtype) })),
      place: placeOf(new Error()),
      layer: runningLayer()?.name,
    };
    this.nodes.push(node);
    results.forEach(({ id }, output) => this.#edges.set(id, edge(node, output)));
    return results;
  }

  #input(id: number, op: string): Edge {
    const found = this.#edges.get(id);
    if (found !== undefined) return found;
    const constant = this.#constants.get(id) ?? this.#outside(id, op);
    const node = constantNode(`${this.#known.scope}/Const_${this.nodes.length}`, constant);
    this.nodes.push(node);
    const made = edge(node);
    this.#edges.set(id, made);
    return made;
  }

  // A tensor from before the trace: fine as a constant, wrong if it is a variable, because its later values would be
  // lost.
  #outside(id: number, op: string): Constant {
    const variables = (tf.engine() as unknown as { state: { registeredVariables: Record<string, tf.Variable> } }).state
      .registeredVariables;
    for (const variable of Object.values(variables)) {
      if (!variable.isDisposed && backend().getInputTensorIds([variable])[0] === id) {
        throw new Error(
          `Expected variable "${variable.name}" among the traced variables but it is not (${op}): list it in ` +
            `"variables".`,
        );
      }
    }
    const outputs = this.#real.executeOp(
      "Shape",
      [
        { name: "T", type: this.#real.TF_ATTR_TYPE, value: this.#real.TF_FLOAT },
        { name: "out_type", type: this.#real.TF_ATTR_TYPE, value: this.#real.TF_INT32 },
      ],
      [id],
      1,
    );
    const info = itemAt(outputs, 0);
    const shape = Array.from(this.#real.tensorDataSync(info.id));
    this.#real.deleteTensor(info.id);
    return { shape, dtype: "float32", values: this.#real.tensorDataSync(id) as Float32Array };
  }
}

const dtypes: readonly (readonly [string, DType])[] = [
  ["TF_FLOAT", "float32"],
  ["TF_INT32", "int32"],
  ["TF_BOOL", "bool"],
  ["TF_RESOURCE", "resource"],
];

function dtypeName(binding: Binding, dtype: number): DType {
  for (const [constant, name] of dtypes) if (binding[constant as "TF_FLOAT"] === dtype) return name;
  throw new Error(
    `Expected float32, int32 or bool but found TensorFlow's data type ${dtype}: cast the tensor to one of them.`,
  );
}

function attributeValue(binding: Binding, { name, type, value }: Attribute): AttributeValue {
  if (type === binding.TF_ATTR_TYPE) return { kind: "type", value: dtypeName(binding, value as number) };
  if (type === binding.TF_ATTR_BOOL && !Array.isArray(value)) return { kind: "bool", value: Boolean(value) };
  if (type === binding.TF_ATTR_INT)
    return Array.isArray(value) ? { kind: "ints", value } : { kind: "int", value: value as number };
  if (type === binding.TF_ATTR_FLOAT)
    return Array.isArray(value) ? { kind: "floats", value } : { kind: "float", value: value as number };
  if (type === binding.TF_ATTR_SHAPE) return { kind: "shape", value: value as number[] };
  if (type === binding.TF_ATTR_STRING) return { kind: "string", value: value as string };
  throw new Error(`Expected an attribute of a known kind but found ${type} ("${name}"): this op cannot be traced.`);
}

// The first frame that belongs neither to tfjs nor to this room is where the user's code called the op.
function placeOf(here: Error): () => string | undefined {
  return () => {
    const frames = (here.stack ?? "").split("\n").slice(1);
    return frames
      .find((line) => !line.includes("/@tensorflow/") && !line.includes("/src/graph/"))
      ?.trim()
      .replace(/^at /, "");
  };
}
