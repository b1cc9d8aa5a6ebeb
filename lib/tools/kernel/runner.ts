import { join } from "node:path";
import { pathToFileURL } from "node:url";
import vm from "node:vm";
import type { CompiledCell } from "./compiled";
import { Modules } from "./modules";
import { nameScript, nativeImport } from "./script";

/** How a cell ended. */
export type Outcome =
  | { readonly kind: "value"; readonly value: unknown }
  | { readonly kind: "nothing" }
  | { readonly kind: "thrown"; readonly error: unknown }
  | { readonly kind: "interrupted" };

interface Hooks {
  /** Asks the reader for a line. */
  ask(message?: string, value?: string): Promise<string>;
}

/** Runs compiled cells: they share one scope, which knows each variable of each cell by its name. */
export class Runner {
  /** The variables of all cells; each entry reads and writes the variable in its cell. */
  readonly scope: Record<string, unknown> = Object.create(null);
  readonly #modules: Modules;
  readonly #require: NodeJS.Require;
  #shown: { readonly value: unknown } | undefined;
  /** Ends the cell that is awaited, whatever its code does. */
  #end: ((outcome: Outcome) => void) | undefined;

  constructor(cwd: string, { ask }: Hooks) {
    const load = nativeImport(cwd);
    const kernel = {
      ask,
      bind: (accessors: object) => this.#bind(accessors),
      show: (value: unknown) => {
        this.#shown = { value };
      },
      importModule: (require: NodeJS.Require, id: unknown, options?: object) =>
        importModule(require, load, id, options),
      meta: (filename: string, dirname: string) => ({ url: pathToFileURL(filename).href, filename, dirname }),
    };
    this.#modules = new Modules(kernel);
    this.#require = this.#modules.requireOf(join(cwd, "cell.ts"));
    Object.defineProperty(globalThis, "__kernelCell", {
      configurable: true,
      value: [this.scope, kernel, this.#require],
    });
  }

  /** Whether a variable has a value. */
  holds(name: string): boolean {
    try {
      return this.scope[name] !== undefined;
    } catch {
      return false; // declared, but its statement has not run
    }
  }

  async run(cell: CompiledCell, name: string): Promise<Outcome> {
    this.#shown = undefined;
    this.#modules.add(cell.modules);
    nameScript(name, cell);
    const ended = new Promise<Outcome>((resolve) => {
      this.#end = resolve;
    });
    const head = `(${cell.waits ? "async " : ""}function (__scope, __kernel, require, exports) { "use strict"; `;
    const code = `${head}${cell.code}\n})(...__kernelCell, {})`;
    try {
      if (cell.imports.length > 0) {
        const early = await Promise.race([this.#modules.prepare(cell.imports).then(() => undefined), ended]);
        if (early) return early;
      }
      const running: unknown = vm.runInThisContext(code, {
        filename: name,
        columnOffset: -head.length,
        breakOnSigint: true,
      });
      if (cell.waits) {
        const early = await Promise.race([Promise.resolve(running).then(() => undefined), ended]);
        if (early) return early;
      }
    } catch (error) {
      return isInterrupt(error) ? { kind: "interrupted" } : { kind: "thrown", error };
    } finally {
      this.#end = undefined;
    }
    const shown = this.#shown as { readonly value: unknown } | undefined;
    this.#shown = undefined;
    return shown ? { kind: "value", value: shown.value } : { kind: "nothing" };
  }

  /** Cuts the running cell off: it counts as ended, whatever its code does. */
  interrupt(): void {
    this.#end?.({ kind: "interrupted" });
  }

  /** Ends a cell that awaits something with an error; false when none does. */
  fail(error: unknown): boolean {
    this.#end?.({ kind: "thrown", error });
    return this.#end !== undefined;
  }

  #bind(accessors: object): void {
    for (const [name, descriptor] of Object.entries(Object.getOwnPropertyDescriptors(accessors)))
      Object.defineProperty(this.scope, name, { ...descriptor, configurable: true, enumerable: true });
  }
}

/** What a cell's code throws where it notices that it was stopped. */
export class Stopped extends Error {
  override readonly name = "Interrupted";
  constructor() {
    super("the cell was stopped");
  }
}

function isInterrupt(error: unknown): boolean {
  return error instanceof Stopped || (error as { code?: unknown } | null)?.code === "ERR_SCRIPT_EXECUTION_INTERRUPTED";
}

/** `import("x")` in a cell: CommonJS where that works, and Node's own loader for ES modules. */
async function importModule(
  require: NodeJS.Require,
  load: (id: string, options?: object) => Promise<unknown>,
  id: unknown,
  options?: object,
): Promise<unknown> {
  const name = String(id);
  try {
    const loaded = require(name) as Record<string, unknown>;
    return loaded?.__esModule ? loaded : { ...loaded, default: loaded };
  } catch (error) {
    const { code } = (error ?? {}) as { code?: string };
    const others = ["ERR_REQUIRE_ESM", "ERR_REQUIRE_ASYNC_MODULE", "ERR_PACKAGE_PATH_NOT_EXPORTED"];
    if (!others.includes(String(code)) && !/^(?:data|file):/.test(name)) throw error;
    return load(name, options);
  }
}
