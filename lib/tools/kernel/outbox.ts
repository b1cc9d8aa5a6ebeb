import type { Sender } from "./message";

type Frames = (string | Buffer)[];

/** The sending half of a zeromq.js socket. */
export interface Socket {
  send(frames: Frames): Promise<void>;
}

/**
 * Sends messages one after the other. A zeromq.js socket takes one at a time and throws "Socket is busy writing" at the
 * next; on a busy machine that happens. A message goes out at once where the socket allows it, so that the output of
 * code that blocks the event loop arrives too.
 */
export class Outbox implements Sender {
  readonly #socket: Socket;
  readonly #waiting: Frames[] = [];
  #sent: Promise<unknown> = Promise.resolve();

  constructor(socket: Socket) {
    this.#socket = socket;
  }

  send(frames: Frames): void {
    if (this.#waiting.length === 0 && this.#trySend(frames)) return;
    this.#waiting.push(frames);
    if (this.#waiting.length === 1) void this.#sendWaiting();
  }

  async #sendWaiting(): Promise<void> {
    for (let next = this.#waiting[0]; next; next = this.#waiting[0]) {
      await this.#sent;
      if (this.#trySend(next)) this.#waiting.shift();
      else await new Promise((resolve) => setImmediate(resolve));
    }
  }

  #trySend(frames: Frames): boolean {
    try {
      // A rejection means that the socket was closed: the kernel is ending, and there is no reader.
      this.#sent = this.#socket.send(frames).catch(() => undefined);
      return true;
    } catch (error) {
      return (error as { code?: string }).code !== "EBUSY";
    }
  }
}
