import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { itemAt } from "../base/item-at";
import { sizeOf } from "../base/shape";
import { temporaryFolder } from "../base/temporary-folder";
import { backend } from "./engine";
import type { AttributeValue, Constant, DType, GraphNode } from "./nodes";

// The classes that tfjs-node itself reads SavedModels with. They come without types; the few that are used have these.
interface Message {
  serializeBinary(): Uint8Array;
  [setter: string]: any;
}
type MessageClass = new () => Message;
const proto = require("@tensorflow/tfjs-node/dist/proto/api_pb.js") as {
  readonly GraphDef: MessageClass;
  readonly VersionDef: MessageClass;
  readonly SavedModel: MessageClass;
  readonly NodeDef: MessageClass;
  readonly Tensor: MessageClass;
  readonly MetaGraphDef: MessageClass & { readonly MetaInfoDef: MessageClass };
  readonly AttrValue: MessageClass & { readonly ListValue: MessageClass };
  readonly TensorShape: MessageClass & { readonly Dim: MessageClass };
};

const typeNumbers: Readonly<Record<DType, number>> = { float32: 1, int32: 3, bool: 10, bfloat16: 14, resource: 20 };

/**
 * Loads nodes into a session of the engine: they are written as a SavedModel to a temporary folder, which is gone
 * afterwards.
 * @returns The session's id, for `binding.runSavedModel` and `binding.deleteSavedModel`.
 */
export function loadNodes(nodes: readonly GraphNode[]): number {
  const folder = temporaryFolder("graph");
  try {
    writeFileSync(join(folder, "saved_model.pb"), savedModel(nodes));
    return backend().binding.loadSavedModel(folder, "serve");
  } catch (error) {
    throw refusal(error, nodes);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Turns the engine's complaint into one that says which op of the user's code it means. */
export function refusal(error: unknown, nodes: readonly GraphNode[]): Error {
  const message = error instanceof Error ? error.message : String(error);
  const named = nodes.filter(({ name }) => message.includes(name)).sort((a, b) => b.name.length - a.name.length)[0];
  const called = named?.place?.();
  const layer = named?.layer === undefined ? "" : `, in layer "${named.layer}"`;
  const where =
    named === undefined ? "" : ` (${named.op}${layer}${called === undefined ? "" : `, called at ${called}`})`;
  return new Error(`Expected a graph that the engine accepts but it refused one op${where}: ${message.split("\n")[0]}`);
}

function savedModel(nodes: readonly GraphNode[]): Uint8Array {
  const graph = new proto.GraphDef();
  graph.setNodeList(nodes.map(nodeDef));
  const versions = new proto.VersionDef();
  // Any recent GraphDef version: it says that attributes without a value have their default.
  versions.setProducer(1395);
  graph.setVersions(versions);
  const info = new proto.MetaGraphDef.MetaInfoDef();
  info.setTagsList(["serve"]);
  const meta = new proto.MetaGraphDef();
  meta.setMetaInfoDef(info);
  meta.setGraphDef(graph);
  const model = new proto.SavedModel();
  model.setSavedModelSchemaVersion(1);
  model.setMetaGraphsList([meta]);
  return model.serializeBinary();
}

function nodeDef(node: GraphNode): Message {
  const message = new proto.NodeDef();
  message.setName(node.name);
  message.setOp(node.op);
  message.setInputList([
    ...node.inputs.map(({ node: source, output }) => (output === 0 ? source.name : `${source.name}:${output}`)),
    ...node.controls.map((source) => `^${source.name}`),
  ]);
  const map = message.getAttrMap();
  for (const [name, value] of Object.entries(node.attributes)) map.set(name, attrValue(value));
  return message;
}

function attrValue(attribute: AttributeValue): Message {
  const message = new proto.AttrValue();
  switch (attribute.kind) {
    case "type":
      message.setType(typeNumbers[attribute.value]);
      break;
    case "bool":
      message.setB(attribute.value);
      break;
    case "int":
      message.setI(attribute.value);
      break;
    case "float":
      message.setF(attribute.value);
      break;
    case "string":
      message.setS(Buffer.from(attribute.value));
      break;
    case "shape":
      message.setShape(shapeMessage(attribute.value));
      break;
    case "tensor":
      message.setTensor(tensorMessage(attribute.value));
      break;
    default: {
      const list = new proto.AttrValue.ListValue();
      if (attribute.kind === "ints") list.setIList([...attribute.value]);
      else list.setFList([...attribute.value]);
      message.setList(list);
    }
  }
  return message;
}

function shapeMessage(shape: readonly number[]): Message {
  const message = new proto.TensorShape();
  message.setDimList(
    shape.map((size) => {
      const dim = new proto.TensorShape.Dim();
      dim.setSize(size);
      return dim;
    }),
  );
  return message;
}

function tensorMessage({ shape, dtype, values }: Constant): Message {
  const message = new proto.Tensor();
  message.setDtype(typeNumbers[dtype]);
  message.setTensorShape(shapeMessage(shape));
  if (values.length === sizeOf(shape)) {
    message.setTensorContent(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
    return message;
  }
  const value = itemAt<number>(values, 0);
  if (dtype === "float32") message.setFloatValList([value]);
  else if (dtype === "int32") message.setIntValList([value]);
  else message.setBoolValList([value !== 0]);
  return message;
}
