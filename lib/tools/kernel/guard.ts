// A thread beside the kernel's: it notices SIGINT and the end of the program that started the kernel, even while the
// kernel's event loop is blocked.
import vm from "node:vm";
import { parentPort, workerData } from "node:worker_threads";

const { shared, parent } = workerData as { readonly shared: Int32Array; readonly parent: number };
const asked = 0;
const heard = 1;
/** How long the event loop may take to hear of a stop before the cell's loops are told, in milliseconds. */
const patienceMs = 500;
/** How long a kernel whose parent has gone may take to end by itself, in milliseconds. */
const lastMs = 5000;

let orphanedAt = 0;

function watchParent(): void {
  if (process.ppid === parent) return;
  if (orphanedAt === 0) orphanedAt = Date.now();
  else if (Date.now() - orphanedAt > lastMs) process.kill(process.pid, "SIGKILL");
}

function onSignal(): void {
  const before = Atomics.load(shared, heard);
  parentPort!.postMessage("interrupt");
  if (Atomics.wait(shared, heard, before, patienceMs) === "timed-out") Atomics.store(shared, asked, 1);
}

// A script that runs with `breakOnSigint` ends with an error at a SIGINT, whatever thread it runs in. There are two,
// one within the other: while the inner one starts again, the outer one keeps the signal from ending the program.
const nothing = new Int32Array(new SharedArrayBuffer(4));
const inner = new vm.Script("__wait()", { filename: "guard" });

Object.assign(globalThis, {
  __wait: () => Atomics.wait(nothing, 0, 0, 1000),
  __guard: () => {
    for (;;) {
      try {
        inner.runInThisContext({ breakOnSigint: true });
        watchParent();
      } catch {
        onSignal();
      }
    }
  },
});

function stand(): void {
  try {
    vm.runInThisContext("__guard()", { breakOnSigint: true, filename: "guard" });
  } catch {
    onSignal();
    setImmediate(stand);
  }
}
stand();
