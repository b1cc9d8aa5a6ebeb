// A command that npm started must not outlive it. npm passes no signal on when it is killed, and the shell that it puts
// between itself and us waits for us even when npm is gone.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";

/** Calls `end` once, when the process that started this one, or the npm above its shell, is gone. */
export function watchParent(end) {
  const parent = process.ppid;
  const shell = look(parent);
  // The user's own shell may go (nohup, disown); the one that npm started, `sh -c "node ..."`, is npm's.
  const above = shell && /^\S*sh\s+-c\s/.test(shell.command) ? shell.parent : undefined;
  const timer = setInterval(
    () => {
      if (process.ppid === parent && (above === undefined || look(parent)?.parent === above)) return;
      clearInterval(timer);
      end();
    },
    process.platform === "linux" ? 500 : 2000,
  );
  timer.unref();
}

/** A process's parent and command line, or undefined when it is gone. */
function look(pid) {
  try {
    if (process.platform === "linux") {
      const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
      return {
        parent: Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]),
        command: readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " "),
      };
    }
    const told = execFileSync("ps", ["-o", "ppid=,command=", "-p", String(pid)], { encoding: "utf8" });
    const [, parent, command] = /^\s*(\d+)\s+(.*)/.exec(told);
    return { parent: Number(parent), command };
  } catch {
    return undefined;
  }
}
