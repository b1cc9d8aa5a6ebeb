import Module, { createRequire } from "node:module";
import { dirname, extname, join, resolve } from "node:path";
import vm from "node:vm";
import type { CompiledModule } from "./compiled";
import { nameScript } from "./script";

interface Loaded {
  exports: unknown;
  /** For a file with top-level await: settles when the file has run. */
  running?: Promise<void>;
}

type Load = (
  exports: unknown,
  require: NodeJS.Require,
  module: Loaded,
  file: string,
  folder: string,
  kernel: unknown,
) => unknown;

/** Loads the reader's own files that cells import, which are compiled first; everything else Node loads. */
export class Modules {
  readonly #compiled = new Map<string, CompiledModule>();
  readonly #loaded = new Map<string, Loaded>();
  readonly #kernel: unknown;

  constructor(kernel: unknown) {
    this.#kernel = kernel;
  }

  /**
   * Takes files that are new or have changed: the next import loads them, and all files that import them, again.
   */
  add(modules: readonly CompiledModule[]): void {
    const stale = new Set<string>();
    for (const module of modules) {
      this.#compiled.set(module.path, module);
      stale.add(module.path);
    }
    for (let before = -1; before < stale.size; ) {
      before = stale.size;
      for (const { path, imports } of this.#compiled.values())
        if (imports.some((one) => stale.has(one))) stale.add(path);
    }
    for (const path of stale) this.#loaded.delete(path);
  }

  /** Loads the files that await at their top, which `require` cannot do, each before the files that import it. */
  async prepare(imports: readonly string[], visited = new Set<string>()): Promise<void> {
    for (const path of imports) {
      if (visited.has(path)) continue;
      visited.add(path);
      const compiled = this.#compiled.get(path);
      if (!compiled) continue;
      await this.prepare(compiled.imports, visited);
      if (!compiled.waits) continue;
      this.#load(path);
      await this.#loaded.get(path)?.running;
    }
  }

  /** The `require` of a file (which need not exist). */
  requireOf(file: string): NodeJS.Require {
    const plain = createRequire(file);
    return new Proxy(plain, {
      apply: (_, __, [id]: [string]) => {
        if (id === "tslab") return require("tslab");
        const path = this.#find(id, dirname(file));
        return path === undefined ? plain(id) : this.#load(path);
      },
    });
  }

  /** The file that an import means, of those that were compiled. */
  #find(id: string, folder: string): string | undefined {
    if (!/^[./]/.test(id)) return undefined;
    const path = resolve(folder, id);
    const names = [path, ...[".ts", ".tsx", ".js"].flatMap((end) => [path + end, join(path, `index${end}`)])];
    if (extname(path) === ".js") names.push(`${path.slice(0, -3)}.ts`);
    return names.find((name) => this.#compiled.has(name));
  }

  #load(path: string): unknown {
    const known = this.#loaded.get(path);
    if (known) return known.exports;
    const compiled = this.#compiled.get(path)!;
    const module = new Module(path) as Module & Loaded;
    module.filename = path;
    // Stored before the file runs, as two files may import each other.
    this.#loaded.set(path, module);
    try {
      nameScript(path, compiled);
      const head =
        `(${compiled.waits ? "async " : ""}function (exports, require, module, __filename, __dirname, __kernel) { ` +
        `"use strict"; `;
      const run = vm.runInThisContext(`${head}${compiled.code}\n})`, {
        filename: path,
        columnOffset: -head.length,
      }) as Load;
      const ended = run(module.exports, this.requireOf(path), module, path, dirname(path), this.#kernel);
      if (compiled.waits)
        module.running = Promise.resolve(ended as Promise<void>).catch((error: unknown) => {
          this.#loaded.delete(path);
          throw error;
        });
    } catch (error) {
      this.#loaded.delete(path);
      throw error;
    }
    return module.exports;
  }
}
