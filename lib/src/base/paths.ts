import { existsSync } from "node:fs";
import { dirname, join, relative } from "node:path";

/** The project's folder: above the sources as well as above what they are compiled to. */
export function projectFolder(folder = __dirname): string {
  if (existsSync(join(folder, "package-lock.json")) || dirname(folder) === folder) return folder;
  return projectFolder(dirname(folder));
}

/** A path as sentences name it that go into a page: within the project from its folder, elsewhere in full. */
export function placeWithin(path: string, folder = projectFolder()): string {
  const inside = relative(folder, path).replaceAll("\\", "/");
  return inside === "" || inside.startsWith("..") ? path : inside;
}
