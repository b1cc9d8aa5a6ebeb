// The one script of live outputs: lib/src/live/page/main.ts and what it imports, as one classic script. TypeScript
// compiles each file alone; a file runs when another one requires it, as in Node. So the same sources give the same
// bytes everywhere. Types are checked with those of the tests.
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, relative } from "node:path";
import { at } from "./paths.mjs";

const folder = at("lib/src");

/**
 * Compiles the script.
 *
 * @returns Its text, one function per file by its path within lib/src.
 */
export function pageScript(entry = "live/page/main") {
  const typescript = createRequire(import.meta.url)("typescript");
  const files = new Map();
  const add = (name) => {
    if (files.has(name)) return;
    const file = join(folder, `${name}.ts`);
    if (!existsSync(file))
      throw new Error(
        `Expected a file lib/src/${name}.ts, which the pages' script imports, but found none: correct the import.`,
      );
    // Entered first, so that a circle of imports ends.
    files.set(name, "");
    const { outputText } = typescript.transpileModule(readFileSync(file, "utf8"), {
      compilerOptions: {
        target: typescript.ScriptTarget.ES2022,
        module: typescript.ModuleKind.CommonJS,
        removeComments: true,
      },
    });
    const text = outputText.replace(/require\("([^"]*)"\)/g, (_, path) => {
      if (!path.startsWith("."))
        throw new Error(`Expected lib/src/${name}.ts to import our own files but found "${path}": no page has it.`);
      const wanted = relative(folder, join(dirname(file), path)).replaceAll("\\", "/");
      add(wanted);
      return `require("${wanted}")`;
    });
    files.set(name, text.replace(/^"use strict";\n|^Object\.defineProperty\(exports, "__esModule".*\n/gm, ""));
  };
  add(entry);
  const functions = [...files].map(([name, text]) => `${JSON.stringify(name)}(exports, require) {\n${text}}`);
  const script = [
    '(() => {\n"use strict";',
    `const files = {\n${functions.join(",\n")}\n};`,
    "const made = {};",
    "const require = (name) => {",
    "  if (!made[name]) files[name]((made[name] = {}), require);",
    "  return made[name];",
    "};",
    `require(${JSON.stringify(entry)});`,
    "})();\n",
  ].join("\n");
  // A closing tag within a string of the script would end it.
  return script.replace(/<\/(?=script)|<(?=!--)/gi, (sign) => sign.replace("<", "\\x3c"));
}
