// The paths of set-up. Plain JavaScript: set-up runs before anything is installed.
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

/** The project's folder. */
export const root = resolve(dirname(fileURLToPath(import.meta.url)), "../../..");
/** A path from the project's folder. */
export const at = (...parts) => join(root, ...parts);
/** The Python of the project's environment. */
export const venvPython = at(".venv/bin/python");
/** The Jupyter kernel's name. */
export const kernelName = "deepnets";

/** SHA-256 of text or bytes, in hexadecimal. */
export const sha256 = (bytes) => createHash("sha256").update(bytes).digest("hex");
/** SHA-256 of a file, in hexadecimal. */
export const sha256File = (file) => sha256(readFileSync(file));
/** The content of a JSON file; undefined where it is missing or incomplete. */
export const readJson = (file) => {
  try {
    return existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : undefined;
  } catch {
    return undefined; // a half-written stamp counts as none: the stage runs again
  }
};
