import { mkdirSync, readFileSync, rmdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Damage, damageFile, missingLines, placesOf } from "./damage";
import { copyProject, hasBrowser, hasCarriedBrowser, runCommand } from "./project-copy";

let folder: string;
let remove: () => void;
beforeAll(() => {
  ({ folder, remove } = copyProject());
  expect(run("setup")).toMatchObject({ code: 0, stderr: "" });
}, 300_000);
afterAll(() => remove());

const run = (...args: string[]) => runCommand(folder, args, { env: { DEEPNETS_BROWSER: "" } });

const places = placesOf(() => folder);

/** What is broken at once: in which file, how, and what the doctor's line says. */
type Broken = Readonly<Record<string, readonly [file: () => string, how: Damage, line: RegExp]>>;

// Where this machine has no browser, the doctor says so, and nothing else.
const lacking = hasBrowser ? [] : [expect.stringMatching(/Browser in use +none/)];

describe("npm run doctor names what is broken", () => {
  test("and says that everything is here when it is, also where its log cannot be written", () => {
    const log = join(folder, ".engine/setup.log");
    rmSync(log, { force: true });
    mkdirSync(log);
    const ended = run("doctor");
    rmdirSync(log);
    expect([missingLines(ended), ended.code]).toEqual([lacking, lacking.length]);
    expect(ended.stdout.includes("Everything is here.")).toBe(lacking.length === 0);
  });

  const { tensorflow, addon, engineStamp, python } = places;
  const browser = (name: string) => () => join(".engine/browser", name);
  const brokenBrowser =
    /Browser in use +damaged: chromium has \d+ bytes, not \d+; libGLESv2\.so is missing: .*--repair/;
  test.each<Broken>([
    {
      "a compiled file": [() => "lib/dist/src/training/parameters.js", "gone", /Library/],
      "a file of a Node package": [
        () => "node_modules/temml/dist/temml.cjs",
        "gone",
        /Node packages.*temml\.cjs is missing/,
      ],
      "a Python module": [
        () => python("nbconvert/exporters/html.py"),
        "gone",
        /Python environment.*html\.py is missing/,
      ],
      // One that an older set-up installed.
      "the engine's stamp": [engineStamp, "without list", /TensorFlow addon +missing or out of date/],
      TensorFlow: [tensorflow, "half", /TensorFlow engine +damaged: libtensorflow_framework\.so\.2 has \d+ bytes/],
    },
    {
      "a compiled file": [
        () => "lib/dist/tools/handin/check.js",
        "half",
        /Library +damaged: .*check\.js has \d+ bytes/,
      ],
      "a file of a Node package": [
        () => "node_modules/tslab/dist/converter.js",
        "half",
        /Node packages.*converter\.js has/,
      ],
      "a Python module": [() => python("nbclient/client.py"), "empty", /Python environment.*client\.py has 0 bytes/],
      TensorFlow: [tensorflow, "empty", /TensorFlow engine +damaged: libtensorflow_framework\.so\.2 has 0 bytes/],
    },
    {
      TensorFlow: [tensorflow, "other", /TensorFlow engine.*other content/],
      "an MNIST file": [() => "data/mnist/t10k-labels-idx1-ubyte", "half", /MNIST/],
      "what drives the browser": [
        () => "node_modules/playwright-core/lib/coreBundle.js",
        "half",
        /Node packages.*coreBundle\.js has/,
      ],
      "what says that a Python package is there": [
        () => python(/^nbformat-.*\.dist-info$/),
        "gone",
        /Python environment.*nbformat is missing/,
      ],
    },
    {
      "the addon": [addon, "half", /TensorFlow addon +damaged: .*tfjs_binding\.node has \d+ bytes/],
      "a program of a Python package": [
        () => ".venv/bin/jupyter-lab",
        "gone",
        /Python environment.*bin\/jupyter-lab is missing/,
      ],
      "the list of packages": [() => ".engine/packages.json", "without list", /list of packages/],
      "the kernel's description": [() => ".venv/share/jupyter/kernels/deepnets/kernel.json", "other", /Jupyter kernel/],
      ...(hasCarriedBrowser && {
        "the browser that set-up brought": [browser("chromium"), "half", brokenBrowser],
        "a library of that browser": [browser("libGLESv2.so"), "gone", brokenBrowser],
      }),
    },
  ])("broken at once, each with its line (%#)", (broken) => {
    const mend = Object.values(broken).map(([file, how]) => damageFile(join(folder, file()), how));
    try {
      const ended = run("doctor");
      for (const [, , line] of Object.values(broken))
        expect(missingLines(ended)).toContainEqual(expect.stringMatching(new RegExp(`^MISSING +${line.source}`)));
      expect(ended.code).toBe(1);
    } finally {
      for (const one of mend) one();
    }
  });

  // Nothing else may be named then.
  test.skipIf(!hasCarriedBrowser)("a browser that set-up brought and that is gone, and nothing else", () => {
    const mend = damageFile(join(folder, browser("chromium")()), "gone");
    const gone = run("doctor");
    mend();
    expect(missingLines(gone)).toEqual([
      expect.stringMatching(/^MISSING +Browser +missing or out of date/),
      expect.stringMatching(/^MISSING +Browser in use +none: /),
    ]);
    expect(gone.code).toBe(1);
  });
});

test("npm run doctor -- --repair makes it right", () => {
  // What takes seconds; the library, packages, engine and browser are the long test's (repair.long.test.ts).
  const kernel = join(folder, ".venv/share/jupyter/kernels/deepnets/kernel.json");
  const before = readFileSync(kernel, "utf8");
  damageFile(kernel, "other");
  damageFile(join(folder, "data/mnist/t10k-labels-idx1-ubyte"), "half");
  const ended = run("doctor", "--repair");
  expect(ended).toMatchObject({ code: lacking.length, stderr: "" });
  expect(missingLines(ended)).toEqual(lacking);
  expect(ended.stdout.includes("Everything is here.")).toBe(lacking.length === 0);
  expect(readFileSync(kernel, "utf8")).toBe(before);
  expect(run("doctor", "--repai").stderr).toContain(
    "Expected no option or --repair but found --repai: write npm run doctor",
  );
}, 300_000);
