import { execFile } from "node:child_process";
import { mkdirSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { promisify } from "node:util";
import { rolldown } from "rolldown";
import { beforeAll, describe, expect, test } from "vitest";

// tfjs-core ships its own specs (in dist/, without the runner). They are bundled with one copy of tfjs, whose core is
// the specs' own, run by jasmine, and must all pass on our engine with our kernels.

const root = resolve(__dirname, "../..");
const modules = join(root, "node_modules");
const bundle = join(modules, ".cache/deepnets/core-specs.cjs");

beforeAll(async () => {
  mkdirSync(dirname(bundle), { recursive: true });
  const build = await rolldown({
    input: join(__dirname, "core-specs.entry.ts"),
    platform: "node",
    external: (id) => !/^[./]|^@tensorflow\//.test(id),
    resolve: {
      alias: {
        "@tensorflow/tfjs-core$": join(modules, "@tensorflow/tfjs-core/dist/index.js"),
        "@tensorflow/tfjs$": join(modules, "@tensorflow/tfjs/dist/index.js"),
      },
    },
    plugins: [
      {
        // tfjs-node looks for its addon beside its own file, and its backend, compiled to ES5, extends a class that
        // here is a native one.
        name: "tfjs-node in a bundle",
        transform: (code, id) =>
          id.includes("tfjs-node/dist")
            ? code
                .replaceAll("__dirname", JSON.stringify(dirname(id)))
                .replace("_super.call(this) || this", "Reflect.construct(_super, [], NodeJSKernelBackend)")
            : null,
      },
    ],
    // The package says that its specs have no side effects.
    treeshake: false,
    logLevel: "silent",
  });
  await build.write({ file: bundle, format: "cjs" });
  await build.close();
});

describe.each(["1", "0"])("tfjs-core's specs with TF_ENABLE_ONEDNN_OPTS=%s", (oneDnn) => {
  test("pass: 3,883, of which tfjs itself switched 5 off", { timeout: 1_800_000 }, async () => {
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ["--require", join(root, "lib/tools/kernel/preload.cjs"), join(__dirname, "core-specs.cjs"), bundle],
      { cwd: root, maxBuffer: 2 ** 28, env: { ...process.env, TF_ENABLE_ONEDNN_OPTS: oneDnn } },
    );
    const result = JSON.parse(/^RESULT (.*)$/m.exec(stdout)![1]!) as {
      passed: number;
      failed: number;
      pending: number;
      failures: string[];
    };
    expect(result).toEqual({ passed: 3878, pending: 5, failed: 0, failures: [] });
  });
});
