// The engine: libtensorflow 2.21 out of the PyPI wheel, and tfjs-node's addon built against it.
// tfjs-node's own install script downloads libtensorflow 2.9.1 from a host that refuses (tfjs#8742), so it never runs.

import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join, relative } from "node:path";
import { UserError } from "../../src/base/errors.cjs";
import { differences, listFiles } from "./manifest.mjs";
import { at, readJson, sha256, venvPython } from "./paths.mjs";
import { run } from "./run.mjs";

// One wheel per platform. Only linux-x64 has been tried; the others take the same route.
// The wheel's Python version does not matter: only its shared libraries and C headers are used. Sizes and hashes of the
// libraries are those of the wheel's own list (RECORD), so that they can be checked whoever unpacked them.
const wheels = {
  "linux-x64": {
    package: "tensorflow-cpu",
    platform: "manylinux_2_27_x86_64",
    sha256: "2b847d217b02ee7731ed91431daf3250daa0196c3c94614d23be27232e6e5b6c",
    libraries: {
      "libtensorflow_cc.so.2": [788_086_608, "6505a4b9657e62100c6bdacb683957a395cb047725042945aaa50e40a71e429e"],
      "libtensorflow_framework.so.2": [65_222_328, "f060b323b26ef80add21b9df9428de3aeaf2843d772c5bb098745f7abff3709b"],
    },
  },
  "linux-arm64": {
    package: "tensorflow",
    platform: "manylinux_2_27_aarch64",
    sha256: "4b24aca16d527a3cf1c37f720c04c484c3d20f4d0fdfa98632ac8b9f3be6eb5c",
    libraries: {
      "libtensorflow_cc.so.2": [814_885_544, "5f7de6ba6478ed7b83767a6e661e3e6e6931b05c64db14ba98250e52316a007c"],
      "libtensorflow_framework.so.2": [68_176_664, "deade33b9ab90ff468fd1d1f8f6079bec5a3a507cf2d13c3218aa8beec28aeb3"],
    },
  },
  "darwin-arm64": {
    package: "tensorflow",
    platform: "macosx_12_0_arm64",
    sha256: "51f46f4806139d01fc7920cc72a4c75876f80649bf40ff083ab6212ceb43ca88",
    libraries: {
      "libtensorflow_cc.2.dylib": [691_352_648, "753272d059c7be51f64369aaa8e12ac514ce372e0c4ba66f3cc49ec3b1c33384"],
      "libtensorflow_framework.2.dylib": [
        49_452_976,
        "e581d6db9e26f13e49327427e5d304cecbfe45d3467db7700e058857a4fd76bb",
      ],
    },
  },
};
const version = "2.21.0";
// The version of Node-API that the addon's sources need.
const napiVersion = 8;

const wheel = wheels[`${process.platform}-${process.arch}`];
/** The wheels in the form of a bill of materials. */
export const engineWheels = Object.values(wheels).map(({ package: name, sha256 }) => ({
  name,
  version,
  hashes: [sha256],
}));
const id = wheel?.sha256.slice(0, 16);
/** The folder of the engine; its name tells which wheel it is from. */
export const engineFolder = at(".engine", id ?? "none");
const stampFile = join(engineFolder, "engine.json");
const addon = join(engineFolder, `lib/napi-v${napiVersion}/tfjs_binding.node`);
const binding = at("node_modules/@tensorflow/tfjs-node");
// Our part of the addon; when its content changes, the addon is built again.
const signals = at("lib/tools/setup/signals.cc");
const addonId = () => sha256(readFileSync(signals, "utf8")).slice(0, 16);
const library = process.platform === "darwin" ? (name) => `lib${name}.2.dylib` : (name) => `lib${name}.so.2`;

/**
 * Refuses a machine that cannot run the engine, before anything is downloaded.
 *
 * @throws UserError Saying why.
 */
export function refuseUnsupported() {
  if (process.platform === "win32")
    throw new UserError(
      "Windows is not supported directly: install WSL2 (wsl --install), clone the project inside it and run the " +
        "command there.",
    );
  if (!wheel)
    throw new UserError(
      `Expected Linux (x64, arm64) or macOS (arm64) but found ${process.platform} ${process.arch}: TensorFlow ` +
        `${version} has no build for it.`,
    );
  if (process.platform !== "linux") return;
  process.report.excludeNetwork = true;
  const glibc = process.report.getReport().header.glibcVersionRuntime;
  if (!glibc)
    throw new UserError(
      "Expected a Linux with glibc but found musl (Alpine?): TensorFlow has no build for it. Use Debian, Ubuntu " +
        "or Fedora.",
    );
  const [major, minor] = glibc.split(".").map(Number);
  if (major === 2 && minor < 27)
    throw new UserError(`Expected glibc 2.27 or newer but found ${glibc}: use a Linux from 2018 or later.`);
  if (process.arch === "x64" && existsSync("/proc/cpuinfo") && !/\bavx\b/.test(readFileSync("/proc/cpuinfo", "utf8")))
    throw new UserError(
      "Expected a processor with AVX but /proc/cpuinfo lists none: TensorFlow's build needs it (any PC since " +
        "2013 has it; in a virtual machine, pass the host's CPU through).",
    );
}

/** Which of the engine's libraries are missing or damaged. */
export const engineDamage = (options) => differences(join(engineFolder, "deps/lib"), wheel?.libraries ?? {}, options);

/** Which files built against them are missing or damaged. */
export const addonDamage = (options) => differences(engineFolder, readJson(stampFile)?.files, options);

/** Whether the engine's libraries and headers are there, judged by sizes. */
export const engineFetched = () =>
  existsSync(join(engineFolder, "deps/include")) && engineDamage({ hashes: false }).length === 0;

/** Whether the engine and the addon are there and were checked, judged by sizes. */
export const engineReady = () => {
  const stamp = readJson(stampFile);
  return (
    engineFetched() &&
    stamp?.napi === napiVersion &&
    stamp.addon === addonId() &&
    existsSync(addon) &&
    addonDamage({ hashes: false }).length === 0
  );
};

/** True where node_modules holds the two links into the engine that tfjs-node looks for. */
export const engineLinked = () => linkTarget(join(binding, "deps")) && linkTarget(join(binding, "lib"));

function linkTarget(link) {
  try {
    return (
      lstatSync(link).isSymbolicLink() &&
      readlinkSync(link) === relative(dirname(link), join(engineFolder, link.endsWith("deps") ? "deps" : "lib"))
    );
  } catch {
    return false;
  }
}

/** Downloads the wheel and unpacks what the engine needs. After a kill at any point, the next call starts again. */
export async function fetchEngine() {
  if (engineFetched()) return;
  for (const old of existsSync(at(".engine")) ? readdirSync(at(".engine")) : [])
    if (old.startsWith("part-")) rmSync(at(".engine", old), { recursive: true, force: true });
  const part = at(".engine", `part-${process.pid}`);
  mkdirSync(part, { recursive: true });
  try {
    const pin = join(part, "wheel.txt");
    writeFileSync(pin, `${wheel.package}==${version} --hash=sha256:${wheel.sha256}\n`);
    await run("Downloading TensorFlow", venvPython, [
      ...[
        "-m",
        "pip",
        "download",
        "--quiet",
        "--no-deps",
        "--no-cache-dir",
        "--only-binary=:all:",
        "--disable-pip-version-check",
      ],
      ...[
        "--python-version",
        "3.11",
        "--implementation",
        "cp",
        "--platform",
        wheel.platform,
        "--dest",
        part,
        "--requirement",
        pin,
      ],
    ]);
    const file = readdirSync(part).find((name) => name.endsWith(".whl"));
    await run("Unpacking TensorFlow", venvPython, ["-c", unpack, join(part, file), join(part, "deps")]);
    const lib = join(part, "deps/lib");
    // tfjs-node links against the C library's name; the wheel's C++ library exports the same C interface.
    for (const [from, to] of [
      ["tensorflow_cc", "tensorflow"],
      ["tensorflow_cc", "tensorflow_cc"],
      ["tensorflow_framework", "tensorflow_framework"],
    ])
      for (const alias of [library(to), library(to).replace(/\.2(?=\.dylib)|\.2$/, "")])
        if (!existsSync(join(lib, alias))) symlinkSync(library(from), join(lib, alias));
    rmSync(engineFolder, { recursive: true, force: true });
    mkdirSync(engineFolder, { recursive: true });
    renameSync(join(part, "deps"), join(engineFolder, "deps"));
  } finally {
    rmSync(part, { recursive: true, force: true });
  }
}

// Python's zipfile, because Node has no unzip of its own: the two libraries and four header folders.
const unpack = `
import os, shutil, sys, zipfile
source, target = sys.argv[1:]
include = "tensorflow/include/"
headers = tuple(include + name for name in ("tensorflow/c/", "tensorflow/core/platform/", "tsl/platform/", "xla/tsl/"))
libraries = ("libtensorflow_cc.", "libtensorflow_framework.")
with zipfile.ZipFile(source) as wheel:
    for member in wheel.infolist():
        name = member.filename
        if name.startswith(headers):
            out = os.path.join(target, "include", name[len(include):])
        elif os.path.dirname(name) == "tensorflow" and os.path.basename(name).startswith(libraries):
            out = os.path.join(target, "lib", os.path.basename(name))
        else:
            continue
        if member.is_dir():
            continue
        os.makedirs(os.path.dirname(out), exist_ok=True)
        with wheel.open(member) as stream, open(out, "wb") as copy:
            shutil.copyfileobj(stream, copy, 1 << 22)
    missing = [name for name in ("lib", "include") if not os.path.isdir(os.path.join(target, name))]
    if missing:
        sys.exit(f"the wheel holds no {missing[0]}")
`;

/** Compiles tfjs-node's addon against the engine (N-API: one build serves every Node from 20 on). */
export async function buildAddon(compiler) {
  const sources = join(binding, "binding");
  const temporary = `${addon}.${process.pid}`;
  mkdirSync(dirname(addon), { recursive: true });
  // A killed build may have left its file behind.
  for (const name of readdirSync(dirname(addon)))
    if (/\.node\.\d+$/.test(name)) rmSync(join(dirname(addon), name), { force: true });
  await run("Building the TensorFlow addon", compiler, [
    ...["-shared", "-fPIC", "-O2", "-std=c++17", "-w", `-DNAPI_VERSION=${napiVersion}`, "-o", temporary],
    ...readdirSync(sources)
      .filter((name) => name.endsWith(".cc"))
      .map((name) => join(sources, name)),
    ...[signals, "-pthread"],
    ...[
      `-I${binding}`,
      `-I${at("node_modules/node-api-headers/include")}`,
      `-I${join(engineFolder, "deps/include")}`,
      `-L${join(engineFolder, "deps/lib")}`,
    ],
    ...(process.platform === "darwin"
      ? ["-undefined", "dynamic_lookup", "-Wl,-rpath,@loader_path/../../deps/lib"]
      : ["-Wl,-rpath,$ORIGIN/../../deps/lib"]),
    ...["-ltensorflow", "-ltensorflow_framework"],
  ]);
  renameSync(temporary, addon);
}

/** Puts the engine where tfjs-node looks for it, by two relative links, so that the folder may move. */
export function linkEngine() {
  for (const name of ["deps", "lib"]) {
    const link = join(binding, name);
    rmSync(link, { recursive: true, force: true });
    symlinkSync(relative(dirname(link), join(engineFolder, name)), link);
  }
}

/**
 * Checks the engine: multiplies two matrices in a process of its own.
 *
 * @throws UserError When that fails.
 */
export async function multiplyMatrices() {
  const preload = at("lib/tools/kernel/preload.cjs");
  const out = await run("Checking the TensorFlow engine", process.execPath, ["--require", preload, "-e", multiply]);
  if (out.trim() !== "[19,22,43,50]")
    throw new UserError(
      `The TensorFlow engine multiplied two matrices wrongly: expected [19,22,43,50] but found ${out.trim()}. ` +
        "Delete .engine and run the command again.",
    );
}

/** Checks the engine, then notes that it works and which files were built for it. */
export async function verifyEngine() {
  await multiplyMatrices();
  const files = listFiles(engineFolder, { skip: (name) => name === "deps" || name === "engine.json" });
  const stamp = { tensorflow: version, wheel: wheel.sha256, napi: napiVersion, addon: addonId(), files };
  writeFileSync(stampFile, `${JSON.stringify(stamp)}\n`);
}
const multiply = `const tf = require("@tensorflow/tfjs-node");
const p = tf.matMul(tf.tensor2d([1,2,3,4],[2,2]), tf.tensor2d([5,6,7,8],[2,2]));
if (tf.getBackend() !== "tensorflow") throw new Error("backend " + tf.getBackend());
console.log(JSON.stringify([...p.dataSync()]))`;
