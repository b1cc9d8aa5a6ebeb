import { cellsAtWork } from "./cell";

/** How long the cells of a notebook that has ended get for what they started. */
const limitMs = 10_000;
/** Between two looks: what a timer starts, a promise or a file, has then begun. */
const pauseMs = 20;
/** So often nothing must be under way: a promise may stand between two pieces of work. */
const quietLooks = 3;
// Before timers are tied to cells.
const plainTimeout = setTimeout;

/**
 * Waits until nothing that a cell started is under way: whoever runs a notebook and then ends the kernel asks for it,
 * and what came late is kept. A cell whose work does not end says on stderr that the rest is lost.
 */
export async function settle(limit = limitMs): Promise<void> {
  const end = Date.now() + limit;
  for (let quiet = 0; quiet < quietLooks; ) {
    quiet = isAtWork() ? 0 : quiet + 1;
    if (Date.now() > end) break;
    await new Promise((resolve) => plainTimeout(resolve, pauseMs));
  }
  for (const cell of cellsAtWork()) {
    cell.write("stderr", stillAtWork(limit));
    cell.flush();
  }
}

const stillAtWork = (limit: number) =>
  `This cell was still at work ${limit / 1000} s after the last cell had ended (a timer, or a program that it started): ` +
  "what it shows later is lost. Await it in the cell, or end it.\n";

/** Also while files are read or written, or names looked up: Node does not say for which cell. */
const isAtWork = (): boolean =>
  cellsAtWork().length > 0 || process.getActiveResourcesInfo().some((name) => /^(?:FSReq|GetAddrInfoReq)/.test(name));
