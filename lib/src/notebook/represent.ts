import { inspect } from "node:util";
import type { Bundle } from "./kernel";

/** A value that says how it wants to be shown: the protocol that Deno's kernel introduced. */
export const displaySymbol = Symbol.for("Jupyter.display");

/** The MIME bundle of any value, as a notebook shows it. Always holds `text/plain`. */
export async function represent(value: unknown): Promise<Bundle> {
  const own = (value as Record<symbol, unknown> | null | undefined)?.[displaySymbol];
  if (typeof own === "function") {
    const bundle = (await own.call(value)) as Bundle;
    return "text/plain" in bundle ? bundle : { ...bundle, "text/plain": plain(value) };
  }
  return { "text/plain": plain(value) };
}

const plain = (value: unknown) => inspect(value, { depth: 3, maxArrayLength: 20, maxStringLength: 2000, breakLength: 100 });
