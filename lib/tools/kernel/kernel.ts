import { servedNotebook } from "../../src/base/environment";
import { type Bundle, type Content, type DisplayOptions, installKernel } from "../../src/notebook/kernel";
import { detached, latestCell, runningCell } from "./cell";
import { captureChildren } from "./children";
import { Compiler } from "./compiler";
import { ask, installInput } from "./input";
import { onOrphaned } from "./parent";
import { installPrinting } from "./printing";
import { createRequests } from "./requests";
import { Runner } from "./runner";
import { Server } from "./server";
import { Session } from "./session";
import { guardStop } from "./stop";
import { captureStreams } from "./streams";
import type { Compiler as TypeScriptCompiler } from "./typescript";
import { readVersions } from "./versions";

/** What a kernel is started with. */
export interface KernelOptions {
  /** Path of Jupyter's connection file. */
  readonly connectionFile: string;
  /** The notebook's folder. */
  readonly cwd: string;
  readonly ts: TypeScriptCompiler;
}

/** Puts the kernel together and opens its sockets. */
export async function startKernel({ connectionFile, cwd, ts }: KernelOptions): Promise<void> {
  const runner = new Runner(cwd, { ask: async (message = "", value = "") => (await ask(String(message))) || value });
  const session = new Session(new Compiler(ts, cwd), runner, cwd);
  const closers = new Set<() => void | Promise<void>>();
  captureStreams();
  installPrinting();
  installInput();
  captureChildren();
  installDisplay(closers);
  const shutdown = async () => {
    session.interrupt();
    const closed = Promise.allSettled([...closers].map(async (close) => close()));
    await Promise.race([closed, new Promise((resolve) => setTimeout(resolve, 2000))]);
    // The replies are on their way; sockets linger for them.
    setTimeout(() => process.exit(0), 100);
  };
  const server = new Server(connectionFile, {
    requests: createRequests(session, { ts, versions: readVersions() }),
    execute: (content, frontEnd) => session.execute(content, frontEnd),
    aborts: ({ stop_on_error }, { status }) => (status === "error" && stop_on_error !== false) || session.interrupted,
    shutdown,
  });
  process.on("SIGTERM", () => void shutdown());
  onOrphaned(() => void shutdown());
  guardStop(() => session.interrupt());
  await server.start();
}

function installDisplay(closers: Set<() => void | Promise<void>>): void {
  const cell = () => runningCell() ?? latestCell();
  const display = (content: Content | Promise<Content>, { displayId, update = false }: DisplayOptions = {}) => {
    const transient = displayId === undefined ? {} : { display_id: displayId };
    const whole = ({ data, metadata = {} }: Content) => ({ data, metadata, transient });
    cell()?.show(
      update ? "update_display_data" : "display_data",
      content instanceof Promise ? content.then(whole) : whole(content),
    );
  };
  installKernel({
    display,
    clearOutput: ({ wait = false } = {}) => cell()?.show("clear_output", { wait }),
    onInterrupt: (handler) => {
      const handlers = cell()?.interruptHandlers;
      handlers?.add(handler);
      return () => void handlers?.delete(handler);
    },
    onClose: (handler) => void closers.add(handler),
    detached,
    notebook: servedNotebook(),
  });
  // tslab's own `display` and `newDisplay()` write through this variable.
  const jupyter = require("tslab/dist/jupyter") as { lastWriteDisplayData: unknown };
  jupyter.lastWriteDisplayData = (
    content: { data: Bundle; metadata: Record<string, unknown>; transient: { display_id?: string } },
    update: boolean,
  ) => display({ data: content.data, metadata: content.metadata }, { displayId: content.transient.display_id, update });
}
