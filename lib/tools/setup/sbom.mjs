// `npm run sbom`: a software bill of materials (CycloneDX) of all that set-up and a first sweep install.
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { engineWheels } from "./engine.mjs";
import { npm } from "./packages.mjs";
import { at, readJson, root } from "./paths.mjs";

/** Writes the bill to the named file, or to .engine/sbom.cdx.json. */
export function sbom([file = at(".engine/sbom.cdx.json")]) {
  const [program, args, options] = npm("sbom", "--sbom-format", "cyclonedx");
  const bill = JSON.parse(
    execFileSync(program, args, {
      ...options,
      cwd: root,
      encoding: "utf8",
      maxBuffer: 2 ** 28,
      stdio: ["ignore", "pipe", "pipe"],
    }),
  );
  bill.metadata.component.name = readJson(at("package.json")).name; // npm takes the folder's
  const python = ["requirements.txt", "lib/tools/sweep/requirements.txt"].flatMap((name) =>
    pinned(readFileSync(at(name), "utf8")),
  );
  const parts = new Map();
  for (const part of [...python, ...engineWheels]) {
    const purl = `pkg:pypi/${part.name}@${part.version}`;
    parts.set(purl, { ...part, hashes: [...new Set([...(parts.get(purl)?.hashes ?? []), ...part.hashes])] });
  }
  bill.components.push(...[...parts].map(([purl, part]) => component(purl, part)));
  const target = resolve(file);
  mkdirSync(dirname(target), { recursive: true });
  writeFileSync(target, `${JSON.stringify(bill, null, 2)}\n`);
  console.log(`${bill.components.length} components: ${target}`);
  return 0;
}

/**
 * The pins of a requirements file.
 *
 * @param {string} text
 * @returns {{ name: string, version: string, hashes: string[] }[]}
 */
export function pinned(text) {
  return text
    .replaceAll("\\\n", " ")
    .split("\n")
    .map((line) => /^([\w.-]+)==([^\s;]+)/.exec(line))
    .filter(Boolean)
    .map(({ 1: name, 2: version, input }) => ({
      name: name.toLowerCase().replace(/[-_.]+/g, "-"),
      version,
      hashes: [...input.matchAll(/--hash=sha256:([0-9a-f]{64})/g)].map(([, hash]) => hash),
    }));
}

const component = (purl, { name, version, hashes }) => ({
  "bom-ref": purl,
  type: "library",
  name,
  version,
  scope: "required",
  purl,
  // There is one file per platform and Python version: each has a hash, and one of them is installed.
  externalReferences: hashes.length ? [{ type: "distribution", url: purl, hashes: hashes.map(sha256) }] : [],
});

const sha256 = (content) => ({ alg: "SHA-256", content });
