// What is installed, in which version, what is missing and how to get it. Changes nothing.
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { findBrowser } from "./browser.mjs";
import { engineReady, refuseUnsupported } from "./engine.mjs";
import { at, kernelName, readJson, venvPython } from "./paths.mjs";
import { findCompiler, findPython, freeSpace, requireNode } from "./requirements.mjs";
import { stageStates } from "./setup.mjs";

const setUpHint = "npm run handin (or any other command) installs it";

/** Prints the table; resolves to 0 when nothing is missing. */
export async function doctor() {
  const rows = [
    check("Node", () => (requireNode(), process.versions.node)),
    check("npm", () =>
      execFileSync("npm", ["--version"], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).trim(),
    ),
    check("Platform", () => (refuseUnsupported(), `${process.platform} ${process.arch}${glibc()}${vectors()}`)),
    check("Python", () => {
      const { path, version } = findPython();
      return `${version} (${path})`;
    }),
    check("C++ compiler", () => findCompiler().version),
    check("Free disk space", () => {
      const gib = freeSpace() / 2 ** 30;
      if (gib < 0.5) throw new Error(`only ${gib.toFixed(1)} GiB free: records and checkpoints need about 0.5`);
      return `${gib.toFixed(1)} GiB`;
    }),
    ...stageStates().map(({ title, done }) => ({
      part: title.replace(/ \(a .*/, ""),
      ok: done,
      text: done ? version(title) : `missing or out of date: ${setUpHint}`,
    })),
    check(
      "Browser in use",
      () =>
        findBrowser() ??
        fail(
          "none: figures get no static pictures and the browser tests cannot run. Install Chromium, Chrome or Edge, or name one in DEEPNETS_BROWSER",
        ),
    ),
  ];
  const width = Math.max(...rows.map((row) => row.part.length));
  for (const { part, ok, text } of rows) console.log(`${ok ? "ok     " : "MISSING"}  ${part.padEnd(width)}  ${text}`);
  const missing = rows.filter((row) => !row.ok).length;
  console.log(missing ? `\n${missing} of ${rows.length} parts are missing.` : "\nEverything is here.");
  return missing ? 1 : 0;
}

function check(part, look) {
  try {
    return { part, ok: true, text: look() };
  } catch (error) {
    return { part, ok: false, text: error.code === "ENOENT" ? "not found on PATH: install it" : error.message };
  }
}

function fail(message) {
  throw new Error(message);
}

function version(title) {
  if (title.startsWith("Node packages")) {
    const of = (name) => `${name} ${readJson(at("node_modules", name, "package.json"))?.version}`;
    return ["@tensorflow/tfjs-node", "tslab", "danfojs-node", "plotly.js-dist-min", "vitest"].map(of).join(", ");
  }
  if (title.startsWith("Python environment")) {
    const wanted = /^(jupyterlab|nbconvert|nbclient|plotly|tensorboard)==(\S+)/gim;
    return `${[...readFileSync(at("requirements.txt"), "utf8").matchAll(wanted)].map(([, name, number]) => `${name} ${number}`).join(", ")} (${venvPython.replace(at(""), "")})`;
  }
  if (title.startsWith("TensorFlow engine")) return "libtensorflow 2.21.0";
  if (title.startsWith("TensorFlow addon") && engineReady()) return "built and checked";
  if (title.startsWith("Jupyter kernel"))
    return `${kernelName} (TypeScript 5.0.4 by tslab ${readJson(at("node_modules/tslab/package.json"))?.version})`;
  if (title.startsWith("MNIST")) return "4 files, checksums verified";
  if (title.startsWith("Browser")) return readJson(at(".engine/browser.json"))?.path ?? "looked for, none found";
  return existsSync(at("lib/dist")) ? "up to date" : "";
}

function glibc() {
  const version = process.report.getReport().header.glibcVersionRuntime;
  return version ? `, glibc ${version}` : "";
}

function vectors() {
  if (!existsSync("/proc/cpuinfo")) return "";
  const flags = readFileSync("/proc/cpuinfo", "utf8").match(/^flags\s*:(.*)$/m)?.[1] ?? "";
  const has = ["avx", "avx2", "avx512f", "avx512_bf16", "amx_bf16"].filter(
    (flag) => flags.includes(` ${flag} `) || flags.endsWith(` ${flag}`),
  );
  return has.length ? `, ${has.join(" ")}` : "";
}
