import { createHmac, randomUUID, timingSafeEqual } from "node:crypto";
import { wellFormed } from "./well-formed";

/** The sending half of a ZeroMQ socket. */
export interface Sender {
  send(frames: (string | Buffer)[]): void;
}

/** The header of a message, with the names of Jupyter's protocol. */
export interface Header {
  readonly msg_id: string;
  readonly msg_type: string;
  readonly session: string;
  readonly username: string;
  readonly date: string;
  readonly version: string;
}

const delimiter = Buffer.from("<IDS|MSG>");
const session = randomUUID();

/** One message of Jupyter's wire protocol, as received. tslab's own class is not exported. */
export class Message {
  readonly identities: readonly Buffer[];
  readonly header: Header;
  /** Each message type defines its own content, which its handler knows. */
  readonly content: any;
  readonly #key: string;

  /**
   * Reads a message from its ZeroMQ frames.
   *
   * @param frames Routing identities, delimiter, signature, header, parent, metadata, content.
   * @param key The connection file's key; empty switches signatures off.
   * @throws Error When the delimiter is missing or the signature is wrong.
   */
  constructor(frames: readonly Buffer[], key: string) {
    const at = frames.findIndex((frame) => frame.equals(delimiter));
    if (at < 0)
      throw new Error(
        `Expected a Jupyter message with the delimiter ${delimiter} but found ${frames.length} frames without it.`,
      );
    const parts = frames.slice(at + 2, at + 6);
    const expected = Buffer.from(sign(parts, key));
    const found = frames[at + 1] ?? Buffer.alloc(0);
    if (found.length !== expected.length || !timingSafeEqual(found, expected)) {
      throw new Error("Expected a Jupyter message signed with the connection file's key but found another signature.");
    }
    const [header, , , content] = parts.map((part) => JSON.parse(part.toString()));
    this.identities = frames.slice(0, at);
    this.header = header;
    this.content = content;
    this.#key = key;
  }

  get type(): string {
    return this.header.msg_type;
  }

  /** Answers on the socket that the message came from. */
  reply(socket: Sender, type: string, content: object): void {
    this.#send(socket, this.identities, type, content);
  }

  /** Broadcasts on iopub, as a child of this message: front ends show it in the cell that sent the request. */
  publish(iopub: Sender, type: string, content: object): void {
    this.#send(iopub, [Buffer.from(type)], type, content);
  }

  #send(socket: Sender, identities: readonly Buffer[], type: string, content: object): void {
    const { username } = this.header;
    const header: Header = {
      msg_id: randomUUID(),
      msg_type: type,
      session,
      username,
      date: new Date().toISOString(),
      version: "5.3",
    };
    const parts = [header, this.header, {}, wellFormed(content)].map((part) => Buffer.from(JSON.stringify(part)));
    socket.send([...identities, delimiter, sign(parts, this.#key), ...parts]);
  }
}

function sign(parts: readonly Buffer[], key: string): string {
  if (!key) return "";
  const hmac = createHmac("sha256", key);
  for (const part of parts) hmac.update(part);
  return hmac.digest("hex");
}
