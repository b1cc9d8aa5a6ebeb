import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { Transform } from "node:stream";
import { parseArgs } from "node:util";
import { fromEnvironment, hasDisplay, inherited } from "../../src/base/environment";
import { UserError } from "../../src/base/errors.cjs";
import { projectFolder } from "../../src/base/paths";
import { tensorboardProgram } from "../../src/notebook/tensorboard";
import { runsFolder } from "../../src/runs/places";
import { freePort, isFree } from "./port";
import { ownJupyter, withoutJupyter, writeSettings } from "./settings";

/** The options of `npm run lab`. */
export const options = {
  port: { type: "string", help: "the port it listens on, default 8888 or the next free one" },
  "no-browser": { type: "boolean", help: "print the address and open no browser" },
  tensorboard: { type: "boolean", help: "also start TensorBoard on the event files of all runs" },
} as const;

// The folder that the server offers; tests name one of their own, with links into this one.
const root = fromEnvironment("DEEPNETS_LAB_ROOT") ?? projectFolder();
const startMs = 60_000;
const stopMs = 15_000;
// The folder for what the lab writes.
const own = join(root, ".engine/lab");
const index = "lab/tree/notebooks/README.md";

/**
 * `npm run lab`: JupyterLab for this machine alone, opened at the index of the parts; Ctrl-C ends it.
 *
 * @returns The exit code: 0 when it was stopped or ended well.
 * @throws UserError When JupyterLab does not start, or ends by itself.
 */
export async function main(argv: string[]): Promise<number> {
  const { values } = parseArgs({ args: argv, options });
  const token = randomBytes(24).toString("hex");
  const openBrowser = !values["no-browser"] && hasDesktop();
  const board = values.tensorboard ? await startTensorBoard() : undefined;
  const children = board ? [board.process] : [];
  const stopped = stopOnSignal(children);
  const start = async (from: number) => {
    const port = await freePort(from);
    const address = `http://127.0.0.1:${port}/`;
    const lab = startLab({ port, token, openBrowser });
    children.unshift(lab);
    // Not "close": a kernel that outlives a killed server keeps its pipe open for a while.
    const end = new Promise<number>((resolve) => lab.once("exit", (code) => resolve(code ?? 1)));
    const up = await Promise.race([
      answers(`${address}api/status?token=${token}`).then(() => true),
      end.then(() => false),
      stopped.asked.then(() => false),
    ]);
    return { port, address, end, up };
  };
  let server = await start(portOf(values.port));
  // Another lab that started at the same moment may have taken the port before ours did.
  for (let tries = 0; tries < 5 && !server.up && !stopped.now() && !(await isFree(server.port)); tries++)
    server = await start(server.port + 1);
  const { address, end, up } = server;
  if (up) {
    console.log(`JupyterLab: ${address}${index}?token=${token}`);
    if (board) console.log(`TensorBoard: ${board.address}`);
    console.log("Ctrl-C stops it.");
  }
  const code = await end;
  board?.process.stdin?.end();
  board?.process.kill("SIGTERM");
  if (stopped.now()) return 0;
  if (code !== 0 || !up)
    throw new UserError(
      `JupyterLab ended by itself (exit code ${code}); its output stands above: run npm run doctor to find the cause.`,
    );
  return 0;
}

function portOf(text: string | undefined): number {
  if (text === undefined) return 8888;
  const port = Number(text);
  if (!Number.isInteger(port) || port < 1024 || port > 65535)
    throw new UserError(
      `Expected --port to be a whole number from 1024 to 65535 but found "${text}": choose such a port.`,
    );
  return port;
}

function startLab({
  port,
  token,
  openBrowser,
}: {
  readonly port: number;
  readonly token: string;
  readonly openBrowser: boolean;
}): ChildProcess {
  const settings = {
    "ServerApp.ip": "127.0.0.1",
    "ServerApp.port": port,
    "ServerApp.port_retries": 0,
    "ServerApp.root_dir": root,
    "ServerApp.open_browser": openBrowser ? "True" : "False",
    // Otherwise it logs a stack whenever a page is closed while it still connects.
    "Application.log_level": "CRITICAL",
    "LabApp.default_url": `/${index}`,
    "LabApp.app_settings_dir": writeSettings(own),
    "LabApp.check_for_updates_class": "jupyterlab.handlers.announcements.NeverCheckForUpdate",
    "LabApp.news_url": "None",
    "LabApp.extension_manager": "readonly",
    "KernelSpecManager.allowed_kernelspecs": "deepnets",
    "KernelSpecManager.ensure_native_kernel": "False",
    "MultiKernelManager.default_kernel_name": "deepnets",
    // A figure is a large message, and only the user's own page listens.
    "ZMQChannelsWebsocketConnection.iopub_data_rate_limit": "1e10",
    "ZMQChannelsWebsocketConnection.iopub_msg_rate_limit": "1e6",
    // Root inside a container or a virtual machine is the normal case there.
    ...(process.getuid?.() === 0 ? { "ServerApp.allow_root": "True" } : {}),
  };
  const args = Object.entries(settings).map(([name, value]) => `--${name}=${value}`);
  // The token in the environment: a command line can be read by every user of the machine. serve.py takes it out again.
  return startPython([join(projectFolder(), "lib/tools/lab/serve.py"), ...args], {
    JUPYTER_TOKEN: token,
    DEEPNETS_LAB_ROOT: root,
    ...ownJupyter(own),
  });
}

async function startTensorBoard(): Promise<{ readonly process: ChildProcess; readonly address: string }> {
  const port = await freePort(6006);
  const child = startPython([
    tensorboardProgram(),
    "--logdir",
    runsFolder(),
    "--host",
    "127.0.0.1",
    "--port",
    String(port),
  ]);
  return { process: child, address: `http://127.0.0.1:${port}/` };
}

function startPython(args: readonly string[], env: Readonly<Record<string, string>> = {}): ChildProcess {
  // In a process group of its own: Ctrl-C reaches only us, and we end it without the question that Jupyter would ask.
  const child = spawn(join(projectFolder(), ".venv/bin/python"), args, {
    cwd: projectFolder(),
    detached: true,
    stdio: ["pipe", "ignore", "pipe"],
    env: { ...withoutJupyter(inherited()), ...env },
  });
  child.stderr.pipe(complaints()).pipe(process.stderr);
  return child;
}

/** A stream that drops the lines of a normal start or end. */
function complaints(): Transform {
  const normal = [
    /received signal 15, stopping/,
    /could not be started because port \d+ is not available/,
    /^TensorFlow installation not found/,
    /^NOTE: Using experimental fast data loading/,
    /^\s+"--load_fast=false" and report issues/,
    /^\s+https:\/\/github.com\/tensorflow\/tensorboard/,
    /^TensorBoard ([\d.]+ at|caught SIGTERM)/,
    /^$/,
  ];
  let rest = "";
  return new Transform({
    transform(chunk, _encoding, done) {
      const lines = (rest + String(chunk)).split("\n");
      rest = lines.pop()!;
      done(
        null,
        lines
          .filter((line) => !normal.some((pattern) => pattern.test(line)))
          .map((line) => `${line}\n`)
          .join(""),
      );
    },
    flush: (done) => done(null, rest),
  });
}

function hasDesktop(): boolean {
  if (!process.stdout.isTTY) return false;
  return process.platform === "darwin" || hasDisplay();
}

async function answers(url: string): Promise<void> {
  const end = Date.now() + startMs;
  while (Date.now() < end) {
    const answer = await fetch(url).catch(() => undefined);
    if (answer?.ok) return;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  throw new UserError(
    `Expected JupyterLab to answer within ${startMs / 1000} s but it did not: try again on a machine that is ` +
      "less busy.",
  );
}

/** Ends the children when a signal asks for it: in order at first, at once after a while or at a second signal. */
function stopOnSignal(children: readonly ChildProcess[]): { readonly asked: Promise<void>; now(): boolean } {
  let asked = false;
  let tell = () => {};
  const promise = new Promise<void>((resolve) => (tell = resolve));
  const kill = (signal: NodeJS.Signals) => children.forEach((child) => child.kill(signal));
  const stop = () => {
    if (asked) return kill("SIGKILL");
    asked = true;
    console.log("\nStopping JupyterLab and its kernels ...");
    kill("SIGTERM");
    setTimeout(() => kill("SIGKILL"), stopMs).unref();
    tell();
  };
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, stop);
  return { asked: promise, now: () => asked };
}
