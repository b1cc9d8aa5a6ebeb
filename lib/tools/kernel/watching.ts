import { basename } from "node:path";

type Watch = (path: string, ...rest: unknown[]) => { close(): void };

/** The part of TypeScript's access to the system that watches files and waits. */
export interface WatchedSystem {
  watchFile: Watch;
  watchDirectory: Watch;
  setTimeout(callback: () => void, ...rest: unknown[]): object;
  clearTimeout(timer: object): void;
}

const unwatched = { close: () => {} };

/**
 * Makes tslab watch the reader's own files alone. It would also watch every `.d.ts` of every package, and whole
 * `node_modules`: that costs time at each start, and when one of them changes (a package is installed, the library is
 * built anew) it fails with "Unexpected pending rebuildTimer" in whatever cell runs then. What is loaded does not
 * change anyway until the kernel starts again.
 */
export function quieter<T extends WatchedSystem>(sys: T, cwd: string): T {
  const own = (path: string) =>
    !path.includes("/node_modules/") && (!path.endsWith(".d.ts") || basename(path) === "__prev__.d.ts");
  const refused = new WeakSet<object>();
  const watchFile: Watch = (path, ...rest) => (own(path) ? sys.watchFile(path, ...rest) : unwatched);
  const watchDirectory: Watch = (path, callback) =>
    path === cwd ? sys.watchDirectory(path, callback, false) : unwatched;
  const setTimeout: WatchedSystem["setTimeout"] = (callback, ...rest) => {
    try {
      return sys.setTimeout(callback, ...rest);
    } catch {
      // One update is under way or waits already: it, or the next cell, sees this change too.
      const none = {};
      refused.add(none);
      return none;
    }
  };
  const clearTimeout = (timer: object) => {
    if (refused.has(timer)) return;
    try {
      sys.clearTimeout(timer);
    } catch {
      // Cleared already.
    }
  };
  return Object.assign(Object.create(sys) as T, { watchFile, watchDirectory, setTimeout, clearTimeout });
}
