import Module from "node:module";
import { inspect } from "node:util";
import { representModel } from "../../src/notebook/model";
import { isTensor, representTensor } from "../../src/notebook/tensor";

type Prototype = Record<symbol, unknown>;

/**
 * Makes `console.log` print tensors and models as a cell shows them, also within other values, and promises and timers
 * without what the kernel keeps in them.
 */
export function installPrinting(): void {
  hideOwn(Promise.prototype);
  const timer = setTimeout(() => {}, 0);
  clearTimeout(timer);
  const immediate = setImmediate(() => {});
  clearImmediate(immediate);
  for (const made of [timer, immediate]) hideOwn(Object.getPrototypeOf(made) as object);

  const loader = Module as unknown as { _load(request: string, ...rest: unknown[]): Record<string, unknown> };
  const load = loader._load;
  loader._load = function (request, ...rest) {
    const loaded = load.call(this, request, ...rest);
    if (request === "@tensorflow/tfjs-core") printTensors(loaded.Tensor);
    if (request === "@tensorflow/tfjs-layers") printModels(loaded.LayersModel);
    return loaded;
  };
}

function printTensors(type: unknown): void {
  define(type, function (this: unknown) {
    if (!isTensor(this)) return this;
    const [head, row = "", ...rows] = String(representTensor(this)["text/plain"]).split("\n");
    return rows.length === 0 ? `${head} ${row.trim()}`.trimEnd() : [head, row, ...rows].join("\n");
  });
}

function printModels(type: unknown): void {
  define(type, function (this: unknown) {
    try {
      return representModel(this as never)["text/plain"];
    } catch {
      // Not built yet: it has no shapes.
      return `${(this as { name?: string }).name ?? "model"} (not built yet)`;
    }
  });
}

function define(type: unknown, print: (this: unknown) => unknown): void {
  const prototype = typeof type === "function" ? (type.prototype as object) : undefined;
  if (!prototype || Object.hasOwn(prototype, inspect.custom)) return;
  Object.defineProperty(prototype, inspect.custom, { value: print, configurable: true, writable: true });
}

// Node keeps the running cell in each timer, and Node 20 in each promise, under symbols.
const internal =
  /^Symbol\((?:async_id_symbol|trigger_async_id_symbol|asyncId|triggerId|kResourceStore|kAsyncContextFrame)\)$/;

function hideOwn(prototype: object): void {
  Object.defineProperty(prototype, inspect.custom, {
    configurable: true,
    writable: true,
    value(this: Prototype, _depth: number, options: object, print: typeof inspect) {
      for (const symbol of Object.getOwnPropertySymbols(this))
        if (internal.test(String(symbol))) Object.defineProperty(this, symbol, { enumerable: false });
      // All else is left to Node, which prints the members by their own rules.
      Object.defineProperty(this, inspect.custom, { value: undefined, configurable: true });
      try {
        return print(this, options);
      } finally {
        delete this[inspect.custom];
      }
    },
  });
}
