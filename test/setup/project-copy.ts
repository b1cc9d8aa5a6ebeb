import { execFileSync, spawn, spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "vitest";
import { isAlive } from "../../lib/src/base/lock";

export const root = resolve(__dirname, "../..");

/**
 * A second, set-up project in a folder with blanks, an umlaut, quotes, brackets and signs of the shell in its name. What set-up never writes into
 * is hard-linked (seconds instead of minutes, no disk); everything it may write is a copy of its own.
 */
export function copyProject(): { readonly folder: string; readonly remove: () => void } {
  // Beside the project: hard links do not cross file systems.
  const beside = existsSync(join(root, ".engine")) ? join(root, ".engine") : tmpdir();
  // What tests that were killed have left there.
  for (const name of readdirSync(beside)) {
    const [, pid] = /^copy-(\d+)-/.exec(name) ?? [];
    if (pid !== undefined && !isAlive({ pid: Number(pid) }))
      rmSync(join(beside, name), { recursive: true, force: true });
  }
  const parent = mkdtempSync(join(beside, `copy-${process.pid}-`));
  const folder = join(parent, `Übung 6's "final" (100 % $HOME)`);
  mkdirSync(folder);
  const files = execFileSync("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"], {
    cwd: root,
    encoding: "utf8",
  }).split("\0");
  for (const file of files) {
    if (!file || file.startsWith("data/runs/") || !existsSync(join(root, file))) continue;
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    cpSync(join(root, file), join(folder, file));
  }
  const link = (path: string) => execFileSync("cp", ["-al", join(root, path), join(folder, dirname(path))]);
  link("node_modules");
  cpSync(join(root, ".venv"), join(folder, ".venv"), {
    recursive: true,
    verbatimSymlinks: true,
    filter: (path) => !path.startsWith(join(root, ".venv/lib")),
  });
  link(".venv/lib");
  mkdirSync(join(folder, ".engine"));
  for (const entry of [...engineFolders(), "browser"])
    if (existsSync(join(root, ".engine", entry))) link(`.engine/${entry}`);
  for (const entry of [
    `.engine/${engineFolders()[0]}/engine.json`,
    `.engine/${engineFolders()[0]}/lib`,
    ".engine/browser.json",
    "lib/dist",
    "data/mnist",
  ]) {
    rmSync(join(folder, entry), { recursive: true, force: true });
    cpSync(join(root, entry), join(folder, entry), { recursive: true, preserveTimestamps: true });
  }
  return { folder, remove: () => rmSync(parent, { recursive: true, force: true }) };
}

/** Names of the folders in `.engine` that hold an unpacked engine. */
export function engineFolders(of = root): string[] {
  const out = execFileSync("ls", [join(of, ".engine")], { encoding: "utf8" });
  return out.split("\n").filter((name) => /^[0-9a-f]{16}$/.test(name));
}

const browserNote = readFileSync(join(root, ".engine/browser.json"), "utf8");
/** Whether set-up brought the browser, since none is installed. */
export const hasCarriedBrowser = /"path":"\.engine\//.test(browserNote);
/** Whether there is any browser, installed or brought. */
export const hasBrowser = !/"path":null/.test(browserNote);

/** How a command ended, and what it printed. */
export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command of a copy to its end. */
export function runCommand(
  folder: string,
  args: readonly string[],
  { env = {}, node = process.execPath }: { readonly env?: Record<string, string>; readonly node?: string } = {},
): Ended {
  const { status, stdout, stderr } = spawnSync(node, [join(folder, "lib/tools/setup/command.mjs"), ...args], {
    encoding: "utf8",
    env: { ...process.env, npm_execpath: "", ...env },
  });
  return { code: status, stdout, stderr };
}

/** What set-up has noted in the log of a copy. */
export const logOf = (folder: string): string =>
  existsSync(join(folder, ".engine/setup.log")) ? readFileSync(join(folder, ".engine/setup.log"), "utf8") : "";

/**
 * Starts set-up in a copy, kills it with SIGKILL as soon as `when` holds, its children too unless `only` it is meant,
 * and waits for the end.
 */
export async function killSetUp(folder: string, when: () => boolean, { only = false } = {}): Promise<void> {
  const child = spawn(process.execPath, [join(folder, "lib/tools/setup/command.mjs"), "setup"], {
    detached: true,
    env: { ...process.env, MARK: folder },
    stdio: "ignore",
  });
  const ended = new Promise((done) => child.on("exit", done));
  for (let i = 0; i < 3000 && !when() && child.exitCode === null; i++) await sleep(10);
  expect(child.exitCode, "set-up ended before it could be killed").toBeNull();
  process.kill(only ? child.pid! : -child.pid!, "SIGKILL");
  await ended;
}
