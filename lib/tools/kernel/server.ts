import { readFileSync } from "node:fs";
import type * as Zmq from "zeromq";
import { Message, type Sender } from "./message";
import { Outbox } from "./outbox";

/** A kernel's answers, by message type; the server takes care of the wire, the order and the status messages. */
export interface Handlers {
  /** Requests that are answered at once, even while a cell runs; each returns the reply's content, or promises it. */
  readonly requests: Readonly<Record<string, (content: any, message: Message) => object | Promise<object>>>;
  /** Runs one `execute_request`; they come one at a time, in order. It never throws. */
  execute(content: any, frontEnd: FrontEnd): Promise<{ readonly status: string }>;
  /** Whether the requests that wait behind a cell that has just ended are to be answered with "aborted". */
  aborts(content: any, reply: { readonly status: string }): boolean;
  shutdown(): Promise<void>;
}

/** Where a cell's messages go, and where its questions are answered. */
export interface FrontEnd {
  publish(type: string, content: object): void;
  /** Asks for a line of text. */
  ask(prompt: string): Promise<string>;
}

interface Connection {
  readonly transport: string;
  readonly ip: string;
  readonly key: string;
  readonly shell_port: number;
  readonly iopub_port: number;
  readonly stdin_port: number;
  readonly control_port: number;
  readonly hb_port: number;
}

interface WaitingRequest {
  readonly socket: Sender;
  readonly message: Message;
}

// How long requests that were sent before the failure may still be on their way, in milliseconds.
const abortMs = 100;

/** A kernel's five sockets, as Jupyter's messaging protocol defines them. */
export class Server {
  readonly #handlers: Handlers;
  readonly #connection: Connection;
  readonly #queue: WaitingRequest[] = [];
  #busy = false;
  #iopub!: Sender;
  #stdin!: Sender;
  /** Takes the answer to the question that was asked last. */
  #answered: ((value: string) => void) | undefined;

  constructor(connectionFile: string, handlers: Handlers) {
    this.#handlers = handlers;
    this.#connection = JSON.parse(readFileSync(connectionFile, "utf8")) as Connection;
  }

  async start(): Promise<void> {
    const zmq = require("zeromq") as typeof Zmq;
    const { shell_port, iopub_port, stdin_port, control_port, hb_port } = this.#connection;
    // With the default, ZeroMQ drops messages beyond 1000 and says nothing.
    const iopub = new zmq.Publisher({ sendHighWaterMark: 0, linger: 1000 });
    this.#iopub = new Outbox(iopub);
    const shell = new zmq.Router({ linger: 1000 });
    const control = new zmq.Router({ linger: 1000 });
    const stdin = new zmq.Router({ linger: 1000 });
    this.#stdin = new Outbox(stdin);
    const heartbeat = new zmq.Reply();
    await Promise.all([
      this.#bind(iopub, iopub_port),
      this.#bind(shell, shell_port),
      this.#bind(control, control_port),
      this.#bind(stdin, stdin_port),
      this.#bind(heartbeat, hb_port),
    ]);
    void this.#listen(shell);
    void this.#listen(control);
    void this.#takeAnswers(stdin);
    void (async () => {
      for await (const frames of heartbeat) await heartbeat.send(frames);
    })();
  }

  async #bind(socket: Zmq.Socket, port: number): Promise<void> {
    const { transport, ip } = this.#connection;
    await socket.bind(`${transport}://${ip}${transport === "ipc" ? "-" : ":"}${port}`);
  }

  async #listen(router: Zmq.Router): Promise<void> {
    const socket = new Outbox(router);
    for await (const frames of router) {
      let message: Message;
      try {
        message = new Message(frames, this.#connection.key);
      } catch {
        continue; // not from our Jupyter: the protocol says to ignore it
      }
      if (message.type === "execute_request") {
        this.#queue.push({ socket, message });
        void this.#work();
      } else void this.#answer({ socket, message });
    }
  }

  #ask(message: Message, prompt: string): Promise<string> {
    message.reply(this.#stdin, "input_request", { prompt, password: false });
    return new Promise((resolve) => {
      this.#answered = resolve;
    });
  }

  async #takeAnswers(stdin: Zmq.Router): Promise<void> {
    for await (const frames of stdin) {
      try {
        const { type, content } = new Message(frames, this.#connection.key);
        if (type === "input_reply") this.#answered?.(String(content.value));
      } catch {
        // Not from our Jupyter.
      }
    }
  }

  async #answer({ socket, message }: WaitingRequest): Promise<void> {
    this.#status(message, "busy");
    if (message.type === "shutdown_request") {
      message.reply(socket, "shutdown_reply", { status: "ok", restart: message.content.restart === true });
      this.#status(message, "idle");
      void this.#handlers.shutdown();
      return;
    }
    const handler = this.#handlers.requests[message.type];
    // A type that we do not know (a comm of a widget) gets no answer, as the protocol says, but the status messages.
    if (handler) {
      const answer = answerOf(handler, message);
      const content = answer instanceof Promise ? await answer : answer;
      message.reply(socket, message.type.replace(/_request$/, "_reply"), content);
    }
    this.#status(message, "idle");
  }

  async #work(): Promise<void> {
    if (this.#busy) return;
    this.#busy = true;
    for (let request = this.#queue.shift(); request; request = this.#queue.shift()) {
      const { socket, message } = request;
      this.#status(message, "busy");
      const reply = await this.#handlers.execute(message.content, {
        publish: (type, content) => message.publish(this.#iopub, type, content),
        ask: (prompt) => this.#ask(message, prompt),
      });
      // Requests that came until now waited behind this cell. One that is sent after the reply is meant to run.
      const waiting = this.#queue.length;
      const ended = Date.now();
      message.reply(socket, "execute_reply", reply);
      this.#status(message, "idle");
      if (this.#handlers.aborts(message.content, reply)) await this.#abortWaiting(waiting, ended);
    }
    this.#busy = false;
  }

  async #abortWaiting(waiting: number, ended: number): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, abortMs));
    const late = ({ message }: WaitingRequest) => !(Date.parse(message.header.date) >= ended);
    const all = this.#queue.splice(0);
    const aborted = all.filter((request, i) => i < waiting || late(request));
    this.#queue.push(...all.filter((request) => !aborted.includes(request)));
    for (const { socket, message } of aborted) {
      this.#status(message, "busy");
      message.reply(socket, "execute_reply", { status: "aborted" });
      this.#status(message, "idle");
    }
  }

  #status(message: Message, state: "busy" | "idle"): void {
    message.publish(this.#iopub, "status", { execution_state: state });
  }
}

function answerOf(
  handler: (content: any, message: Message) => object | Promise<object>,
  message: Message,
): object | Promise<object> {
  try {
    return handler(message.content, message);
  } catch (error) {
    const { name, message: evalue, stack } = error as Error;
    return { status: "error", ename: name, evalue, traceback: (stack ?? "").split("\n") };
  }
}
