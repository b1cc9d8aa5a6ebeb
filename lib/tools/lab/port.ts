import { createServer } from "node:net";
import { UserError } from "../../src/base/errors.cjs";

/**
 * The first port from `from` on that is free on 127.0.0.1.
 *
 * @throws UserError When 201 ports in a row are taken.
 */
export async function freePort(from: number): Promise<number> {
  const last = Math.min(65535, from + 200);
  for (let port = from; port <= last; port++) {
    if (await isFree(port)) return port;
  }
  throw new UserError(
    `Expected a free port from ${from} to ${last} but found none on 127.0.0.1: name another start with --port.`,
  );
}

/** Whether a port of 127.0.0.1 is free. */
export function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
  });
}
