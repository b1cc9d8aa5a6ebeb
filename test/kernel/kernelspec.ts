import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

export const root = resolve(__dirname, "../..");
export const python = join(root, ".venv/bin/python");

const specs: Readonly<Record<string, readonly string[]>> = {
  deepnets: [
    process.execPath,
    "--require",
    join(root, "lib/tools/kernel/preload.cjs"),
    join(root, "lib/dist/tools/kernel/main.js"),
    "{connection_file}",
  ],
  "stock-tslab": [
    process.execPath,
    join(root, "node_modules/tslab/bin/tslab"),
    "kernel",
    "--config-path={connection_file}",
  ],
};

/**
 * A folder in which Jupyter finds our kernel and, to compare with, tslab as it comes; `node` replaces the Node that
 * runs them.
 */
export function jupyterPath({ node }: { readonly node?: string } = {}): { readonly folder: string; remove(): void } {
  const folder = mkdtempSync(join(tmpdir(), "deepnets-jupyter-"));
  for (const [name, argv] of Object.entries(specs)) {
    mkdirSync(join(folder, "kernels", name), { recursive: true });
    const spec = {
      argv: [node ?? argv[0], ...argv.slice(1)],
      display_name: name,
      language: "typescript",
      interrupt_mode: "signal",
    };
    writeFileSync(join(folder, "kernels", name, "kernel.json"), JSON.stringify(spec));
  }
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program of the Jupyter side to its end, with our kernels in reach. */
export function runPython(
  args: readonly string[],
  {
    jupyter,
    cwd = root,
    env = {},
  }: { readonly jupyter: string; readonly cwd?: string; readonly env?: Readonly<Record<string, string>> },
): Promise<Finished> {
  return new Promise((done, failed) => {
    const child = spawn(python, args, {
      cwd,
      env: { ...process.env, JUPYTER_PATH: jupyter, JUPYTER_PREFER_ENV_PATH: "0", PYTHONWARNINGS: "ignore", ...env },
    });
    let [stdout, stderr] = ["", ""];
    child.stdout.on("data", (text) => (stdout += text));
    child.stderr.on("data", (text) => (stderr += text));
    child.on("error", failed);
    child.on("close", (code) => done({ code, stdout, stderr }));
  });
}
