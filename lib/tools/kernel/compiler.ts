import type { Converter, ConvertResult, Diagnostic } from "tslab/dist/converter";
import type { ConverterSet } from "tslab/dist/executor";
import { realPath } from "./typescript";

/** tslab's compiler for cells, with what it found wrong in the latest cell kept for the traceback. */
export interface Compiler extends ConverterSet {
  diagnostics: readonly Diagnostic[];
}

/** Wraps tslab's converter; the browser mode that tslab never finished is the same one. */
export function createCompiler(cwd: string): Compiler {
  // Loaded here: extendTypeScript must have run before.
  const { createConverter } = require("tslab/dist/converter") as typeof import("tslab/dist/converter");
  const converter = createConverter({ isJS: false, isBrowser: false });
  const compiler = { diagnostics: [] as readonly Diagnostic[] };
  const node: Converter = {
    ...converter,
    convert(declarations, source) {
      const result: ConvertResult = converter.convert(declarations, source);
      compiler.diagnostics = result.diagnostics;
      // tslab misses the await of `await (x)`; without one in the source the wrapper stays synchronous.
      result.hasToplevelAwait ||= /\bawait\b/.test(source);
      for (const output of result.sideOutputs ?? []) output.path = realPath(output.path, cwd);
      return result;
    },
    addModule(name, content, meta) {
      compiler.diagnostics = converter.addModule(name, content, meta);
      return [...compiler.diagnostics];
    },
  };
  return Object.assign(compiler, { node, browser: node, close: () => converter.close() });
}
