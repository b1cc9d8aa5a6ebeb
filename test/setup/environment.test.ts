import { spawnSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { sentenceOf } from "../../lib/src/base/errors.cjs";
import { cleanEnvironment } from "../../lib/tools/setup/environment.mjs";

const root = resolve(__dirname, "../..");
const command = join(root, "lib/tools/setup/command.mjs");
const run = (args: string[], env: Record<string, string> = {}) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, args, {
    cwd: root,
    encoding: "utf8",
    env: { ...process.env, ...env },
  });
  return { status, stdout, stderr };
};

describe("cleanEnvironment()", () => {
  test("takes out what would change Python, pip or Jupyter, and keeps where packages come from", () => {
    const kept = {
      PATH: "/bin",
      PIP_INDEX_URL: "https://mirror.example/simple",
      PIP_CERT: "/certificates",
      PIP_CONFIG_FILE: "/pip.conf",
      HTTPS_PROXY: "http://proxy.example",
      UV_INDEX_URL: "https://mirror.example/simple",
      DEEPNETS_PYTHON: "python3.12",
      JUPYTER_CONFIG_DIR: "/settings", // where a theme may be
    };
    const clean = cleanEnvironment({
      ...kept,
      PYTHONPATH: "/elsewhere",
      PYTHONHOME: "/elsewhere",
      PYTHONIOENCODING: "ascii",
      PIP_TARGET: "/elsewhere",
      PIP_USER: "1",
      JUPYTER_PATH: "/elsewhere",
      JUPYTER_TOKEN: "",
      IPYTHONDIR: "/elsewhere",
    });
    expect(clean).toEqual({
      ...kept,
      PIP_USER: "0",
      PIP_REQUIRE_VIRTUALENV: "0",
      PYTHONNOUSERSITE: "1",
      PYTHONUTF8: "1",
      JUPYTER_PREFER_ENV_PATH: "1",
    });
  });

  test.each([
    ["--require ./mine.cjs --max-old-space-size=4096 --inspect", "--max-old-space-size=4096"],
    ['--import "./my own.mjs" --dns-result-order ipv4first', "--dns-result-order ipv4first"],
    [
      "--use-openssl-ca -r x-ca --conditions=development --max_old_space_size=900",
      "--use-openssl-ca --max_old_space_size=900",
    ],
    ["--preserve-symlinks --throw-deprecation", undefined],
    ["", undefined],
  ])("of Node's options %j stays %j: memory and the way to the registries", (given, left) => {
    const clean: NodeJS.ProcessEnv = cleanEnvironment({
      NODE_OPTIONS: given,
      NODE_PATH: "/elsewhere",
      NODE_DEBUG: "http",
    });
    expect([clean.NODE_OPTIONS, clean.NODE_PATH, clean.NODE_DEBUG]).toEqual([left, undefined, undefined]);
  });

  test.each(["dry_run", "global", "package_lock_only", "workspaces"])(
    "npm ci installs here whatever npm_config_%s says",
    (name) => {
      const folder = mkdtempSync(join(tmpdir(), "npm-"));
      const dependencies = { one: "file:one" };
      const manifest = { name: "all", version: "1.0.0", dependencies };
      const packages = {
        "": manifest,
        "node_modules/one": { resolved: "one", link: true },
        one: { version: "1.0.0" },
      };
      mkdirSync(join(folder, "one"));
      for (const [file, content] of Object.entries({
        "package.json": manifest,
        "package-lock.json": { ...manifest, lockfileVersion: 3, requires: true, packages },
        "one/package.json": { name: "one", version: "1.0.0" },
      }))
        writeFileSync(join(folder, file), JSON.stringify(content));
      const install =
        `import(${JSON.stringify(join(root, "lib/tools/setup/packages.mjs"))}).then(({ npm }) => { ` +
        'const [program, args, options] = npm("ci"); ' +
        `require("node:child_process").execFileSync(program, args, { ...options, cwd: ${JSON.stringify(folder)} }); })`;
      expect(run(["-e", install], { [`npm_config_${name}`]: "true", npm_execpath: "" })).toMatchObject({ status: 0 });
      expect(existsSync(join(folder, "node_modules/one/package.json"))).toBe(true);
    },
  );

  test("pip in it heeds neither a pip.conf nor variables that install elsewhere or refuse", () => {
    const folder = mkdtempSync(join(tmpdir(), "pip-"));
    writeFileSync(join(folder, "pip.conf"), "[install]\nuser = true\n[global]\nrequire-virtualenv = true\n");
    const python = join(root, ".venv/bin/python");
    const ask = (env: NodeJS.ProcessEnv) =>
      spawnSync(python, ["-m", "pip", "install", "--dry-run", "--quiet", "--no-index", "pip"], {
        encoding: "utf8",
        env,
      });
    const dirty = {
      ...process.env,
      PIP_CONFIG_FILE: join(folder, "pip.conf"),
      PIP_USER: "1",
      PYTHONHOME: "/nowhere",
      PYTHONPATH: "/nowhere",
    };
    expect(ask(dirty).status).not.toBe(0);
    expect(ask(cleanEnvironment(dirty))).toMatchObject({ status: 0 });
  });
});

// As Git for Windows is set by default.
test("a checkout has its line ends whatever Git is told about them", () => {
  const folder = mkdtempSync(join(tmpdir(), "checkout-"));
  const git = (...args: string[]) => spawnSync("git", ["-c", "core.autocrlf=true", ...args], { cwd: folder }).status;
  copyFileSync(join(root, ".gitattributes"), join(folder, ".gitattributes"));
  writeFileSync(join(folder, "cell.ts"), "1;\n2;\n");
  expect([git("init"), git("add", "."), git("checkout-index", "--all", "--prefix=out/")]).toEqual([0, 0, 0]);
  expect(readFileSync(join(folder, "out/cell.ts"), "utf8")).toBe("1;\n2;\n");
});

describe("a command", () => {
  test("runs the same whatever Python is told elsewhere", () => {
    const folder = mkdtempSync(join(tmpdir(), "python-"));
    mkdirSync(join(folder, "nbformat"));
    writeFileSync(join(folder, "nbformat/__init__.py"), "raise ImportError('the nbformat of another Python')\n");
    const foreign = { PYTHONPATH: folder, PYTHONHOME: "/nowhere", PYTHONIOENCODING: "ascii", LC_ALL: "C" };
    const handin = mkdtempSync(join(tmpdir(), "handin-"));
    const ended = run([command, "export"], { ...foreign, DEEPNETS_HANDIN: handin });
    expect(ended).toMatchObject({ status: 0, stderr: "" });
  }, 120_000);

  test("says in one sentence that DEEPNETS_PYTHON names no Python that fits", () => {
    const wrong = "/nowhere/python";
    const find =
      `import(${JSON.stringify(join(root, "lib/tools/setup/requirements.mjs"))}).then((it) => ` +
      "it.findPython()).catch((error) => console.log(error.message))";
    expect(run(["-e", find], { DEEPNETS_PYTHON: wrong }).stdout).toBe(
      `Expected DEEPNETS_PYTHON to name a Python from 3.11 on but found no Python at ${wrong}: correct it or ` +
        "unset it.\n",
    );
  });

  test.each(["/nowhere/chromium", tmpdir()])(
    "says in one sentence that DEEPNETS_BROWSER names no program: %s",
    (wrong) => {
      expect(run([command, "setup"], { DEEPNETS_BROWSER: wrong })).toEqual({
        status: 1,
        stdout: "",
        stderr:
          `Expected DEEPNETS_BROWSER to name a Chromium-family browser but found no program at ${wrong}: correct it ` +
          "or unset it.\n",
      });
    },
  );

  test("says in one sentence that there is no temporary folder", () => {
    const gone = "/nowhere/at all";
    expect(run([command, "reset", "--help"], { TMPDIR: gone })).toEqual({
      status: 1,
      stdout: "",
      stderr:
        `Expected TMPDIR to name a folder for temporary files but ${gone} does not exist: correct TMPDIR or unset ` +
        "it.\n",
    });
  });
});

describe("an error of the system", () => {
  const start = join(root, "lib/tools/setup/start.cjs");
  /** Runs a command whose main() is the given code. */
  const told = (code: string) => {
    const file = join(mkdtempSync(join(tmpdir(), "command-")), "command.cjs");
    writeFileSync(file, `exports.main = async () => { ${code} };`);
    return run([start, file, "check"]);
  };

  test.each([
    [
      "EROFS",
      'Object.assign(new Error("x"), { code: "EROFS", path: "/p" })',
      /^Expected to be allowed to open but was not \(EROFS, \/p\)/,
    ],
    [
      "a read-only file system, as mkdir tells it",
      'Object.assign(new Error("x"), { code: "ENOENT", syscall: "mkdir", path: "/p" })',
      /^Expected to be allowed to open but was not \(EROFS, \/p\)/,
    ],
    ["EMFILE", 'Object.assign(new Error("x"), { code: "EMFILE" })', /ulimit -n 1024/],
    [
      "ENOMEM",
      'Object.assign(new Error("x"), { code: "ENOMEM", syscall: "spawn" })',
      /^Expected memory and a free process .*spawn.*ulimit -v/,
    ],
    [
      "ENOSPC",
      'Object.assign(new Error("x"), { code: "ENOSPC", path: "/p" })',
      /^Expected room on the disk but it is full \(\/p\): free some/,
    ],
    [
      "a full disk under a copy",
      'Object.assign(new Error("x"), { code: "ENOSPC", syscall: "copyfile", path: "/from", dest: "/to" })',
      /^Expected room on the disk but it is full \(\/to\): free some/,
    ],
    [
      "a limit on the size of files",
      'Object.assign(new Error("x"), { code: "EFBIG", path: "/p" })',
      /^Expected to write a larger file but this process may not \(EFBIG, \/p\): raise the limit \(ulimit -f/,
    ],
    [
      "a drive that fails",
      'Object.assign(new Error("x"), { code: "EIO", path: "/p" })',
      /^Expected the disk or network drive to answer .*\(EIO, \/p\): look at the drive/,
    ],
    [
      "links in a circle",
      'Object.assign(new Error("x"), { code: "ELOOP", path: "/p" })',
      /^Expected a path that the system can follow .*\(ELOOP, \/p\): shorten or mend it/,
    ],
    [
      "memory",
      'new RangeError("Array buffer allocation failed")',
      /^Expected memory .*Array buffer allocation failed.*ulimit -v/,
    ],
  ])("%s is one sentence, thrown or nobody's", (_, error, message) => {
    for (const code of [
      `throw ${error}`,
      `setTimeout(() => { throw ${error} }); await new Promise(() => setInterval(() => {}, 1000))`,
    ]) {
      const { status, stderr } = told(code);
      expect([status, stderr.trim().split("\n")]).toEqual([1, [expect.stringMatching(message)]]);
    }
  });

  test("too few files even to load the command is one sentence", () => {
    const ended = spawnSync("sh", ["-c", `ulimit -n 24; exec "${process.execPath}" "${command}" check --help`], {
      encoding: "utf8",
    });
    expect(ended).toMatchObject({ status: 1, stdout: "" });
    expect(ended.stderr).toMatch(/^Expected to open one more file .*ulimit -n 1024.*\n$/);
  });

  test("another fault keeps its stack", () => {
    expect(sentenceOf(new TypeError("x is not a function"))).toBeUndefined();
    expect(told('throw new TypeError("x is not a function")').stderr).toMatch(/^TypeError: x is not a function\n +at /);
  });

  test.skipIf(!existsSync("/dev/full"))("output that a full disk lost is said, and the exit code tells", () => {
    const ended = spawnSync("sh", ["-c", `"${process.execPath}" "${command}" reset --help > /dev/full`], {
      encoding: "utf8",
    });
    expect(ended.stderr).toMatch(/^Expected room on the disk but it is full \(where the output goes\): free some/);
    expect(ended.status).toBe(1);
  });

  test("a full JavaScript memory is one sentence in place of V8's report", () => {
    // The check needs about 30 MB.
    const starved = { NODE_OPTIONS: "--max-old-space-size=16" };
    const { status, stderr } = run([command, "check"], starved);
    expect([status, stderr.trim().split("\n")]).toEqual([
      1,
      [expect.stringMatching(/^Expected more JavaScript memory .*NODE_OPTIONS=--max-old-space-size=4096/)],
    ]);
  });

  test("output that nobody reads any more ends no command with a stack", () => {
    const file = join(mkdtempSync(join(tmpdir(), "command-")), "command.cjs");
    writeFileSync(
      file,
      'exports.main = async () => { for (let i = 0; i < 1e5; i++) console.log("line " + i); return 0; };',
    );
    const ended = spawnSync("sh", ["-c", `"${process.execPath}" "${start}" "${file}" check | head -1`], {
      encoding: "utf8",
    });
    expect([ended.stdout, ended.stderr]).toEqual(["line 0\n", ""]);
  });
});
