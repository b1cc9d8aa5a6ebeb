// Lists of the files of installed folders, by which the doctor finds what is missing or damaged.
import { createHash } from "node:crypto";
import { closeSync, lstatSync, openSync, readdirSync, readFileSync, readSync } from "node:fs";
import { join, relative } from "node:path";

// Hashes of everything would take longer than a doctor may; the size of a small file shows most damage.
const bigFile = 200_000;

/**
 * The files below a folder: `{ path: [size] }`, with size in bytes, and `{ path: [size, SHA-256] }` for big ones.
 * Links, and files that `skip` names, are left out.
 */
export function listFiles(folder, { skip = () => false } = {}) {
  const files = {};
  const walk = (at) => {
    for (const entry of readdirSync(at, { withFileTypes: true })) {
      const path = join(at, entry.name);
      const name = relative(folder, path);
      if (skip(name)) continue;
      if (entry.isDirectory()) walk(path);
      else if (entry.isFile()) {
        const { size } = lstatSync(path);
        files[name] = size > bigFile ? [size, digest(path)] : [size];
      }
    }
  };
  walk(folder);
  return files;
}

/**
 * How a folder differs from its list, one phrase per file; without `hashes` only sizes are compared. A folder without a
 * list (an older set-up wrote none) differs too: nobody can say that it is whole.
 */
export function differences(folder, files, { hashes = true } = {}) {
  if (!files) return ["there is no list of its files"];
  const found = [];
  for (const [name, [size, hash]] of Object.entries(files)) {
    const path = join(folder, name);
    const has = sizeOf(path);
    if (has === undefined) found.push(`${name} is missing`);
    else if (has !== size) found.push(`${name} has ${has} bytes, not ${size}`);
    else if (hashes && hash && digest(path) !== hash) found.push(`${name} has other content`);
  }
  return found;
}

/** How a Python environment differs from its packages' own lists (RECORD), one phrase per file. */
export function pythonDifferences(sitePackages) {
  const found = [];
  for (const folder of readdirSync(sitePackages).filter((name) => name.endsWith(".dist-info"))) {
    let text;
    try {
      text = readFileSync(join(sitePackages, folder, "RECORD"), "utf8");
    } catch {
      found.push(`${folder}/RECORD is missing`);
      continue;
    }
    for (const line of text.split("\n")) {
      const [, quoted, plain, hash, size] = /^(?:"((?:[^"]|"")*)"|([^,]*)),([^,]*),(\d*)\r?$/.exec(line) ?? [];
      const name = quoted?.replaceAll('""', '"') ?? plain;
      if (!name || !size) continue;
      const path = join(sitePackages, name);
      const has = sizeOf(path);
      if (has === undefined) found.push(`${name} is missing`);
      else if (/^(\.\.\/)+bin\//.test(name)) {
        // Scripts name their interpreter. Set-up corrects it when the folder moves, which changes their size.
        if (has === 0) found.push(`${name} has 0 bytes`);
      } else if (has !== Number(size)) found.push(`${name} has ${has} bytes, not ${size}`);
      else if (has > bigFile && hash.startsWith("sha256=") && digest(path, "base64url") !== hash.slice(7))
        found.push(`${name} has other content`);
    }
  }
  return found;
}

/** The SHA-256 of a file, read in pieces: the engine has 790 MB. */
function digest(path, encoding = "hex") {
  const piece = Buffer.alloc(4 << 20);
  const hash = createHash("sha256");
  try {
    const file = openSync(path);
    try {
      for (let read; (read = readSync(file, piece)) > 0; ) hash.update(piece.subarray(0, read));
    } finally {
      closeSync(file);
    }
    return hash.digest(encoding);
  } catch {
    return undefined; // it cannot be read, so it differs
  }
}

function sizeOf(path) {
  try {
    return lstatSync(path).size;
  } catch {
    return undefined;
  }
}
