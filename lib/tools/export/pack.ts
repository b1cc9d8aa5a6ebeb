import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { type Unzipped, unzipSync, type Zippable, zipSync } from "fflate";
import { explained, UserError } from "../../src/base/errors.cjs";
import { writeWhole } from "../../src/base/files";
import { itemAt } from "../../src/base/item-at";

/** Bytes of the largest package that the course's upload takes. */
export const largestPackage = 25_000_000;

/** The package's name within the folder of the hand-in. */
export const packageName = "hand-in.zip";

/** The files of a hand-in that a package holds, sorted. */
const packedNames = (folder: string, notebooks: readonly string[]): string[] =>
  ["index.html", "report.json", ...notebooks.flatMap((name) => [`${name}.html`, `${name}.ipynb`])]
    .filter((name) => existsSync(join(folder, name)))
    .sort();

/** The package in the folder. */
export interface Packed {
  readonly bytes: number;
  /** `"holds another report.json"`; undefined where it holds the files beside it. */
  readonly differs: string | undefined;
}

/**
 * Compares the package in a folder with the files beside it; undefined where there is none.
 *
 * @throws UserError When it cannot be read.
 */
export function readPackage(folder: string, notebooks: readonly string[]): Packed | undefined {
  const file = join(folder, packageName);
  if (!existsSync(file)) return undefined;
  try {
    const packed = readFileSync(file);
    return { bytes: packed.length, differs: difference(packed, { folder, names: packedNames(folder, notebooks) }) };
  } catch (error) {
    throw explained(error as Error, file, "read");
  }
}

function difference(
  packed: Uint8Array,
  { folder, names }: { readonly folder: string; readonly names: readonly string[] },
): string | undefined {
  let held: Unzipped;
  try {
    held = unzipSync(packed);
  } catch {
    return "is no whole package";
  }
  for (const name of names) {
    const one = held[`hand-in/${name}`];
    if (!one) return `lacks ${name}`;
    if (Buffer.compare(one, readFileSync(join(folder, name))) !== 0) return `holds another ${name}`;
  }
  const more = Object.keys(held).find((name) => !names.some((known) => name === `hand-in/${known}`));
  return more && `also holds ${more}`;
}

/**
 * Packs pages, notebooks, index and report of a hand-in into `hand-in.zip` within its folder. The same files give the
 * same bytes: sorted, with fixed dates and modes.
 *
 * @throws UserError When the package is larger than 25 MB; the file stays, so that it can be looked at.
 */
export function pack(
  folder: string,
  notebooks: readonly string[],
  limit = largestPackage,
): { file: string; bytes: number } {
  const names = packedNames(folder, notebooks);
  const entries = names.map((name): [string, Zippable[string]] => [
    `hand-in/${name}`,
    [
      readFileSync(join(folder, name)),
      // The archive's clock starts in 1980, in the reader's own time zone.
      { level: 9, mtime: new Date(1980, 0, 1), os: 3, attrs: 0o100644 << 16 },
    ],
  ]);
  const file = join(folder, packageName);
  const bytes = zipSync(Object.fromEntries(entries));
  writeWhole(file, bytes);
  if (bytes.length > limit) {
    const sizes = names.map((name) => ({ name, size: statSync(join(folder, name)).size }));
    const largest = itemAt(
      sizes.sort((a, b) => b.size - a.size),
      0,
    );
    throw new UserError(
      `Expected a package of at most ${limit / 1e6} MB but found ${(bytes.length / 1e6).toFixed(1)} MB ` +
        `(${file}): show fewer or smaller figures; the largest file is ${largest.name}.`,
    );
  }
  return { file, bytes: bytes.length };
}
