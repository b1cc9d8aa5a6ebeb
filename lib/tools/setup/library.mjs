// The library and the tools, compiled from TypeScript into lib/dist.
import { copyFileSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join, relative } from "node:path";
import { differences, listFiles } from "./manifest.mjs";
import { pageScript } from "./page-script.mjs";
import { at, readJson, root, sha256 } from "./paths.mjs";
import { run } from "./run.mjs";

const dist = at("lib/dist");
const stampFile = join(dist, "build.json");

const sourceFiles = () =>
  ["lib/src", "lib/tools"]
    .flatMap((folder) => readdirSync(at(folder), { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile() && /\.(ts|cjs|cts)$/.test(entry.name))
    .map((entry) => relative(root, join(entry.parentPath ?? entry.path, entry.name)))
    .concat("tsconfig.json", "package-lock.json", "lib/tools/setup/page-script.mjs")
    .sort();

const fingerprint = () =>
  sha256(
    sourceFiles()
      .map((file) => `${file}\n${sha256(readFileSync(at(file)))}\n`)
      .join(""),
  );

/** Which of the built files are missing or damaged. */
export const libraryDamage = (options) => differences(dist, readJson(stampFile)?.files, options);

/** Whether the library is built from the present sources, judged by the sizes of its files. */
export const libraryReady = () =>
  readJson(stampFile)?.sources === fingerprint() && libraryDamage({ hashes: false }).length === 0;

/** Compiles the library and the tools into lib/dist, which appears complete or not at all. */
export async function buildLibrary() {
  // A killed build may have left its folder behind; set-up's lock allows one build at a time.
  for (const name of readdirSync(at("lib")))
    if (/^dist-\d+$/.test(name)) rmSync(at("lib", name), { recursive: true, force: true });
  const part = at(`lib/dist-${process.pid}`);
  const sources = fingerprint();
  try {
    await run("Building the library", process.execPath, [
      at("node_modules/typescript/bin/tsc"),
      "--project",
      root,
      "--outDir",
      part,
      "--pretty",
      "false",
    ]);
    // The files that set-up needs too are plain JavaScript: tsc leaves them out.
    for (const file of sourceFiles().filter((name) => /^lib\/src\/.*\.(cjs|cts)$/.test(name)))
      copyFileSync(at(file), join(part, relative("lib", file)));
    writeFileSync(join(part, "live-page.js"), pageScript());
    writeCodeDigest(part);
    writeFileSync(join(part, "build.json"), `${JSON.stringify({ sources, files: listFiles(part) })}\n`);
    rmSync(dist, { recursive: true, force: true });
    renameSync(part, dist);
  } finally {
    rmSync(part, { recursive: true, force: true });
  }
}

/** Writes the code's digest, computed by the functions that were just compiled. */
function writeCodeDigest(part) {
  const compiled = (name) => createRequire(import.meta.url)(join(part, "src/runs", name));
  const { codeDigest, digestFile } = compiled("code-digest.js");
  const { withoutWording } = compiled("wording.js");
  writeFileSync(join(part, digestFile), `${codeDigest(join(part, "src"), withoutWording)}\n`);
}
