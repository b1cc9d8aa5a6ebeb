import { join, relative } from "node:path";
import type * as TypeScript from "typescript";
import type { Compiled, CompiledCell, CompiledModule } from "./compiled";
import { type Completion, complete } from "./completion";
import { addDeclarations, type Declaration, declarationText, parseDeclarations } from "./declarations";
import type { Diagnostic } from "./diagnostics";
import { Language } from "./language";
import { showsResult } from "./syntax";
import { cellTransformer, moduleTransformer } from "./transform";
import type { BoundFile, BoundProgram, Compiler as TypeScriptCompiler } from "./typescript";

/** A compiled cell, or why it cannot be compiled. */
export type Compilation = { readonly diagnostics: readonly Diagnostic[] } | CompiledCell;

/** Compiles cells one after the other, each against what the earlier ones have declared. */
export class Compiler {
  readonly #ts: TypeScriptCompiler;
  readonly #cwd: string;
  readonly #language: Language;
  #earlier: readonly Declaration[] = [];
  #latest: readonly Declaration[] = [];
  /** What has been compiled of imported files, by path. */
  readonly #modules = new Map<string, TypeScript.SourceFile>();

  constructor(ts: TypeScriptCompiler, cwd: string) {
    this.#ts = ts;
    this.#cwd = cwd;
    this.#language = new Language(ts, cwd);
    // Reads the libraries' declarations, which takes a second, before anybody waits for the first cell.
    this.#ask("");
  }

  compile(source: string): Compilation {
    this.#latest = [];
    const locals = this.#localsOf(source);
    const names = locals.filter(({ exported }) => !exported).map(({ name }) => name);
    // Only what is exported stands in the declarations that later cells read.
    const { program, cell, earlier } = this.#ask(`${source}\nexport { ${names.join(", ")} };`);
    const files = [cell, ...this.#imported(program, cell)];
    const found = files.flatMap((file) => [
      ...program.getSyntacticDiagnostics(file),
      ...program.getSemanticDiagnostics(file),
    ]);
    const diagnostics = found.flatMap((one) => this.#diagnostic(one));
    if (diagnostics.length > 0) return { diagnostics };

    const cellContext = {
      checker: program.getTypeChecker(),
      earlier,
      globalsFile: this.#language.globalsFile,
      shows: showsResult(this.#ts, source),
    };
    const emitted = this.#emit(
      program,
      cell,
      cellTransformer(this.#ts, cellContext, (one) => this.#sourceFor(program, cell, one)),
    );
    this.#latest = this.#complete(parseDeclarations(this.#ts, emitted.declarations), cell, cellContext.checker);
    const modules = files.slice(1).flatMap((file) => this.#module(program, file));
    const imports = this.#importsOf(program, cell);
    return { ...this.#toCommonJs(emitted, source), waits: this.#waits(cell), imports, modules };
  }

  /**
   * Takes note of how the latest cell ended. After a failure, what it had declared and set by then stays known to the
   * next cells.
   */
  settle(ok: boolean, holds: (name: string) => boolean): void {
    const kept = ok
      ? this.#latest
      : this.#latest.filter(({ name, value, imported }) => imported || name === undefined || !value || holds(name));
    this.#earlier = addDeclarations(this.#earlier, kept);
    this.#latest = [];
  }

  /** Makes a cell known as a module that other cells can import (`@module name`). */
  addModule(name: string, source: string): readonly Diagnostic[] {
    const file = join(this.#cwd, `${name}.ts`);
    this.#language.write(file, source);
    const { program } = this.#ask("");
    const made = program.getSourceFile(file)!;
    return [...program.getSyntacticDiagnostics(made), ...program.getSemanticDiagnostics(made)].flatMap((one) =>
      this.#diagnostic(one),
    );
  }

  complete(source: string, position: number): Completion {
    const { cell } = this.#ask(source);
    const { service, cellFile } = this.#language;
    const info = service.getCompletionsAtPosition(cellFile, position, {});
    return complete(this.#ts, cell, position, info);
  }

  inspect(source: string, position: number): TypeScript.QuickInfo | undefined {
    const { commented, cellFile } = this.#language;
    const { program, cell } = this.#ask(source, commented);
    const info = commented.getQuickInfoAtPosition(cellFile, position);
    if (!info || info.documentation?.length || info.tags?.length) return info;
    // A constant without a comment that holds a function has the function's comment.
    const checker = program.getTypeChecker();
    const node = nodeAt(this.#ts, cell, info.textSpan.start);
    const [signature] = node ? checker.getTypeAtLocation(node).getCallSignatures() : [];
    if (!signature) return info;
    return { ...info, documentation: signature.getDocumentationComment(checker), tags: signature.getJsDocTags() };
  }

  /** Adds a `var` inside a block or a loop, which is missing from a `.d.ts` file. */
  #complete(found: Declaration[], cell: BoundFile, checker: TypeScript.TypeChecker): Declaration[] {
    const ts = this.#ts;
    const names = new Set(found.map(({ name }) => name));
    cell.locals?.forEach((symbol, key) => {
      const name = ts.unescapeLeadingUnderscores(key);
      if (!(symbol.flags & ts.SymbolFlags.FunctionScopedVariable) || names.has(name)) return;
      const type = checker.typeToString(checker.getTypeOfSymbol(symbol), cell, ts.TypeFormatFlags.NoTruncation);
      found.push({ name, text: `declare var ${name}: ${type};`, value: true, type: false });
    });
    return found;
  }

  #ask(source: string, service = this.#language.service) {
    this.#language.ask(declarationText(this.#earlier), source);
    return this.#language.program(service);
  }

  /** The names that a source declares at its top. */
  #localsOf(source: string): { readonly name: string; readonly exported: boolean }[] {
    const ts = this.#ts;
    // A file without an export is a script, and its names are global.
    const file = ts.createSourceFile("names.ts", `${source}\nexport {};`, ts.ScriptTarget.Latest, true) as BoundFile;
    ts.bindSourceFile(file, this.#language.options);
    const renamed = new Set(
      file.statements.flatMap((one) =>
        ts.isExportDeclaration(one) && !one.moduleSpecifier && one.exportClause && ts.isNamedExports(one.exportClause)
          ? one.exportClause.elements.map(({ name }) => name.text)
          : [],
      ),
    );
    const found: { name: string; exported: boolean }[] = [];
    file.locals?.forEach((symbol, key) => {
      const name = ts.unescapeLeadingUnderscores(key);
      if (!/^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(name) || name === "__global") return;
      const { exportSymbol } = symbol as TypeScript.Symbol & { readonly exportSymbol?: TypeScript.Symbol };
      found.push({ name, exported: exportSymbol !== undefined || renamed.has(name) });
    });
    return found;
  }

  /** The reader's own files that a file imports, directly and through others. */
  #imported(program: BoundProgram, from: BoundFile): BoundFile[] {
    const found = new Set<BoundFile>();
    const visit = (file: BoundFile) => {
      for (const path of this.#importsOf(program, file)) {
        const next = program.getSourceFile(path) as BoundFile | undefined;
        if (!next || next === from || found.has(next)) continue;
        found.add(next);
        visit(next);
      }
    };
    visit(from);
    return [...found];
  }

  #importsOf(program: BoundProgram, file: BoundFile): string[] {
    return (file.imports ?? []).flatMap((one) => this.#sourceFor(program, file, one) ?? []);
  }

  /** The reader's own file that an import means; undefined for packages, declarations and data. */
  #sourceFor(
    program: BoundProgram,
    file: TypeScript.SourceFile,
    specifier: TypeScript.StringLiteralLike,
  ): string | undefined {
    const original = this.#ts.getOriginalNode(specifier) as TypeScript.StringLiteralLike;
    const found = program.getResolvedModuleFromModuleSpecifier(original, file)?.resolvedModule;
    if (!found || found.isExternalLibraryImport) return undefined;
    const path = found.resolvedFileName;
    return /\.([mc]?ts|tsx|jsx|m?js)$/.test(path) && !/\.d\.[mc]?ts$/.test(path) ? path : undefined;
  }

  #module(program: BoundProgram, file: BoundFile): CompiledModule[] {
    if (this.#modules.get(file.fileName) === file) return [];
    this.#modules.set(file.fileName, file);
    const resolve = (one: TypeScript.StringLiteralLike) => this.#sourceFor(program, file, one);
    const emitted = this.#emit(program, file, moduleTransformer(this.#ts, resolve));
    const imports = this.#importsOf(program, file);
    return [{ ...this.#toCommonJs(emitted, file.text), path: file.fileName, imports, waits: this.#waits(file) }];
  }

  #emit(
    program: BoundProgram,
    file: TypeScript.SourceFile,
    transformer: TypeScript.TransformerFactory<TypeScript.SourceFile>,
  ) {
    let [code, map, declarations] = ["", "", ""];
    const write = (name: string, text: string) => {
      if (name.endsWith(".map")) map = text;
      else if (/\.d\.[mc]?ts$/.test(name)) declarations = text;
      else code = text;
    };
    // With `true` there are declarations even where a type cannot be named: it is `any` there.
    const emit = program.emit as (...args: unknown[]) => unknown;
    emit(file, write, undefined, undefined, { before: [transformer] }, true);
    return { code: withoutMapComment(code), map, declarations };
  }

  #toCommonJs({ code, map }: { readonly code: string; readonly map: string }, source: string): Compiled {
    const ts = this.#ts;
    const { outputText, sourceMapText = "" } = ts.transpileModule(code, {
      fileName: "cell.js",
      compilerOptions: {
        module: ts.ModuleKind.CommonJS,
        target: this.#language.options.target ?? ts.ScriptTarget.ES2022,
        esModuleInterop: true,
        sourceMap: true,
        newLine: ts.NewLineKind.LineFeed,
      },
    });
    return { code: withoutMapComment(outputText), maps: [sourceMapText, map], source };
  }

  /** Whether a cell or a file awaits outside of its functions. */
  #waits(file: TypeScript.SourceFile): boolean {
    const ts = this.#ts;
    const looks = (node: TypeScript.Node): boolean => {
      if (ts.isFunctionLike(node) || ts.isPropertyDeclaration(node) || ts.isClassStaticBlockDeclaration(node))
        return false;
      if (ts.isAwaitExpression(node) || (ts.isForOfStatement(node) && node.awaitModifier)) return true;
      if (ts.isVariableDeclarationList(node) && (node.flags & ts.NodeFlags.AwaitUsing) === ts.NodeFlags.AwaitUsing)
        return true;
      if (ts.isCallExpression(node) && ts.isIdentifier(node.expression) && node.expression.text === "prompt")
        return true;
      return ts.forEachChild(node, looks) === true;
    };
    return looks(file);
  }

  #diagnostic({ file, start = 0, length = 0, messageText, code }: TypeScript.Diagnostic): Diagnostic[] {
    if (!file) return [];
    let fileName: string | undefined;
    if (file.fileName !== this.#language.cellFile) {
      fileName = relative(this.#cwd, file.fileName);
      // Errors in files outside the notebook's folder show when they run.
      if (fileName.startsWith("..")) return [];
    }
    const place = (offset: number) => {
      const { line, character } = file.getLineAndCharacterOfPosition(offset);
      return { line: line + 1, column: character + 1 };
    };
    const text = this.#ts
      .flattenDiagnosticMessageText(messageText, "\n")
      // The setting is not the reader's: it follows the Node that runs.
      .replace(/ Do you need to change your target library\?.*/, ` Node ${process.versions.node} does not have it.`);
    return [{ fileName, start: place(start), end: place(start + length), text, code }];
  }
}

const withoutMapComment = (code: string) => code.replace(/\n?\/\/# sourceMappingURL=\S*\s*$/, "\n");

/** The innermost node that begins at a position of a file. */
function nodeAt(ts: TypeScriptCompiler, file: TypeScript.SourceFile, position: number): TypeScript.Node | undefined {
  let found: TypeScript.Node | undefined;
  const visit = (node: TypeScript.Node): void => {
    if (position < node.getStart(file) || position >= node.end) return;
    if (node.getStart(file) === position) found = node;
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}
