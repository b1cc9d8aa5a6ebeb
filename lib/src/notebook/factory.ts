import { readFileSync } from "node:fs";
import { join } from "node:path";
import { projectFolder } from "../base/paths";
import { factoryNames } from "../models/factory-names";
import type { Bundle } from "./kernel";

/** Whether a value is one of the library's model factories: `models.mlp`. */
export const isFactory = (value: unknown): value is (...args: never[]) => unknown => nameOf(value) !== undefined;

const nameOf = (value: unknown): string | undefined =>
  typeof value === "function" ? factoryNames.get(value) : undefined;

/** A factory shown by its TypeScript source, from the file that it is compiled from. */
export function representFactory(factory: unknown): Bundle {
  const name = nameOf(factory)!;
  const file = `lib/src/models/${name}.ts`;
  const code = functionIn(readFileSync(join(projectFolder(), file), "utf8"), name);
  return {
    "text/markdown": `\`models.${name}\` in \`${file}\`:\n\n\`\`\`typescript\n${code}\n\`\`\``,
    "text/plain": code,
  };
}

/** The body of the exported function, without the comment and the overloads before it. */
function functionIn(source: string, name: string): string {
  const start = source.lastIndexOf(`export function ${name}(`);
  return source.slice(start, source.indexOf("\n}\n", start) + 2);
}
