/**
 * The name under which a value says how it wants to be shown: a function that returns a MIME bundle. Deno's kernel
 * introduced it.
 */
export const displaySymbol: unique symbol = Symbol.for("Jupyter.display");
