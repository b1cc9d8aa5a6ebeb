import { jupyterProcess } from "../../src/base/environment";

let end: () => void = () => process.exit(0);

/**
 * Ends the kernel when the Jupyter that started it is gone; otherwise it would run for ever. It is called before all
 * else: until `onOrphaned` sets a handler, the process just exits.
 */
export function endWithParent(): void {
  const parent = process.ppid;
  // The parent ended before we could look: an orphan belongs to process 1.
  if (parent === 1 && (jupyterProcess() ?? 0) > 1) process.exit(0);
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    end();
  }, 1000);
}

/** Sets what the kernel does, from now on, when Jupyter is gone. */
export function onOrphaned(handler: () => void): void {
  end = handler;
}
