import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { processesOf } from "../lab/processes";
import { copyProject, engineFolders, killSetUp, logOf, runCommand } from "./project-copy";

// The compilers take their time.

let folder: string;
let remove: () => void;
beforeAll(() => {
  ({ folder, remove } = copyProject());
  expect(runCommand(folder, ["setup"])).toMatchObject({ code: 0, stderr: "" });
});
afterAll(() => remove());

// Processes are looked for in /proc.
const linux = process.platform === "linux";

/** What set-up's programs are still at work in the copy. */
const leftRunning = () => (linux ? processesOf(folder) : []);

test("set-up that was killed while compiling the addon: the next one compiles it, checks it and downloads nothing", async () => {
  const stampFile = join(folder, ".engine", engineFolders(folder)[0]!, "engine.json");
  const stamp = JSON.parse(readFileSync(stampFile, "utf8"));
  // One of another version of our part of it is compiled anew.
  writeFileSync(stampFile, JSON.stringify({ ...stamp, addon: "0123456789abcdef" }));
  const before = logOf(folder).length;
  const compiles = () => !linux || leftRunning().some(({ command }) => /cc1plus|c\+\+|g\+\+/.test(command));
  await killSetUp(folder, () => logOf(folder).slice(before).includes("Building the TensorFlow addon") && compiles(), {
    only: linux,
  });
  // The compiler goes on alone, and the next set-up ends it.
  expect(leftRunning().length > 0).toBe(linux);
  // What its programs had put aside goes with the next one.
  const aside = join(folder, ".engine/tmp");
  expect(existsSync(aside)).toBe(true);
  // So is one whose files nobody noted, as an older set-up left it.
  writeFileSync(stampFile, JSON.stringify({ ...stamp, files: undefined }));
  const ended = runCommand(folder, ["setup"]);
  expect(ended).toMatchObject({ code: 0, stderr: "" });
  expect(ended.stdout).toContain("TensorFlow addon");
  expect(ended.stdout).not.toContain("download");
  expect(logOf(folder).slice(before)).not.toContain("Downloading");
  expect(existsSync(aside)).toBe(false);
  expect(leftRunning()).toEqual([]);
  const { files, ...rest } = JSON.parse(readFileSync(stampFile, "utf8"));
  expect({ ...rest, files: stamp.files }).toEqual(stamp);
  expect(Object.keys(files)).toContain("lib/napi-v8/tfjs_binding.node");
});

test("set-up that was killed while building the library: the next one builds it whole", async () => {
  rmSync(join(folder, "lib/dist"), { recursive: true });
  await killSetUp(
    folder,
    () =>
      readdirSync(join(folder, "lib")).some((name) => name.startsWith("dist-")) ||
      logOf(folder).trimEnd().endsWith("--pretty false"),
  );
  expect(existsSync(join(folder, "lib/dist/build.json"))).toBe(false);
  expect(runCommand(folder, ["setup"])).toMatchObject({ code: 0, stderr: "" });
  expect(existsSync(join(folder, "lib/dist/src/index.js"))).toBe(true);
});
