import type * as TypeScript from "@tslab/typescript-for-tslab";
import type { Converter, Diagnostic } from "tslab/dist/converter";
import type { ConverterSet } from "tslab/dist/executor";
import { keepDeclarations } from "./declarations";
import { realPath } from "./typescript";

/**
 * tslab's compiler for cells. Declarations of earlier cells come from tslab, which forgets those of a cell that failed:
 * this one does not.
 */
export class Compiler implements ConverterSet {
  /** What was wrong with the latest cell; empty when it could be run. */
  diagnostics: readonly Diagnostic[] = [];
  readonly node: Converter;
  private readonly converter: Converter;
  private latest: string | undefined;
  private kept: string | undefined;

  constructor(
    private readonly ts: typeof TypeScript,
    private readonly cwd: string,
  ) {
    // Loaded here: extendTypeScript must have run before.
    const { createConverter } = require("tslab/dist/converter") as typeof import("tslab/dist/converter");
    this.converter = createConverter({ isJS: false, isBrowser: false });
    this.node = {
      ...this.converter,
      convert: (declarations, source) => this.convert(this.kept ?? declarations, source),
      inspect: (declarations, source, position) => this.converter.inspect(this.kept ?? declarations, source, position),
      complete: (declarations, source, position) =>
        this.converter.complete(this.kept ?? declarations, source, position),
      addModule: (name, content, meta) => {
        this.diagnostics = this.converter.addModule(name, content, meta);
        return [...this.diagnostics];
      },
    };
  }

  /** tslab's browser mode was never finished; such cells are checked like all others. */
  get browser(): Converter {
    return this.node;
  }

  private convert(declarations: string, source: string) {
    this.latest = undefined;
    const result = this.converter.convert(declarations, source);
    this.diagnostics = result.diagnostics;
    this.latest = result.declOutput;
    // tslab misses the await of `await (x)`; without one in the source the wrapper stays synchronous.
    result.hasToplevelAwait ||= /\bawait\b/.test(source);
    for (const output of result.sideOutputs ?? []) output.path = realPath(output.path, this.cwd);
    return result;
  }

  /**
   * Says how the latest cell ended; after a failure, what it had declared and set by then stays known to the next
   * cells.
   */
  settle(ok: boolean, locals: Readonly<Record<string, unknown>>): void {
    if (ok) this.kept = undefined;
    else if (this.latest !== undefined)
      this.kept = keepDeclarations(this.ts, this.latest, (name) => locals[name] !== undefined);
  }

  close(): void {
    this.converter.close();
  }
}
