import { readdirSync, readFileSync, realpathSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Ended, engineFolders } from "./project-copy";

/** What is left of a file: nothing, its first half, no byte, other bytes in its second half; of a stamp, no list. */
export type Damage = "gone" | "half" | "empty" | "other" | "without list";

/**
 * Damages a file (or takes a folder away) and returns what mends it. It may be a hard link into the real project:
 * it is moved aside, never written into.
 */
export function damageFile(file: string, how: Damage): () => void {
  const path = realpathSync(file);
  const away = `${path}.away`;
  renameSync(path, away);
  if (how !== "gone") {
    writeFileSync(path, leftOf(readFileSync(away), how), { mode: statSync(away).mode });
  }
  return () => {
    rmSync(path, { force: true });
    renameSync(away, path);
  };
}

function leftOf(whole: Buffer, how: Exclude<Damage, "gone">): Buffer | string {
  const half = whole.length >> 1;
  if (how === "half") return whole.subarray(0, half);
  if (how === "empty") return "";
  if (how === "other") return whole.fill(0x61, half);
  // As an older set-up wrote it.
  const { files: _, ...stamp } = JSON.parse(whole.toString()) as Record<string, unknown>;
  return JSON.stringify(stamp);
}

/** The lines of the doctor that say what is not as it must be. */
export const missingLines = ({ stdout }: Ended): string[] =>
  stdout.split("\n").filter((line) => line.startsWith("MISSING"));

/** Where things lie in a set-up project, from its folder. */
export function placesOf(folder: () => string) {
  const engine = () => join(".engine", engineFolders(folder())[0]!);
  const sitePackages = () => {
    const version = readdirSync(join(folder(), ".venv/lib")).find((name) => /^python3\.\d+$/.test(name))!;
    return join(".venv/lib", version, "site-packages");
  };
  return {
    tensorflow: () => join(engine(), "deps/lib/libtensorflow_framework.so.2"),
    addon: () => join(engine(), "lib/napi-v8/tfjs_binding.node"),
    engineStamp: () => join(engine(), "engine.json"),
    /** A file or folder of the Python packages, by its path or by what its name is like. */
    python: (name: string | RegExp) =>
      join(
        sitePackages(),
        typeof name === "string" ? name : readdirSync(join(folder(), sitePackages())).find((one) => name.test(one))!,
      ),
  };
}
