import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync } from "node:fs";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { expect } from "vitest";

export const root = resolve(__dirname, "../..");

/** A process of this machine, as Linux lists it. */
export interface Process {
  readonly pid: number;
  readonly command: string;
  readonly environment: string;
}

/** A lab in a folder of its own, by which its processes are known. */
export interface Lab {
  readonly folder: string;
  readonly process: ChildProcess;
  readonly jupyter: string;
  readonly token: string;
  readonly board: string;
  readonly said: () => string;
  readonly ended: Promise<number | null>;
}

/** All living processes whose environment names the folder. */
export function processesOf(folder: string): Process[] {
  return readdirSync("/proc").flatMap((pid) => {
    try {
      const environment = readFileSync(`/proc/${pid}/environ`, "utf8");
      const state = readFileSync(`/proc/${pid}/stat`, "utf8").replace(/^.*\) /s, "")[0];
      if (!/^\d+$/.test(pid) || state === "Z" || !environment.split("\0").includes(`MARK=${folder}`)) return [];
      const command = readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ");
      return [{ pid: Number(pid), command, environment }];
    } catch {
      return []; // ended meanwhile, or not ours
    }
  });
}

/** The one process whose command line has the word. */
export const theOne = (folder: string, word: string): Process => {
  const found = processesOf(folder).filter(({ command }) => command.includes(word));
  expect(found.map(({ command }) => command)).toHaveLength(1);
  return found[0]!;
};

/** Starts `npm run lab`, or `program` in its place, and waits until it says that it is up. */
export async function startLab(
  program: readonly string[],
  { env = {}, args = [] }: { readonly env?: Record<string, string>; readonly args?: readonly string[] } = {},
): Promise<Lab> {
  const folder = mkdtempSync(join(tmpdir(), "deepnets-lab-"));
  mkdirSync(join(folder, "notebooks"));
  mkdirSync(join(folder, "runs"));
  const child = spawn(program[0]!, [...program.slice(1), "--no-browser", ...args], {
    cwd: root,
    env: { ...process.env, MARK: folder, DEEPNETS_LAB_ROOT: folder, DEEPNETS_RUNS: join(folder, "runs"), ...env },
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  });
  let said = "";
  for (const stream of [child.stdout!, child.stderr!]) stream.on("data", (text) => (said += text));
  const ended = new Promise<number | null>((done) => child.once("exit", (code) => done(code)));
  await expect.poll(() => said, { timeout: 120_000 }).toContain("Ctrl-C stops it.");
  const [, jupyter, token] = /^JupyterLab: (http:\/\/127\.0\.0\.1:\d+\/).*token=(\w+)$/m.exec(said)!;
  const board = /^TensorBoard: (http:\/\/127\.0\.0\.1:\d+\/)/m.exec(said)?.[1] ?? "";
  return { folder, process: child, jupyter: jupyter!, token: token!, board, said: () => said, ended };
}

/** The lab's compiled command without npm and set-up. */
export const compiledLab = [
  process.execPath,
  join(root, "lib/tools/setup/start.cjs"),
  join(root, "lib/dist/tools/lab/lab.js"),
  "lab",
];

/** The status of an answer to a request that names another host. */
export function statusFor(url: string, host: string): Promise<number> {
  return new Promise((done, fail) => {
    request(url, { headers: { Host: host } }, (answer) => {
      answer.resume();
      done(answer.statusCode ?? 0);
    })
      .on("error", fail)
      .end();
  });
}
