import { StringDecoder } from "node:string_decoder";
import { latestCell, runningCell } from "./cell";

type Stream = "stdout" | "stderr";

/**
 * Sends what JavaScript writes to stdout and stderr to the cell that wrote it; before the first cell, to the terminal.
 */
export function captureStreams(): void {
  for (const name of ["stdout", "stderr"] as const) capture(name);
}

function capture(name: Stream): void {
  const original = process[name].write.bind(process[name]);
  const decoder = new StringDecoder("utf8");
  process[name].write = ((chunk: string | Uint8Array, encoding?: unknown, callback?: unknown) => {
    const done = typeof encoding === "function" ? encoding : callback;
    const cell = runningCell() ?? latestCell();
    if (!cell) return original(chunk as string, done as () => void);
    cell.write(name, typeof chunk === "string" ? chunk : decoder.write(Buffer.from(chunk)));
    if (typeof done === "function") process.nextTick(done);
    return true;
  }) as typeof process.stdout.write;
}
