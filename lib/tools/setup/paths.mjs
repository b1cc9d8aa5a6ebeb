// The paths of set-up. Plain JavaScript: set-up runs before anything is installed.
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

export const root = resolve(dirname(fileURLToPath(import.meta.url)), "../../..");
export const at = (...parts) => join(root, ...parts);
export const venvPython = at(".venv/bin/python");
export const kernelName = "deepnets";

export const sha256 = (bytes) => createHash("sha256").update(bytes).digest("hex");
export const sha256File = (file) => sha256(readFileSync(file));
export const readJson = (file) => {
  try {
    return existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : undefined;
  } catch {
    return undefined; // a half-written stamp counts as none: the stage runs again
  }
};
