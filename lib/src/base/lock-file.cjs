// One lock for all: the compiled library and set-up both use this file, set-up before anything is installed. So it is
// plain JavaScript, and lock-file.d.cts describes it.
const { linkSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } = require("node:fs");
const { execFileSync } = require("node:child_process");
const { randomInt, randomUUID } = require("node:crypto");
const { hostname } = require("node:os");
const { dirname } = require("node:path");

// An incomplete lock that nobody changes for this long counts as left behind, in ms.
const settled = 500;
// How long a process may take to replace the lock of a dead one, in ms.
const patience = 10_000;

/**
 * Takes a lock, a file that names its holder.
 *
 * A lock is made by a link: complete, and only where there is none. The lock of a process that is gone is replaced by a
 * rename, and only by a process that holds a second such lock, the file's name with ".takeover". While that is held,
 * the first lock can be neither released (its holder is dead) nor linked again (it exists), so that the stale lock that
 * was found is the one that is replaced. The second lock is taken in the same way, in case its holder dies too.
 */
function takeLock(file) {
  mkdirSync(dirname(file), { recursive: true });
  const mine = { ...identify(process.pid), host: hostname(), id: randomUUID() };
  const draft = `${file}.${process.pid}.${mine.id.slice(0, 8)}`;
  try {
    const holder = take(file, { mine, draft, until: Date.now() + patience });
    return holder ? { holder } : { lock: lockOf(file, mine) };
  } finally {
    rmSync(draft, { force: true });
  }
}

/** Undefined once this process has the lock, else its holder. */
function take(file, attempt) {
  const { mine, draft, until } = attempt;
  for (;;) {
    write(draft, mine);
    try {
      link(draft, file);
      return undefined;
    } catch (error) {
      if (error.code !== "EEXIST") throw error;
    }
    const text = read(file);
    if (text === undefined) continue; // released meanwhile
    const holder = parse(text);
    if (holder ? holds(holder) : isFresh(file)) {
      if (holder) return holder;
      pause(20);
      continue;
    }
    const second = `${file}.takeover`;
    if (take(second, attempt) === undefined) {
      try {
        // Still the one that we found? Then it stays so until we have replaced it.
        if (read(file) === text) {
          write(draft, mine);
          renameSync(draft, file);
          return undefined;
        }
      } finally {
        rmSync(second, { force: true });
      }
    } else if (Date.now() > until) return holder ?? { pid: 0, born: "", host: hostname(), id: "" };
    else pause(randomInt(5, 15));
  }
}

function lockOf(file, mine) {
  let text = JSON.stringify(mine);
  return {
    note(more) {
      const draft = `${file}.${process.pid}.note`;
      text = JSON.stringify({ ...mine, ...more });
      writeFileSync(draft, text);
      renameSync(draft, file);
    },
    release() {
      // Somebody may have deleted it by hand, and another may have it now.
      if (read(file) === text) rmSync(file, { force: true });
    },
  };
}

/** The live process that holds a lock, if any. */
function holderOf(file) {
  const holder = parse(read(file) ?? "");
  return holder && holds(holder) ? holder : undefined;
}

// Some file systems have no links; there a lock may be empty for a moment, which `isFresh` allows for.
function link(draft, file) {
  try {
    linkSync(draft, file);
  } catch (error) {
    if (!["EPERM", "ENOSYS", "ENOTSUP", "EOPNOTSUPP", "EMLINK"].includes(error.code)) throw error;
    writeFileSync(file, readFileSync(draft), { flag: "wx" });
  }
}

// A new file each time: the one before may be linked to a lock by now.
function write(draft, holder) {
  rmSync(draft, { force: true });
  writeFileSync(draft, JSON.stringify(holder));
}

function read(file) {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    if (error.code === "ENOENT") return undefined;
    throw error;
  }
}

function parse(text) {
  try {
    const holder = JSON.parse(text);
    // Set-up's lock once held nothing but the process id.
    if (Number.isSafeInteger(holder) && holder > 0) return { pid: holder, born: "", host: hostname(), id: "" };
    return Number.isSafeInteger(holder?.pid) ? { born: "", host: hostname(), ...holder } : undefined;
  } catch {
    return undefined; // cut short by a machine that stopped
  }
}

function isFresh(file) {
  const changed = statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  return Math.abs(Date.now() - changed) < settled;
}

// A process of another machine cannot be looked at, so it counts as alive. A program that a dead process started may
// still run.
const holds = (holder) => holder.host !== hostname() || isAlive(holder) || (holder.runners ?? []).some(isAlive);

/** A process of this machine by its id, told apart from later ones that get it. */
const identify = (pid) => ({ pid, born: stateOf(pid)?.born ?? "" });

/** Whether a process of this machine still runs: it is neither a zombie nor a later one with the same id. */
function isAlive({ pid, born }) {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (error.code !== "EPERM") return false;
  }
  const state = stateOf(pid);
  return state === undefined || (!state.ended && (!born || !state.born || state.born === born));
}

/** Whether a process has ended but was not waited for, and when it started, as its system counts. */
function stateOf(pid) {
  try {
    // The name, in parentheses, may hold any character.
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return { ended: "ZXx".includes(fields[0]), born: fields[19] };
  } catch {
    return process.platform === "linux" ? undefined : stateByPs(pid);
  }
}

function stateByPs(pid) {
  try {
    const options = { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"], env: { ...process.env, LC_ALL: "C" } };
    const [state, ...start] = execFileSync("ps", ["-o", "stat=,lstart=", "-p", String(pid)], options)
      .trim()
      .split(/\s+/);
    return { ended: state.startsWith("Z"), born: start.join(" ") };
  } catch {
    return undefined;
  }
}

const pause = (ms) => void Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);

module.exports = { holderOf, identify, isAlive, takeLock };
