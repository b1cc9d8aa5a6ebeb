import { spawnSync } from "node:child_process";
import { copyFileSync, existsSync, readFileSync, realpathSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { copyProject, engineFolders, runCommand } from "./project-copy";

let folder: string;
let remove: () => void;
beforeAll(() => {
  ({ folder, remove } = copyProject());
  // The copy's own lists of files.
  rmSync(join(folder, ".engine", engineFolders(folder)[0]!, "engine.json"), { force: true });
  rmSync(join(folder, "lib/dist/build.json"), { force: true });
  expect(run("setup")).toMatchObject({ code: 0, stderr: "" });
}, 300_000);
afterAll(() => remove());

const run = (...args: string[]) => runCommand(folder, args, { env: { DEEPNETS_BROWSER: "" } });

let taken = 0;

/** Takes the file away (it may be a hard link into the real project: never written into) and puts `bytes` there. */
function damage(file: string, how: "gone" | "half" | "empty" | "other"): () => void {
  const path = realpathSync(join(folder, file));
  const whole = readFileSync(path);
  const away = join(folder, ".engine", `away-${taken++}`);
  renameSync(path, away);
  if (how === "half") writeFileSync(path, whole.subarray(0, whole.length >> 1));
  if (how === "empty") writeFileSync(path, "");
  if (how === "other") writeFileSync(path, Buffer.from(whole).fill(0x61, whole.length >> 1));
  return () => {
    rmSync(path, { force: true });
    copyFileSync(away, path);
    rmSync(away);
  };
}

const engine = (): string => join(".engine", engineFolders(folder)[0]!);
const packages = (): string =>
  `.venv/lib/${/python3\.\d+/.exec(spawnSync("ls", [join(folder, ".venv/lib")], { encoding: "utf8" }).stdout)![0]}/site-packages`;

type How = "gone" | "half" | "empty" | "other";

/** What is broken at once: in which file, how, and what the doctor's line says. */
type Broken = Readonly<Record<string, readonly [file: () => string, how: How, line: RegExp]>>;

describe("npm run doctor names what is broken", () => {
  test("and says that everything is here when it is", () => {
    const ended = run("doctor");
    expect([ended.stdout.split("\n").filter((line) => line.startsWith("MISSING")), ended.code]).toEqual([[], 0]);
    expect(ended.stdout).toContain("Everything is here.");
  });

  const tensorflow = () => `${engine()}/deps/lib/libtensorflow_framework.so.2`;
  test.each<Broken>([
    {
      "a compiled file": [() => "lib/dist/src/training/parameters.js", "gone", /Library/],
      "a file of a Node package": [
        () => "node_modules/temml/dist/temml.cjs",
        "gone",
        /Node packages.*temml\.cjs is missing/,
      ],
      "a Python module": [
        () => `${packages()}/nbconvert/exporters/html.py`,
        "gone",
        /Python environment.*html\.py is missing/,
      ],
      TensorFlow: [tensorflow, "half", /TensorFlow engine/],
    },
    {
      "a compiled file": [() => "lib/dist/tools/handin/check.js", "half", /Library/],
      "a file of a Node package": [
        () => "node_modules/tslab/dist/converter.js",
        "half",
        /Node packages.*converter\.js has/,
      ],
      "a Python module": [
        () => `${packages()}/nbclient/client.py`,
        "empty",
        /Python environment.*client\.py has 0 bytes/,
      ],
      TensorFlow: [tensorflow, "empty", /TensorFlow engine/],
    },
    {
      TensorFlow: [tensorflow, "other", /TensorFlow engine.*other content/],
      "an MNIST file": [() => "data/mnist/t10k-labels-idx1-ubyte", "half", /MNIST/],
    },
    {
      "the addon": [() => `${engine()}/lib/napi-v8/tfjs_binding.node`, "half", /TensorFlow addon/],
      "the kernel's description": [() => ".venv/share/jupyter/kernels/deepnets/kernel.json", "other", /Jupyter kernel/],
    },
  ])("broken at once, each with its line (%#)", (broken) => {
    const mend = Object.values(broken).map(([file, how]) => damage(file(), how));
    try {
      const { code, stdout } = run("doctor");
      const missing = stdout.split("\n").filter((line) => line.startsWith("MISSING"));
      for (const [, , line] of Object.values(broken))
        expect(missing).toContainEqual(expect.stringMatching(new RegExp(`^MISSING +${line.source}`)));
      expect(code).toBe(1);
    } finally {
      for (const one of mend) one();
    }
  });
});

test("npm run doctor -- --repair makes it right", () => {
  damage("lib/dist/src/index.js", "gone");
  damage("data/mnist/t10k-labels-idx1-ubyte", "half");
  const ended = run("doctor", "--repair");
  expect(ended).toMatchObject({ code: 0, stderr: "" });
  expect(ended.stdout).toContain("Everything is here.");
  expect(existsSync(join(folder, "lib/dist/src/index.js"))).toBe(true);
  expect(run("doctor", "--repai").stderr).toContain("Expected npm run doctor, with -- --repair or nothing");
}, 300_000);
