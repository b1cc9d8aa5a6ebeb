import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "../user-error";
import { python } from "./render";

/** Largest package that the course's upload takes. */
export const largestPackage = 15_000_000;

/**
 * Packs pages, notebooks, index and report of a hand-in into `hand-in.zip` within its folder. The same files give the
 * same bytes.
 *
 * @throws UserError when the package is larger than 15 MB; it is kept, to be looked at
 */
export async function pack(
  folder: string,
  notebooks: readonly string[],
  limit = largestPackage,
): Promise<{ file: string; bytes: number }> {
  const names = ["index.html", "report.json", ...notebooks.flatMap((name) => [`${name}.html`, `${name}.ipynb`])].filter(
    (name) => existsSync(join(folder, name)),
  );
  const file = join(folder, "hand-in.zip");
  await python("pack.py", { target: file, folder: "hand-in", files: names.map((name) => [name, join(folder, name)]) });
  const bytes = statSync(file).size;
  if (bytes > limit) {
    const largest = names
      .map((name) => ({ name, size: statSync(join(folder, name)).size }))
      .sort((a, b) => b.size - a.size)[0]!;
    throw new UserError(
      `Expected a package of at most ${limit / 1e6} MB but found ${(bytes / 1e6).toFixed(1)} MB (${file}): show fewer or smaller figures; the largest file is ${largest.name}.`,
    );
  }
  return { file, bytes };
}
