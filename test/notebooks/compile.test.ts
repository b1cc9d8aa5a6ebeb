import { createRequire } from "node:module";
import { resolve } from "node:path";
import { expect, test } from "vitest";
import type * as TypeScript from "typescript";
import { codeCells, load, root, stems, text, type Cell } from "./notebook";

// The compiler that checks cells in the kernel, not the one that builds the library.
const ts: typeof TypeScript = createRequire(resolve(root, "node_modules/tslab/package.json"))(
  "@tslab/typescript-for-tslab",
);

test("is checked by the kernel's own TypeScript", () => {
  expect(ts.version).toMatch(/^5\.0\./);
});

test("compiles every notebook against the library's declarations, also as a sweep runs it: without the cells that it leaves out", () => {
  const joined = (cells: readonly Cell[]) =>
    cells.map((cell) => `// ${cell.id}\n${text(cell)}`).join("\n") + "\nexport {};\n";
  const sources = new Map(
    stems.flatMap((stem) => {
      const cells = codeCells(load(stem));
      const swept = cells.filter(({ metadata }) => !metadata.tags?.includes("sweep-skip"));
      const whole = [resolve(root, "notebooks", `${stem}.ts`), joined(cells)] as const;
      return swept.length === cells.length
        ? [whole]
        : [whole, [resolve(root, "notebooks", `${stem}.swept.ts`), joined(swept)] as const];
    }),
  );
  const options: TypeScript.CompilerOptions = {
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.NodeJs,
    lib: ["lib.es2022.d.ts"],
    types: ["node"],
    skipLibCheck: true,
    noEmit: true,
    esModuleInterop: true,
  };
  const host = ts.createCompilerHost(options);
  const { getSourceFile, fileExists, readFile } = host;
  host.getSourceFile = (name, target) =>
    sources.has(resolve(name))
      ? ts.createSourceFile(name, sources.get(resolve(name))!, target)
      : getSourceFile(name, target);
  host.fileExists = (name) => sources.has(resolve(name)) || fileExists(name);
  host.readFile = (name) => sources.get(resolve(name)) ?? readFile(name);
  const program = ts.createProgram([...sources.keys()], options, host);
  const found = [...sources.keys()].flatMap((file) => {
    const source = program.getSourceFile(file)!;
    return [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)].map((one) => {
      const { line } = source.getLineAndCharacterOfPosition(one.start ?? 0);
      const cell = source.text
        .split("\n")
        .slice(0, line + 1)
        .reverse()
        .find((text) => text.startsWith("// "));
      return `${file.split("/").pop()} ${cell}: ${source.text.split("\n")[line]!.trim()}: ${ts.flattenDiagnosticMessageText(one.messageText, " ")}`;
    });
  });
  expect(found).toEqual([]);
}, 120_000);
