// Child processes of set-up: quiet, logged, with the cause of a failure read out of what they printed.

import { spawn } from "node:child_process";
import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { UserError } from "../../src/base/errors.cjs";
import { inherited } from "./environment.mjs";
import { at, root } from "./paths.mjs";

const logFile = at(".engine/setup.log");

// What the tools below print when they cannot reach their registries, or have no room.
const noNetwork = new RegExp(
  "ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT|ENETUNREACH|Temporary failure in name resolution|Failed to establish a " +
    "new connection|NewConnectionError|Network is unreachable|Cannot connect to proxy|ProxyError",
);
const noSpace = /ENOSPC|No space left on device|Errno 28/;
const readOnly = /EROFS|Read-only file system|EACCES|Permission denied/;

/** Programs that end when the command ends. */
export const running = new Set();

/** Ends all programs that still run. */
export const endPrograms = () => running.forEach((child) => child.kill("SIGTERM"));

/**
 * Ends what a killed set-up has left running: its npm or pip would go on to write where the next one writes. Such a
 * program is known by the temporary folder that it was given; it is looked for in /proc, where there is one.
 */
export async function endOrphans(temporary) {
  const orphans = () =>
    (existsSync("/proc/self/environ") ? readdirSync("/proc") : []).filter((pid) => {
      try {
        return (
          /^\d+$/.test(pid) && readFileSync(`/proc/${pid}/environ`, "utf8").split("\0").includes(`TMPDIR=${temporary}`)
        );
      } catch {
        return false; // another user's, or gone
      }
    });
  for (let found = orphans(), tries = 0; found.length > 0 && tries < 50; found = orphans(), tries++) {
    for (const pid of found)
      try {
        process.kill(Number(pid), "SIGKILL");
      } catch {}
    await sleep(100);
  }
}

/** Writes to the log. It helps to understand a failure, so a full disk or a read-only folder must not make one. */
function log(text) {
  try {
    mkdirSync(dirname(logFile), { recursive: true });
    appendFileSync(logFile, text);
  } catch {}
}

/**
 * Runs a program to its end; resolves to what it wrote to stdout.
 *
 * @throws UserError When it fails: one sentence; the rest is in the log.
 */
export function run(what, command, args, { env = inherited(), cwd = root } = {}) {
  return new Promise((done, fail) => {
    log(`\n== ${new Date().toISOString()} ${what}\n$ ${command} ${args.join(" ")}\n`);
    const child = spawn(command, args, { cwd, env, stdio: ["ignore", "pipe", "pipe"] });
    running.add(child);
    let stdout = "";
    let all = "";
    child.stdout.on("data", (data) => {
      stdout += data;
      all += data;
    });
    child.stderr.on("data", (data) => (all += data));
    child.on("error", (error) =>
      fail(new UserError(`${what} failed: ${command} could not be started (${error.message}): run npm run doctor.`)),
    );
    child.on("close", (code, signal) => {
      running.delete(child);
      log(all);
      if (code === 0) return done(stdout);
      fail(new UserError(`${what} failed: ${cause(all, code, signal)} (full output: .engine/setup.log).`));
    });
  });
}

function cause(output, code, signal) {
  if (/heap out of memory|Cannot allocate memory|MemoryError/.test(output))
    return (
      "memory ran out. Close other programs, or raise the limit (ulimit -v, NODE_OPTIONS=--max-old-space-size=4096), " +
      "and run the command again"
    );
  if (noSpace.test(output)) return "the disk is full. Free some space and run the command again";
  if (/THESE PACKAGES DO NOT MATCH THE HASHES|EINTEGRITY/.test(output))
    return (
      "the downloaded file does not match its pinned hash, so it was not used. Run the command again; if it " +
      "repeats, something between you and the registry changes files"
    );
  if (noNetwork.test(output))
    return (
      "no network: the package registry could not be reached. Connect (or set the proxy) and run the command " +
      "again; what is already here is kept"
    );
  if (readOnly.test(output))
    return (
      "this folder or the package cache cannot be written. Copy the project to a folder of your own and run it " +
      "there"
    );
  const lines = output.trim().split("\n").filter(Boolean);
  const errors = lines.filter((line) => /^(npm )?error\b/i.test(line) && !/Ignored the following/.test(line));
  const last = (errors.length ? errors : lines).slice(-2).join(" | ").slice(0, 600);
  return `${signal ? `ended by ${signal}` : `exit code ${code}`}: ${last || "no output"}`;
}
