import { join, parse, relative } from "node:path";
import type * as TypeScript from "@tslab/typescript-for-tslab";
import { quieter, type WatchedSystem } from "./watching";

type Emit = (file: unknown, write: (name: string, data: string) => void, ...rest: unknown[]) => unknown;
interface Builder {
  emit: Emit;
}

/**
 * Source maps of the two steps in which tslab turns a cell into JavaScript, as JSON; the second reads what the first
 * wrote.
 */
export interface CellMaps {
  readonly toModule: string;
  readonly toCommonJs: string;
}

const modulePath = "@tslab/typescript-for-tslab";
// Where tslab looks for emitted files of folders above the notebook's, which it cannot name itself.
const outside = "__outside__";

let toModule = "";
let toCommonJs = "";

/** The source maps of the cell that was compiled last. */
export const latestMaps = (): CellMaps => ({ toModule, toCommonJs });

/**
 * Makes the TypeScript that tslab is about to load do three things more: keep source maps, so that an error can name
 * the cell's line; compile imported `.ts` files wherever they lie (tslab#63: "is not under rootDir"); and load a module
 * that is imported dynamically as an ES module where only that works. To be called before tslab is loaded.
 */
export function extendTypeScript(cwd: string): typeof TypeScript {
  const file = require.resolve(modulePath);
  const original = require(modulePath) as typeof TypeScript;
  const extended = {} as Record<string, unknown>;
  for (const [name, descriptor] of Object.entries(Object.getOwnPropertyDescriptors(original))) {
    Object.defineProperty(extended, name, { ...descriptor, configurable: true });
  }
  const replace = (name: string, value: unknown) => Object.defineProperty(extended, name, { value, enumerable: true });
  replace(
    "createWatchCompilerHost",
    (files: string[], options: TypeScript.CompilerOptions, sys: WatchedSystem, ...rest: never[]) => {
      // The whole disk: only then does every import lie under rootDir.
      // "Bundler" is Node's classic way plus the `exports` of packages, which modern ones need.
      const wider = {
        ...options,
        rootDir: parse(cwd).root,
        sourceMap: true,
        moduleResolution: original.ModuleResolutionKind.Bundler,
      };
      const create = original.createWatchCompilerHost as (...args: unknown[]) => {
        afterProgramCreate?: (builder: Builder) => void;
      };
      return extendHost(create(files, wider, quieter(sys, cwd), ...rest), cwd);
    },
  );
  replace("transpileModule", (code: string, options: TypeScript.TranspileOptions) =>
    transpile(original, code, options),
  );
  require.cache[file]!.exports = extended;
  return original;
}

function extendHost<T extends { afterProgramCreate?: (builder: Builder) => void }>(host: T, cwd: string): T {
  let wanted: ((builder: Builder) => void) | undefined;
  return Object.defineProperty(host, "afterProgramCreate", {
    get: () => wanted && ((builder: Builder) => wanted!(extendBuilder(builder, cwd))),
    set: (value) => {
      wanted = value;
    },
  });
}

function extendBuilder(builder: Builder, cwd: string): Builder {
  const emit: Emit = (file, write, ...rest) => {
    const keep = (name: string, data: string) => {
      if (name.endsWith(".js.map")) toModule = data;
      else write(emittedName(name, cwd), withoutMapComment(data));
    };
    return builder.emit(file, keep, ...rest);
  };
  return Object.assign(Object.create(builder) as Builder, { emit });
}

/**
 * tslab expects names below the notebook's folder: "outDir/__tslab__.js", not "outDir/home/me/notebooks/__tslab__.js".
 */
function emittedName(name: string, cwd: string): string {
  const [outDir, ...rest] = name.split("/");
  const real = join(parse(cwd).root, ...rest);
  const below = relative(cwd, real);
  return [outDir, below.startsWith("..") ? join(outside, ...rest) : below].join("/");
}

/** Undoes `emittedName` for a file that tslab is to load: its real place on the disk. */
export function realPath(path: string, cwd: string): string {
  const [first, ...rest] = relative(cwd, path).split("/");
  return first === outside ? join(parse(cwd).root, ...rest) : path;
}

function transpile(
  ts: typeof TypeScript,
  code: string,
  options: TypeScript.TranspileOptions,
): TypeScript.TranspileOutput {
  const compilerOptions = { ...options.compilerOptions, sourceMap: true };
  const result = ts.transpileModule(code, {
    ...options,
    compilerOptions,
    transformers: { before: [dynamicImports(ts)] },
  });
  toCommonJs = result.sourceMapText ?? "";
  return { ...result, outputText: withoutMapComment(result.outputText) };
}

/**
 * `import("x")` would become `require("x")`, which fails for an ES module that awaits at its top: let the kernel import
 * it.
 */
function dynamicImports(ts: typeof TypeScript): TypeScript.TransformerFactory<TypeScript.SourceFile> {
  return (context) => (file) => {
    const { factory } = context;
    const visit = (node: TypeScript.Node): TypeScript.Node => {
      if (!ts.isCallExpression(node) || node.expression.kind !== ts.SyntaxKind.ImportKeyword)
        return ts.visitEachChild(node, visit, context);
      const loader = factory.createPropertyAccessExpression(factory.createIdentifier("__tslab__"), "importModule");
      const args = [factory.createIdentifier("require"), ...node.arguments].map(
        (arg) => ts.visitNode(arg, visit) as TypeScript.Expression,
      );
      return factory.updateCallExpression(node, loader, undefined, args);
    };
    return ts.visitEachChild(file, visit, context);
  };
}

const withoutMapComment = (code: string) => code.replace(/\n?\/\/# sourceMappingURL=\S*\s*$/, "\n");
