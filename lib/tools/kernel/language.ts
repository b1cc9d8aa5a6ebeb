import { existsSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import type * as TypeScript from "typescript";
import { type BoundFile, type BoundProgram, type Compiler, nodeLevel } from "./typescript";

// What the kernel itself adds to the global names.
const globals = `/** Asks the reader for a line of text, in the notebook's input box. */
declare function prompt(message?: string, value?: string): string | null;
`;

const packages = "/node_modules/";

type Host = TypeScript.LanguageServiceHost & { hasInvalidatedResolutions(path: string): boolean };

/**
 * TypeScript's language service for one cell, the declarations of earlier cells, and the files that it imports. It
 * watches nothing: each question looks whether a file of the reader has changed.
 */
export class Language {
  readonly cellFile: string;
  readonly earlierFile: string;
  readonly globalsFile: string;
  readonly options: TypeScript.CompilerOptions;
  readonly service: TypeScript.LanguageService;
  readonly #ts: Compiler;
  readonly #virtual = new Map<string, { readonly text: string; readonly version: number }>();
  readonly #host: Host;
  /** What fixed files hold: each question asks for all of them, a thousand with the library. */
  readonly #held = new Map<string, TypeScript.IScriptSnapshot>();
  /** Files of packages that lie elsewhere: `node_modules` links to them. */
  readonly #linked = new Set<string>();
  #commented: TypeScript.LanguageService | undefined;
  #version = 0;
  #looksAnew = false;

  constructor(ts: Compiler, cwd: string) {
    this.#ts = ts;
    this.cellFile = join(cwd, "__cell__.ts");
    this.earlierFile = join(cwd, "__earlier__.d.ts");
    this.globalsFile = join(cwd, "__kernel__.d.ts");
    this.options = options(ts, cwd);
    this.write(this.globalsFile, globals);
    this.ask("", "");
    this.#host = this.#hostIn(cwd);
    // Without comments it reads the libraries' declarations in three quarters of the time. In JavaScript, comments are
    // types: they are always read there.
    this.service = this.#newService(ts.JSDocParsingMode.ParseForTypeInfo);
  }

  /** Knows what comments say. Only an inspection needs that: the first one waits until it has read the libraries anew. */
  get commented(): TypeScript.LanguageService {
    this.#commented ??= this.#newService(this.#ts.JSDocParsingMode.ParseAll);
    return this.#commented;
  }

  /** Sets what the next questions are about. */
  ask(earlier: string, source: string): void {
    // Only a module's names can be hidden by those of the cell.
    this.write(this.earlierFile, `export {};\n${earlier}`);
    this.write(this.cellFile, source, true);
  }

  /** Adds or replaces a file that exists only in memory. */
  write(file: string, text: string, always = false): void {
    if (always || this.#virtual.get(file)?.text !== text) this.#virtual.set(file, { text, version: ++this.#version });
  }

  has(file: string): boolean {
    return this.#virtual.has(file);
  }

  /** The program that answers, with the names of earlier cells in reach of the cell. */
  program(service = this.service): {
    readonly program: BoundProgram;
    readonly cell: BoundFile;
    readonly earlier: BoundFile;
  } {
    // A file that was missing at the last question may exist by now.
    this.#looksAnew = true;
    const program = service.getProgram() as BoundProgram;
    this.#looksAnew = false;
    program.getTypeChecker();
    const cell = program.getSourceFile(this.cellFile) as BoundFile;
    const earlier = program.getSourceFile(this.earlierFile) as BoundFile;
    // tslab's trick: a name that the cell does not declare is looked up in its file's "parent".
    (cell as { parent?: TypeScript.Node }).parent = earlier;
    return { program, cell, earlier };
  }

  #newService(jsDocParsingMode: TypeScript.JSDocParsingMode): TypeScript.LanguageService {
    const registry = this.#ts.createDocumentRegistry(true, this.#host.getCurrentDirectory(), jsDocParsingMode);
    return this.#ts.createLanguageService({ ...this.#host, jsDocParsingMode }, registry);
  }

  #hostIn(cwd: string): Host {
    const { sys } = this.#ts;
    const text = (file: string) => this.#virtual.get(file)?.text;
    return {
      getCompilationSettings: () => this.options,
      getScriptFileNames: () => [...this.#virtual.keys()],
      getScriptVersion: (file) => String(this.#virtual.get(file)?.version ?? this.#diskVersion(file)),
      getScriptSnapshot: (file) => {
        const held = this.#held.get(file);
        if (held) return held;
        const own = text(file);
        const found = own ?? sys.readFile(file);
        if (found === undefined) return undefined;
        const snapshot = this.#ts.ScriptSnapshot.fromString(found);
        if (own === undefined && this.#isFixed(file)) this.#held.set(file, snapshot);
        return snapshot;
      },
      getCurrentDirectory: () => cwd,
      getDefaultLibFileName: (settings) => this.#ts.getDefaultLibFilePath(settings),
      fileExists: (file) => this.#virtual.has(file) || sys.fileExists(file),
      readFile: (file, encoding) => text(file) ?? sys.readFile(file, encoding),
      readDirectory: sys.readDirectory,
      directoryExists: sys.directoryExists,
      getDirectories: sys.getDirectories,
      realpath: (path) => {
        const real = sys.realpath?.(path) ?? path;
        if (real !== path && path.includes(packages)) this.#linked.add(real);
        return real;
      },
      useCaseSensitiveFileNames: () => true,
      hasInvalidatedResolutions: (path) => this.#looksAnew && !this.#isFixed(path),
    };
  }

  /**
   * Whether a file counts as unchanged while the kernel lives: a package that is loaded changes only when the kernel
   * restarts.
   */
  #isFixed(file: string): boolean {
    return file.includes(packages) || file.endsWith(".d.ts") || this.#linked.has(file);
  }

  #diskVersion(file: string): string | number {
    if (this.#isFixed(file)) return 0;
    const found = statSync(file, { throwIfNoEntry: false });
    return found ? `${found.mtimeMs}-${found.size}` : "none";
  }
}

function options(ts: Compiler, cwd: string): TypeScript.CompilerOptions {
  const ours = join(dirname(require.resolve("@types/node/package.json")), "..");
  const roots = ts.getEffectiveTypeRoots({}, { getCurrentDirectory: () => cwd }) ?? [];
  return {
    ...nodeLevel(ts),
    module: ts.ModuleKind.ESNext,
    // "Bundler" is Node's classic way plus the `exports` of packages.
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    moduleDetection: ts.ModuleDetectionKind.Force,
    allowImportingTsExtensions: true,
    esModuleInterop: true,
    resolveJsonModule: true,
    allowJs: true,
    checkJs: true,
    jsx: ts.JsxEmit.React,
    experimentalDecorators: true,
    skipLibCheck: true,
    declaration: true,
    sourceMap: true,
    newLine: ts.NewLineKind.LineFeed,
    types: ["node"],
    // tslab's types are found wherever the notebook lies.
    paths: { tslab: [require.resolve("tslab/dist/public.d.ts")] },
    typeRoots: [...roots.filter((root) => existsSync(join(root, "node"))), ours],
    // Never written, but without it a file would overwrite itself.
    outDir: join(cwd, "__out__"),
  };
}
