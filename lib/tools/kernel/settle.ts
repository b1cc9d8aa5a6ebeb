import { cellsAtWork } from "./cell";

/** How long the work that cells started may take after the notebook's last cell, in milliseconds. */
const limitMs = 10_000;
/** The time between two looks, in milliseconds: what a timer starts, a promise or a file, has begun by then. */
const pauseMs = 20;
/** How many looks in a row must find nothing under way: there may be a promise between two pieces of work. */
const quietLooks = 3;
// Before timers are tied to cells.
const plainTimeout = setTimeout;

/**
 * Waits until nothing that a cell started is under way. Who runs a notebook and then ends the kernel asks for it, so
 * that late outputs are kept. A cell whose work does not end says on stderr that the rest is lost.
 *
 * @param limit The longest wait, in milliseconds.
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
  `This cell was still at work ${limit / 1000} s after the last cell had ended (a timer, or a program that it ` +
  "started): what it shows later is lost. Await it in the cell, or end it.\n";

/** Whether work is under way; file access and name look-ups count too, since Node does not say for which cell. */
const isAtWork = (): boolean =>
  cellsAtWork().length > 0 || process.getActiveResourcesInfo().some((name) => /^(?:FSReq|GetAddrInfoReq)/.test(name));
