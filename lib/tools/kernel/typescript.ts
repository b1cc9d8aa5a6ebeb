import type * as TypeScript from "typescript";

/** What TypeScript offers only to its own tools, and tslab's fork offered to all; the version is pinned. */
export interface Internals {
  bindSourceFile(file: TypeScript.SourceFile, options: TypeScript.CompilerOptions): void;
  findPrecedingToken(position: number, file: TypeScript.SourceFile): TypeScript.Node | undefined;
  getDefaultLibFilePath(options: TypeScript.CompilerOptions): string;
}

/** The TypeScript compiler with what it offers to its own tools. */
export type Compiler = typeof TypeScript & Internals;

/** A source file with what the binder and the program know of it. */
export interface BoundFile extends TypeScript.SourceFile {
  readonly imports?: readonly TypeScript.StringLiteralLike[];
  readonly locals?: ReadonlyMap<TypeScript.__String, TypeScript.Symbol>;
}

/** A program that says which file an import leads to. */
export interface BoundProgram extends TypeScript.Program {
  getResolvedModuleFromModuleSpecifier(
    specifier: TypeScript.StringLiteralLike,
    file: TypeScript.SourceFile,
  ): { readonly resolvedModule?: TypeScript.ResolvedModuleFull } | undefined;
}

const fork = "@tslab/typescript-for-tslab";

/**
 * Loads the TypeScript that checks the cells: the project's own. What is left of tslab (its `display`) gets the same
 * one instead of its fork of 5.0. Call it before tslab is loaded.
 */
export function loadTypeScript(): Compiler {
  const ts = require("typescript") as Compiler;
  try {
    const file = require.resolve(fork, { paths: [require.resolve("tslab")] });
    const module = require.cache[require.resolve("typescript")];
    if (module) require.cache[file] = module;
  } catch {
    // Without the fork there is nothing to stand in for.
  }
  return ts;
}

/**
 * What a Node can do: the JavaScript that it reads, and the library that it brings beyond that.
 */
export function nodeLevel(
  ts: Compiler,
  node = process.versions.node,
): { readonly target: TypeScript.ScriptTarget; readonly lib: string[] } {
  const major = Number.parseInt(node, 10);
  const lib = ["es2023", "esnext.disposable"];
  if (major >= 22) lib.push("es2024", "esnext.collection", "esnext.array", "esnext.iterator");
  if (major >= 24) lib.push("esnext.promise", "esnext.error", "esnext.float16");
  return {
    // ES2024 adds only the flag v of regular expressions to the language, and Node 20 has it.
    target: ts.ScriptTarget.ES2024,
    lib: lib.map((name) => `lib.${name}.d.ts`),
  };
}
