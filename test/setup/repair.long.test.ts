import { lstatSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { sha256 } from "../../lib/src/base/sha256";
import { type Damage, damageFile, missingLines, placesOf } from "./damage";
import { copyProject, hasCarriedBrowser, runCommand } from "./project-copy";

// Each repair fetches what it repairs from the registries: npm ci, a new Python environment, the engine's 274 MB.

let folder: string;
let remove: () => void;
beforeAll(() => {
  ({ folder, remove } = copyProject());
  expect(run("setup")).toMatchObject({ code: 0, stderr: "" });
});
afterAll(() => remove());

const run = (...args: string[]) => runCommand(folder, args, { env: { DEEPNETS_BROWSER: "" } });
const { tensorflow, addon, engineStamp, python } = placesOf(() => folder);

/** The broken file, how it is broken, the doctor's line. */
type Broken = readonly [file: () => string, how: Damage, line: RegExp];

test.each<readonly [string, readonly Broken[]]>([
  [
    "Node packages",
    [
      [() => "node_modules/temml/dist/temml.cjs", "gone", /Node packages/],
      [() => "node_modules/playwright-core/package.json", "half", /Node packages/],
    ],
  ],
  [
    "the Python environment",
    [
      [() => python("nbconvert/exporters/html.py"), "gone", /Python environment/],
      [() => python(/^nbformat-.*\.dist-info$/), "gone", /Python environment/],
    ],
  ],
  ["the engine", [[tensorflow, "half", /TensorFlow engine/]]],
  [
    "an engine that an older set-up installed",
    [
      [tensorflow, "half", /TensorFlow engine +damaged: libtensorflow_framework/],
      [engineStamp, "without list", /TensorFlow addon/],
    ],
  ],
  ["the addon", [[addon, "half", /TensorFlow addon/]]],
  ["the library", [[() => "lib/dist/src/index.js", "gone", /Library/]]],
  ["what set-up noted of the packages", [[() => ".engine/packages.json", "half", /list of packages/]]],
  ...(hasCarriedBrowser
    ? ([
        ["the browser, gone", [[() => ".engine/browser/chromium", "gone", /Browser +missing/]]],
        ["the browser, halved", [[() => ".engine/browser/chromium", "half", /Browser in use/]]],
      ] as const)
    : []),
])("npm run doctor -- --repair makes it right: %s", (_, broken) => {
  const before = broken.map(([file]) => join(folder, file())).map((path) => ({ path, hash: hashOf(path) }));
  for (const [file, how] of broken) damageFile(join(folder, file()), how);
  const named = run("doctor");
  expect(named.code).toBe(1);
  for (const [, , line] of broken)
    expect(missingLines(named)).toContainEqual(expect.stringMatching(new RegExp(`^MISSING +${line.source}`)));

  const repaired = run("doctor", "--repair");
  expect(repaired).toMatchObject({ code: 0, stderr: "" });
  expect(repaired.stdout).toMatch(/^Repairing: /m);
  const after = run("doctor");
  expect([missingLines(after), after.code]).toEqual([[], 0]);
  for (const { path, hash } of before) expect([path, hashOf(path)]).toEqual([path, hash]);
});

const hashOf = (path: string) => (lstatSync(path).isDirectory() ? "a folder" : sha256(readFileSync(path)));
