import { readFileSync } from "node:fs";
import { join } from "node:path";
import { projectFolder } from "../base/paths";
import { engineVersion } from "../graph/engine";
import { displaySymbol } from "./display";
import { gridHtml, gridText } from "./grid";
import type { Bundle } from "./kernel";

/** What a notebook ran on, by name. */
export type Versions = Readonly<Record<string, string>> & { readonly [displaySymbol]: () => Bundle };

/**
 * The versions of everything that a result depends on: library, engine, tfjs, Node, the compiler of the cells.
 *
 * @example
 * show(versions());
 */
export function versions(): Versions {
  const known: Record<string, string> = {
    deepnets: packageVersion(join(projectFolder(), "lib/package.json")),
    libtensorflow: engineVersion(),
    "@tensorflow/tfjs-node": installed("@tensorflow/tfjs-node"),
    node: process.versions.node,
    tslab: installed("tslab"),
    typescript: installed("typescript"),
    "danfojs-node": installed("danfojs-node"),
    "plotly.js": installed("plotly.js-dist-min"),
  };
  const grid = {
    columns: ["package", "version"],
    rows: Object.entries(known).map(([name, version]) => ({ package: name, version })),
  };
  const hidden = { value: () => ({ "text/html": gridHtml(grid), "text/plain": gridText(grid) }), enumerable: false };
  return Object.defineProperty(known, displaySymbol, hidden) as unknown as Versions;
}

const installed = (name: string) => packageVersion(join(projectFolder(), "node_modules", name, "package.json"));

function packageVersion(file: string): string {
  try {
    return (JSON.parse(readFileSync(file, "utf8")) as { version: string }).version;
  } catch {
    return "not found";
  }
}
