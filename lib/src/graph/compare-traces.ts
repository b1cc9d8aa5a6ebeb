import { itemAt } from "../base/item-at";
import type { AttributeValue, Constant, GraphNode } from "./nodes";

/**
 * Throws where two recordings of one function, made with other inputs, differ: what differs was decided or drawn in
 * JavaScript, and a graph would repeat it for ever.
 */
export function compareTraces(first: readonly GraphNode[], second: readonly GraphNode[]): void {
  const count = Math.min(first.length, second.length);
  for (const [i, node] of first.slice(0, count).entries()) {
    const found = difference(node, itemAt(second, i));
    if (found !== undefined) throw refuse(node, i, found);
  }
  if (first.length !== second.length) {
    const longer = first.length > second.length ? first : second;
    throw refuse(
      itemAt(longer, count),
      count,
      `one of the two traces ended before it (${first.length} and ${second.length} ops)`,
    );
  }
}

function refuse(node: GraphNode, index: number, found: string): Error {
  const called = node.place?.();
  const place = `${node.layer === undefined ? "" : `, in layer "${node.layer}"`}${called === undefined ? "" : `, called at ${called}`}`;
  return new Error(
    `Expected two traces with other inputs to be alike but op ${index} (${node.op}, "${node.name}"${place}) ` +
      `differs: ${found}. ` +
      "A value that JavaScript drew or computed from the inputs cannot be part of a graph: make it a tfjs op or " +
      "an input.",
  );
}

function difference(a: GraphNode, b: GraphNode): string | undefined {
  if (a.op !== b.op) return `${a.op} in the first, ${b.op} in the second`;
  const sources = (node: GraphNode) => node.inputs.map((input) => `${input.node.name}:${input.output}`).join(", ");
  if (sources(a) !== sources(b)) return `its inputs are ${sources(a)} in the first, ${sources(b)} in the second`;
  const shapes = (node: GraphNode) =>
    node.outputs.map(({ shape, dtype }) => `${dtype} [${shape.join(", ")}]`).join(", ");
  if (shapes(a) !== shapes(b)) return `its result is ${shapes(a)} in the first, ${shapes(b)} in the second`;
  for (const name of new Set([...Object.keys(a.attributes), ...Object.keys(b.attributes)])) {
    const values = attributeDifference(a.attributes[name], b.attributes[name]);
    if (values !== undefined) return `its ${name} is ${values[0]} in the first, ${values[1]} in the second`;
  }
  return undefined;
}

function attributeDifference(
  a: AttributeValue | undefined,
  b: AttributeValue | undefined,
): [string, string] | undefined {
  if (a?.kind === "tensor" && b?.kind === "tensor") return constantDifference(a.value, b.value);
  const [first, second] = [JSON.stringify(a?.value), JSON.stringify(b?.value)];
  return first === second ? undefined : [first, second];
}

function constantDifference(a: Constant, b: Constant): [string, string] | undefined {
  const length = Math.max(a.values.length, b.values.length);
  // A constant of equal elements is stored as one of them.
  const at = (values: Constant["values"], i: number) => values[values.length === 1 ? 0 : i];
  for (let i = 0; i < length; i++) {
    const [first, second] = [at(a.values, i), at(b.values, i)];
    if (!Object.is(first, second)) return [`${first} at element ${i}`, `${second}`];
  }
  return undefined;
}
