import { jupyterProcess } from "../../src/base/environment";

let end: () => void = () => process.exit(0);

/**
 * Ends the kernel when the Jupyter that started it is gone, or it would run on for ever. Called first of all: until
 * `onOrphaned` names a better way, the process just exits.
 */
export function endWithParent(): void {
  const parent = process.ppid;
  // Gone before we could look: an orphan belongs to the first process.
  if (parent === 1 && (jupyterProcess() ?? 0) > 1) process.exit(0);
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    end();
  }, 1000);
}

/** What is done, from now on, when Jupyter is gone. */
export function onOrphaned(handler: () => void): void {
  end = handler;
}
