import { readFileSync } from "node:fs";
import { join } from "node:path";

/** What runs the cells. */
export interface Versions {
  readonly typescript: string;
  readonly tslab: string;
  readonly node: string;
  readonly deepnets: string;
}

/** The true versions, read from the packages themselves. */
export function readVersions(): Versions {
  const { version: tslab } = require("tslab/package.json") as { version: string };
  const { version: typescript } = require("typescript/package.json") as { version: string };
  const { version: deepnets } = JSON.parse(readFileSync(join(__dirname, "../../../package.json"), "utf8")) as {
    version: string;
  };
  return { typescript, tslab, deepnets, node: process.versions.node };
}
