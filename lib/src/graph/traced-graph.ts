import * as tf from "@tensorflow/tfjs-node";
import { itemAt } from "../base/item-at";
import { sizeOf } from "../base/shape";
import { backend } from "./engine";
import {
  assignments,
  assignNode,
  graphVariables,
  handleNode,
  inputValues,
  resultNode,
  settleReads,
  type Update,
  type Values,
} from "./graph-parts";
import { constantNode, edge, type GraphNode, reachable } from "./nodes";
import { makeOptimizer, type Optimizer } from "./optimizers";
import type { GraphVariable, Recording } from "./recording";
import { loadNodes, refusal } from "./saved-model";
import { checkTensors } from "./state";
import { placeholder, readNode, traceFunction } from "./trace-function";
import type { GraphRow, GraphTensor, TracedFunction, TraceOptions } from "./trace-types";

interface Callable {
  readonly inputs: readonly GraphNode[];
  readonly feeds: readonly GraphNode[];
  readonly results: readonly { readonly name: string; readonly node: GraphNode }[];
  /** All nodes behind the results; an input that the function does not use is not among them and not fed. */
  readonly nodes: ReadonlySet<GraphNode>;
  readonly steps: boolean;
}

/** Functions compiled by `trace`, with their variables and optimizer slots, in one session of the engine. */
export class TracedGraph {
  /** Optimizer steps done so far. */
  iteration = 0;
  readonly #variables: readonly GraphVariable[];
  /** Variables, then the slots of the trained ones: everything that `read` returns. */
  readonly #state: { readonly name: string; readonly shape: readonly number[]; readonly handle: GraphNode }[];
  readonly #optimizer?: Optimizer;
  readonly #callables = new Map<string, Callable>();
  readonly #nodes: readonly GraphNode[];
  #session: number | undefined;

  /** @internal Use `trace`. */
  constructor(functions: Readonly<Record<string, TracedFunction>>, options: TraceOptions) {
    this.#variables = graphVariables(options);
    if (options.optimizer !== undefined) this.#optimizer = makeOptimizer(options.optimizer);
    this.#state = this.#variables.map(({ name, variable, handle }) => ({ name, shape: variable.shape, handle }));
    for (const slot of this.#optimizer?.slots ?? []) {
      for (const { name, variable, trained } of this.#variables) {
        if (trained)
          this.#state.push({
            name: `${name}/${slot}`,
            shape: variable.shape,
            handle: handleNode(`${name}/${slot}`, variable.shape),
          });
      }
    }
    for (const [name, traced] of Object.entries(functions)) {
      const recorded = traceFunction(name, traced, this.#variables);
      const recording = (options.passes ?? []).reduce((changed, pass) => pass(changed), recorded);
      this.#callables.set(name, this.#callable(name, recording, traced.minimize !== undefined));
    }
    const ends = [...this.#callables.values()].flatMap(({ results }) => results.map(({ node }) => node));
    this.#nodes = reachable([...ends, ...this.#accessNodes()]);
    this.#session = loadNodes(this.#nodes);
    this.write(
      this.#state.map(({ name, shape }, i) => ({
        name,
        shape,
        values:
          (this.#variables[i]?.variable.dataSync() as Float32Array | undefined) ?? new Float32Array(sizeOf(shape)),
      })),
    );
  }

  /**
   * Runs one function on one set of inputs.
   * @param name The function's name in `trace`.
   * @param inputs Values of each input, row-major, of the traced shape.
   * @returns The values of its results: `{ loss }` for a `minimize`, the named tensors for a `compute`.
   */
  run(name: string, inputs: Readonly<Record<string, Values>> = {}): Record<string, Values> {
    const callable = this.#find(name);
    const values = callable.inputs.map((node) => inputValues(name, node, inputs));
    for (const given of Object.keys(inputs)) {
      if (!callable.inputs.some((node) => node.name === `${name}/${given}`)) {
        throw new Error(
          `Expected the inputs ${callable.inputs.map((node) => node.name.slice(name.length + 1)).join(", ")} but ` +
            `found "${given}".`,
        );
      }
    }
    const scalars = callable.steps
      ? this.#optimizer!.values(this.iteration + 1).map((value) => Float32Array.of(value))
      : [];
    const fed = [...callable.inputs, ...callable.feeds]
      .map((node, i) => ({ node, value: itemAt<Values>([...values, ...scalars], i) }))
      .filter(({ node }) => callable.nodes.has(node));
    const fetched = this.#execute(
      fed.map(({ node }) => node),
      fed.map(({ value }) => value),
      callable.results.map(({ node }) => node),
    );
    if (callable.steps) this.iteration++;
    return Object.fromEntries(callable.results.map((result, i) => [result.name, itemAt(fetched, i)]));
  }

  /** Copies of the variables, then of the optimizer's slots (`"name/m"`, `"name/v"`). */
  read(): GraphTensor[] {
    const values = this.#values(this.#state.length);
    return this.#state.map(({ name, shape }, i) => ({ name, shape, values: itemAt(values, i) }));
  }

  /** Names and shapes of what `read` returns. */
  get tensors(): { readonly name: string; readonly shape: readonly number[] }[] {
    return this.#state.map(({ name, shape }) => ({ name, shape }));
  }

  /** Puts variables and slots in place; takes what `read` returned, and throws when names or shapes are others. */
  write(tensors: readonly GraphTensor[]): void {
    checkTensors(tensors, this.#state);
    if (tensors.length === 0) return;
    this.#execute(
      this.#state.map(({ shape }, i) => ({ name: `state/value_${i}`, outputs: [{ shape, dtype: "float32" }] })),
      tensors.map(({ values }) => values),
      this.#state.map((_, i) => ({ name: `state/written_${i}` })),
    );
  }

  /** Copies the graph's variables into the tf.Variables that it was traced with. */
  sync(): void {
    const values = this.#values(this.#variables.length);
    this.#variables.forEach(({ variable }, i) => {
      tf.tidy(() => variable.assign(tf.tensor(itemAt(values, i), variable.shape)));
    });
  }

  /** The operations behind a function (or behind all), each after its inputs: what a notebook shows of a graph. */
  rows(name?: string): GraphRow[] {
    const nodes = name === undefined ? this.#nodes : this.#find(name).nodes;
    return [...nodes].map((node) => ({
      name: node.name,
      op: node.op,
      inputs: node.inputs.map((input) => input.node.name),
      shape: node.outputs[0]?.shape ?? [],
    }));
  }

  /** How large a function's graph is (or all of it): nodes, edges between them, and how often each operation occurs. */
  summary(name?: string): {
    readonly nodes: number;
    readonly edges: number;
    readonly operations: Readonly<Record<string, number>>;
  } {
    const rows = this.rows(name);
    const counts = new Map<string, number>();
    for (const { op } of rows) counts.set(op, (counts.get(op) ?? 0) + 1);
    const sorted = [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
    return {
      nodes: rows.length,
      edges: rows.reduce((sum, row) => sum + row.inputs.length, 0),
      operations: Object.fromEntries(sorted),
    };
  }

  /** Frees the session with its variables. The tf.Variables stay as they were last synced. */
  dispose(): void {
    if (this.#session === undefined) return;
    backend().binding.deleteSavedModel(this.#session);
    this.#session = undefined;
  }

  /** The values of the first variables and slots: in one run, since the engine prepares each new set of results. */
  #values(count: number): Float32Array[] {
    const reads = Array.from({ length: count }, (_, i) => ({ name: `state/read_${i}` }));
    return count === 0 ? [] : (this.#execute([], [], reads) as Float32Array[]);
  }

  #find(name: string): Callable {
    const callable = this.#callables.get(name);
    if (callable === undefined)
      throw new Error(
        `Expected one of the functions ${[...this.#callables.keys()].join(", ")} but found "${name}": call one of ` +
          "them.",
      );
    return callable;
  }

  #callable(name: string, recording: Recording, steps: boolean): Callable {
    const feeds = steps ? this.#feeds(name) : [];
    const updates = [...this.#updates(name, recording, feeds), ...assignments(name, recording, this.#variables)];
    settleReads(recording, updates);
    const results = [...recording.results].map(([result, source]) => ({
      name: result,
      node: resultNode(`${name}/result_${result}`, source, updates),
    }));
    const nodes = new Set(reachable(results.map(({ node }) => node)));
    return { inputs: recording.placeholders, feeds, results, nodes, steps };
  }

  #feeds(name: string): GraphNode[] {
    if (this.#optimizer === undefined)
      throw new Error(`Expected an optimizer but found none ("${name}" has a loss to minimize): give "optimizer".`);
    return this.#optimizer.scalars.map((scalar) =>
      placeholder(`${name}/optimizer_${scalar}`, { shape: [], dtype: "float32" }),
    );
  }

  #updates(name: string, recording: Recording, feeds: readonly GraphNode[]): Update[] {
    return [...recording.gradients].flatMap(([position, gradient]) => {
      const variable = itemAt(this.#variables, position);
      const slots = this.#optimizer!.slots.map(
        (slot) => this.#state.find((entry) => entry.name === `${variable.name}/${slot}`)!.handle,
      );
      const target = { handle: variable.handle, slots, gradient, scalars: feeds };
      const node = this.#optimizer!.node(`${name}/optimize_${position}`, target);
      const constrained = recording.constrained.get(position);
      if (constrained === undefined) return [{ position, node }];
      constrained.read.controls.push(node);
      const held = assignNode(`${name}/constrain_${position}`, variable.handle, constrained.value);
      return [
        { position, node },
        { position, node: held },
      ];
    });
  }

  #accessNodes(): GraphNode[] {
    return this.#state.flatMap(({ shape, handle }, i) => {
      const value = placeholder(`state/value_${i}`, { shape, dtype: "float32" });
      // Without the copy the variable would live in memory that belongs to JavaScript.
      const copy: GraphNode = {
        ...value,
        name: `state/copy_${i}`,
        op: "DeepCopy",
        inputs: [edge(value)],
        attributes: { T: { kind: "type", value: "float32" } },
      };
      const assign = assignNode(`state/assign_${i}`, handle, edge(copy));
      const written = constantNode(`state/written_${i}`, { shape: [], dtype: "int32", values: Int32Array.of(1) });
      written.controls.push(assign);
      return [readNode(`state/read_${i}`, handle, shape), written];
    });
  }

  #execute(
    inputs: readonly Pick<GraphNode, "name" | "outputs">[],
    values: readonly Values[],
    targets: readonly { name: string }[],
  ): Values[] {
    if (this.#session === undefined) throw new Error("Expected a live graph but it was disposed of: trace it again.");
    const { binding } = backend();
    const ids: number[] = [];
    try {
      inputs.forEach((input, i) => {
        const { shape, dtype } = itemAt(input.outputs, 0);
        const type = dtype === "int32" ? binding.TF_INT32 : binding.TF_FLOAT;
        ids.push(binding.createTensor(shape, type, itemAt(values, i)));
      });
      const names = (nodes: readonly { name: string }[]) => nodes.map((node) => `${node.name}:0`).join(",");
      const results = binding.runSavedModel(this.#session, ids, names(inputs), names(targets));
      ids.push(...results.map(({ id }) => id));
      return results.map(({ id }) => binding.tensorDataSync(id) as Values);
    } catch (error) {
      throw refusal(error, this.#nodes);
    } finally {
      for (const id of ids) binding.deleteTensor(id);
    }
  }
}
