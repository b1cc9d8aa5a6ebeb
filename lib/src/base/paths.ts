import { existsSync } from "node:fs";
import { dirname, join } from "node:path";

/** The project's folder: above the sources as well as above what they are compiled to. */
export function projectFolder(folder = __dirname): string {
  if (existsSync(join(folder, "package-lock.json")) || dirname(folder) === folder) return folder;
  return projectFolder(dirname(folder));
}
