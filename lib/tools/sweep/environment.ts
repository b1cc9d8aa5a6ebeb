import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statfsSync, symlinkSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { UserError } from "../../src/base/errors.cjs";
import { isAlive } from "../../src/base/lock";
import { sha256 } from "../../src/base/sha256";
import { root, tool } from "./places";

/** Disk space for an installed Snakemake, and for unpacking it, in GiB. */
const space = 0.6;

/**
 * The Python that has Snakemake, in an environment of its own under `.engine/`, made at the first sweep and again when
 * its pinned requirements change. It is made under another name and renamed when whole. Only its `bin/python` is ever
 * called, so that it may move with the folder.
 *
 * @throws UserError When the project has no Python environment, the disk has no room, or the installation fails.
 */
export async function sweepPython(
  base = join(root, ".venv/bin/python"),
  engine = join(root, ".engine"),
): Promise<string> {
  const requirements = tool("requirements.txt");
  const hash = sha256(readFileSync(requirements)).slice(0, 12);
  const folder = join(engine, `sweep-${hash}`);
  const python = join(folder, "bin/python");
  if (existsSync(python)) return python;
  if (!existsSync(base))
    throw new UserError(
      `Expected the Python environment of the project but found none at ${base}: run \`npm run doctor\`.`,
    );
  mkdirSync(engine, { recursive: true });
  const { bavail, bsize } = statfsSync(engine);
  const free = (bavail * bsize) / 2 ** 30;
  if (free < space)
    throw new UserError(
      `Expected ${space} GiB of free disk space for Snakemake but found ${free.toFixed(1)} GiB in ${engine}: ` +
        "free some and sweep again.",
    );
  await clearOthers(engine);
  if (existsSync(python)) return python;
  const making = join(engine, `sweep-making-${process.pid}`);
  console.log("Installing Snakemake, once");
  try {
    await run(base, ["-m", "venv", making]);
    await install(requirements, making, join(dirname(base), "uv"));
    renameSync(making, folder);
  } catch (error) {
    if (!existsSync(python)) throw error; // else another sweep was faster
  } finally {
    rmSync(making, { recursive: true, force: true });
  }
  for (const name of readdirSync(engine))
    if (/^sweep-[0-9a-f]{12}$/.test(name) && name !== `sweep-${hash}`)
      rmSync(join(engine, name), { recursive: true, force: true });
  return python;
}

/**
 * The same Python under a path that a shell reads as one word. Snakemake writes its interpreter into a cluster job's
 * script without quotes, so a blank or a bracket in the project's path would break every job. For such a path there is
 * a link in the home folder, which the nodes of a cluster share.
 *
 * @throws UserError When the home folder's path has such a character too.
 */
export function plainName(python: string, home = homedir()): string {
  const plain = /^[\w./+@%-]+$/;
  if (plain.test(python)) return python;
  const environment = dirname(dirname(python));
  const link = join(home, ".cache/deepnets", sha256(environment).slice(0, 12));
  if (!plain.test(link))
    throw new UserError(
      `Expected a path without blanks for the jobs of a cluster but found ${python} and ${home}: move the ` +
        "project to a folder without blanks and brackets.",
    );
  mkdirSync(dirname(link), { recursive: true });
  const part = `${link}.${process.pid}`;
  rmSync(part, { force: true });
  symlinkSync(environment, part);
  renameSync(part, link);
  return join(link, "bin/python");
}

/** Removes what a killed installation left behind, and waits for one that is at work. */
async function clearOthers(engine: string): Promise<void> {
  for (const name of readdirSync(engine)) {
    const [, maker] = /^sweep-making-(\d+)$/.exec(name) ?? [];
    if (maker === undefined || Number(maker) === process.pid) continue;
    while (existsSync(join(engine, name)) && isAlive({ pid: Number(maker) })) await sleep(500);
    rmSync(join(engine, name), { recursive: true, force: true });
  }
}

/** Installs by uv, from set-up, in a fifth of pip's time; as in set-up, pip's failure is the one to report. */
async function install(requirements: string, environment: string, uv: string): Promise<void> {
  const python = join(environment, "bin/python");
  const quiet = ["install", "--quiet", "--requirement", requirements];
  try {
    // Copies, so that a file damaged here does not damage the user's cache.
    await run(uv, ["pip", ...quiet, "--link-mode", "copy", "--python", python]);
  } catch {
    await run(python, ["-m", "pip", ...quiet, "--disable-pip-version-check"]);
  }
}

function run(program: string, args: readonly string[]): Promise<void> {
  return new Promise((done, fail) => {
    const child = spawn(program, args, { stdio: ["ignore", "ignore", "pipe"] });
    const end = () => child.kill();
    process.once("exit", end);
    let said = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => (said += text));
    child.on("error", fail);
    child.on("close", (code) => {
      process.off("exit", end);
      if (code === 0) return done();
      const lines = said.split("\n").filter((line) => line.trim() !== "");
      const last = lines.filter((line) => /error/i.test(line)).at(-1) ?? lines.at(-1) ?? `exit code ${code}`;
      fail(
        new UserError(
          `Expected to install Snakemake but it failed (${last.trim()}): solve that (the first sweep needs the ` +
            "network) and sweep again.",
        ),
      );
    });
  });
}
