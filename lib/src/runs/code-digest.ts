import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";

// What decides a run's numbers: these rooms, and the two files of `base` that they compute with.
const rooms = ["data", "graph", "models", "training"];
const files = ["base/item-at", "base/shape"];

/** Which part of a file counts, by its path from `source` and its text. */
export type TextOf = (name: string, text: string) => string;

/**
 * SHA-256 over the code that decides a run's numbers.
 *
 * @param source The folder of the rooms: `lib/src`, or what is compiled from it.
 * @param textOf Which part of a file counts. Default: all of it. Set-up leaves the wording out.
 */
export function codeDigest(source: string, textOf: TextOf = (_, text) => text): string {
  const hash = createHash("sha256");
  const counts = (name: string) =>
    /(?<!\.d)\.(js|ts)$/.test(name) &&
    (files.includes(withoutEnding(name)) || rooms.includes(name.split("/")[0] ?? ""));
  const names = readdirSync(source, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(source, join(entry.parentPath ?? entry.path, entry.name)).replaceAll("\\", "/"))
    .filter(counts)
    .sort();
  for (const name of names)
    hash.update(`${withoutEnding(name)}\n${textOf(name, readFileSync(join(source, name), "utf8"))}\n`);
  return hash.digest("hex");
}

const withoutEnding = (name: string) => name.replace(/\.(js|ts)$/, "");

/**
 * The digest that set-up wrote beside the compiled library. In tests, which run the sources, it is that of their text.
 */
export function ownCodeDigest(): string {
  const source = join(__dirname, "..");
  try {
    return readFileSync(join(source, "..", digestFile), "utf8").trim();
  } catch {
    return codeDigest(source);
  }
}

/** Where set-up writes the digest, from the folder of the compiled code. */
export const digestFile = "code-digest.txt";
