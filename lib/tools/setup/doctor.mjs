// What is installed, in which version, what is missing or damaged and how to get it. Changes nothing but with --repair.

import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join, relative } from "node:path";
import { UserError } from "../../src/base/errors.cjs";
import { browserDamage, findBrowser } from "./browser.mjs";
import {
  addonDamage,
  engineDamage,
  engineFolder,
  engineReady,
  multiplyMatrices,
  refuseUnsupported,
} from "./engine.mjs";
import { npmOption } from "./environment.mjs";
import { libraryDamage } from "./library.mjs";
import { pythonDifferences } from "./manifest.mjs";
import { mnistDamage } from "./mnist.mjs";
import { packageDamage } from "./packages.mjs";
import { at, kernelName, readJson, root, venvPython } from "./paths.mjs";
import { findCompiler, findPython, freeSpace, requireNode } from "./requirements.mjs";
import { setUp, stageStates } from "./setup.mjs";

// How long a program may take to answer, in ms. On a busy machine a slow one is not broken: nothing is installed again.
const patience = 180_000;
const tooSlow = new UserError(
  `did not answer within ${patience / 60_000} minutes: run npm run doctor again when the machine is less busy`,
);
const setUpHint = "npm run handin (or any other command) installs it";

/**
 * `npm run doctor`: prints what is installed and what is missing. `--repair` installs again what is missing or damaged.
 *
 * @returns The exit code: 0 when nothing is missing, else 1.
 * @throws UserError When there is another option, or a repair fails.
 */
export async function doctor(argv = []) {
  const unknown = argv.find((word) => word !== "--repair");
  if (unknown)
    throw new UserError(
      `Expected no option or --repair but found ${unknown}: write npm run doctor, or npm run doctor -- --repair.`,
    );
  const repair = argv.includes("--repair") || npmOption("repair") === "true";
  const rows = await examine();
  if (!repair || rows.every((row) => row.ok)) return print(rows);
  for (const { part, ok, text, undo } of rows) {
    if (ok || !undo) continue;
    console.log(`Repairing: ${part} (${text.split(": npm run")[0]})`);
    undo();
  }
  await setUp();
  return print(await examine());
}

function print(rows) {
  const width = Math.max(...rows.map((row) => row.part.length));
  for (const { part, ok, text } of rows) console.log(`${ok ? "ok     " : "MISSING"}  ${part.padEnd(width)}  ${text}`);
  const missing = rows.filter((row) => !row.ok).length;
  console.log(missing ? `\n${missing} of ${rows.length} parts are missing or damaged.` : "\nEverything is here.");
  return missing ? 1 : 0;
}

async function examine() {
  const stages = stageStates().map(({ title, done }) => ({
    part: title.replace(/ \(a .*/, ""),
    ok: done,
    text: done ? version(title) : `missing or out of date: ${setUpHint}`,
    // Set-up does a stage that is not done, also where there is nothing to remove first.
    undo: done ? undefined : (undoing[title.replace(/ \(.*/, "")] ?? (() => {})),
  }));
  // These look into the files, and try whether they work. Where set-up already knows that a stage must be done again,
  // its list still tells what is damaged and what is merely not there yet.
  const looks = [
    { part: "Node packages", look: packageDamage },
    { part: "Python environment", look: () => pythonDifferences(sitePackages()) },
    { part: "Python environment", look: pythonDamage },
    { part: "TensorFlow engine", look: engineDamage, always: true },
    { part: "TensorFlow addon", look: addonDamage, always: true },
    { part: "TensorFlow addon", look: () => multiplyMatrices().then(() => []), needs: "TensorFlow engine" },
    { part: "Library", look: libraryDamage, always: true },
    { part: "MNIST", look: mnistDamage },
  ];
  const rowOf = (part) => stages.find((stage) => stage.part.startsWith(part));
  for (const { part, look, always, needs = part } of looks) {
    const row = rowOf(part);
    if (!row || !((row.ok && rowOf(needs).ok) || always)) continue;
    let damage;
    try {
      damage = await look();
    } catch (error) {
      if (error === tooSlow) {
        Object.assign(row, { ok: false, text: error.message });
        continue;
      }
      damage = [error.message];
    }
    if (!row.ok) damage = damage.filter((phrase) => !/ is missing$|^there is no list/.test(phrase));
    if (damage.length === 0) continue;
    Object.assign(row, { ok: false, text: damaged(damage), undo: undoing[part] });
  }
  return [
    check("Node", () => {
      requireNode();
      return process.versions.node;
    }),
    check("npm", () =>
      execFileSync("npm", ["--version"], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).trim(),
    ),
    check("Platform", () => {
      refuseUnsupported();
      return `${process.platform} ${process.arch}${glibc()}${vectors()}`;
    }),
    check("Python", () => {
      const { path, version } = findPython();
      return `${version} (${path})`;
    }),
    check("C++ compiler", () => findCompiler().version),
    check("Free disk space", () => {
      const gib = freeSpace() / 2 ** 30;
      if (gib < 0.5) throw new Error(`only ${gib.toFixed(1)} GiB: free some, records and checkpoints need about 0.5`);
      return `${gib.toFixed(1)} GiB`;
    }),
    ...stages,
    browserRow(),
  ];
}

function damaged(phrases) {
  const more = phrases.length > 3 ? ` and ${phrases.length - 3} more` : "";
  return `damaged: ${phrases.slice(0, 3).join("; ")}${more}: npm run doctor -- --repair installs it again`;
}

// Set-up repeats a stage whose stamp, or whose result, is missing.
const remove = (...paths) => {
  for (const path of paths) rmSync(path, { recursive: true, force: true });
};
const undoPackages = () => remove(at("node_modules/.package-lock.json"), at(".engine/packages.json"));
const undoing = {
  "Node packages": undoPackages,
  // Only a new installation can say what the packages' files must be.
  "list of packages": undoPackages,
  "Python environment": () => remove(at(".venv/deepnets.json")),
  "TensorFlow engine": () => remove(engineFolder),
  "TensorFlow addon": () => remove(join(engineFolder, "engine.json"), join(engineFolder, "lib")),
  Library: () => remove(at("lib/dist/build.json")),
  MNIST: () => remove(at("data/mnist/verified.json")),
  "Browser in use": () => remove(at(".engine/browser.json"), at(".engine/browser")),
};

function sitePackages() {
  const lib = at(".venv/lib");
  const folder = readdirSync(lib).find((name) => /^python3\.\d+$/.test(name));
  return join(lib, folder, "site-packages");
}

/** Asks Python itself whether it has every package that is pinned for this machine, and can load what we use. */
function pythonDamage() {
  const ask = spawnSync(venvPython, ["-I", "-c", inspectPackages, at("requirements.txt")], {
    encoding: "utf8",
    timeout: patience,
  });
  if (ask.error?.code === "ETIMEDOUT") throw tooSlow;
  const missing = (ask.stdout ?? "").split("\n").filter(Boolean);
  if (ask.status === 0 || missing.length > 0) return missing;
  return [ask.error?.message ?? ask.stderr.trim().split("\n").at(-1) ?? `exit code ${ask.status}`];
}

const inspectPackages = `
import importlib.metadata as installed, sys
from packaging.requirements import Requirement
for line in open(sys.argv[1], encoding="utf-8"):
    if line[0] in "# ":
        continue
    pin = Requirement(line.rstrip(" \\\\\\n"))
    if pin.marker and not pin.marker.evaluate():
        continue
    try:
        version = installed.version(pin.name)
    except installed.PackageNotFoundError:
        version = None
    if version is None:
        print(f"{pin.name} is missing")
    elif not pin.specifier.contains(version, prereleases=True):
        print(f"{pin.name} has version {version}, not {str(pin.specifier)[2:]}")
import jupyterlab.labapp, nbconvert, nbclient, nbformat, plotly, tensorboard.program, nh3
`;

function browserRow() {
  const row = check("Browser in use", () => {
    const browser = findBrowser();
    if (browser) return browser;
    throw new Error(
      "none: figures get no static pictures and the browser tests cannot run. Install Chromium, Chrome or Edge, or " +
        "name one in DEEPNETS_BROWSER",
    );
  });
  if (!row.ok) return row;
  const carried = row.text.startsWith(at(".engine"));
  const damage = carried ? browserDamage() : [];
  if (damage.length > 0) return { part: row.part, ok: false, text: damaged(damage), undo: undoing[row.part] };
  // Only its version: a whole start may need a display, and takes longer than a doctor may.
  const started = spawnSync(row.text, ["--headless", "--no-sandbox", "--version"], {
    encoding: "utf8",
    timeout: patience,
    stdio: ["ignore", "pipe", "ignore"],
  });
  if (started.error?.code === "ETIMEDOUT") return { part: row.part, ok: false, text: `${row.text} ${tooSlow.message}` };
  if (started.status === 0 && /\d+\.\d+/.test(started.stdout)) return row;
  return {
    part: row.part,
    ok: false,
    text:
      `${row.text} does not start: ` +
      (carried ? "npm run doctor -- --repair brings it again" : "install it again, or name one in DEEPNETS_BROWSER"),
    undo: carried ? undoing[row.part] : undefined,
  };
}

function check(part, look) {
  try {
    return { part, ok: true, text: look() };
  } catch (error) {
    return { part, ok: false, text: error.code === "ENOENT" ? "not found on PATH: install it" : error.message };
  }
}

function version(title) {
  const of = (name) => `${name} ${readJson(at("node_modules", name, "package.json"))?.version}`;
  if (title.startsWith("Node packages"))
    return ["@tensorflow/tfjs-node", "tslab", "danfojs-node", "plotly.js-dist-min", "vitest"].map(of).join(", ");
  if (title.startsWith("Python environment")) {
    const wanted = /^(jupyterlab|nbconvert|nbclient|plotly|tensorboard)==(\S+)/gim;
    const found = [...readFileSync(at("requirements.txt"), "utf8").matchAll(wanted)];
    return `${found.map(([, name, number]) => `${name} ${number}`).join(", ")} (${relative(root, venvPython)})`;
  }
  if (title.startsWith("TensorFlow engine")) return "libtensorflow 2.21.0";
  if (title.startsWith("TensorFlow addon") && engineReady()) return "built and checked";
  if (title.startsWith("Jupyter kernel")) return `${kernelName} (${of("typescript")}, ${of("tslab")})`;
  if (title.startsWith("MNIST")) return "4 files, checksums verified";
  if (title.startsWith("Browser")) return findBrowser() ?? "looked for, none found";
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
