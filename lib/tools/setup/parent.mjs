// A command that npm started must not outlive it: npm, and the shell between, pass no signal on when they are killed.

/** Calls `end` once, when the process that started this one is gone. */
export function watchParent(end) {
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    end();
  }, 500);
  timer.unref();
}
