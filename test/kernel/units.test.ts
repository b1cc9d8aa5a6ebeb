import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as ts from "typescript";
import { describe, expect, test, vi } from "vitest";
import { Cell, latestCell, runningCell } from "../../lib/tools/kernel/cell";
import { addDeclarations, declarationText, parseDeclarations } from "../../lib/tools/kernel/declarations";
import { describeDiagnostics } from "../../lib/tools/kernel/diagnostics";
import { excerpt } from "../../lib/tools/kernel/excerpt";
import { Message } from "../../lib/tools/kernel/message";
import { Outbox } from "../../lib/tools/kernel/outbox";
import { settle } from "../../lib/tools/kernel/settle";
import { completeness, moduleName, showsResult } from "../../lib/tools/kernel/syntax";
import { threadSetting } from "../../lib/tools/kernel/threads";
import { describeError } from "../../lib/tools/kernel/traceback";

describe("when a notebook has ended", () => {
  const cellWith = (underWay: () => boolean) => {
    const said: string[] = [];
    const cell = new Cell({
      count: 1,
      source: "",
      publish: (type, content) => void said.push(`${type}: ${(content as { text?: string }).text ?? ""}`),
    });
    const ended = cell.works(underWay);
    return { cell, said, ended };
  };

  test("work that ends is waited for, and what it shows is kept", async () => {
    const { cell, said, ended } = cellWith(() => true);
    setTimeout(() => {
      cell.write("stdout", "late");
      ended();
    }, 100);
    await settle(5000);
    expect(said).toEqual(["stream: late"]);
  });

  test("work that does not end is said in its cell; what was cleared or cut off is none", async () => {
    const { cell, said, ended } = cellWith(() => true);
    const { said: cleared } = cellWith(() => false);
    const { cell: stopped, said: cutOff } = cellWith(() => true);
    stopped.cancelled = true;
    await settle(200);
    expect(said).toEqual([
      "stream: This cell was still at work 0.2 s after the last cell had ended (a timer, or a program that it started): " +
        "what it shows later is lost. Await it in the cell, or end it.\n",
    ]);
    expect([cleared, cutOff]).toEqual([[], []]);
    ended();
    expect(cell.isAtWork).toBe(false);
  });
});

describe("a cell's last expression", () => {
  test.each(["a", "f()", "await g()", "a + 1", "a === b", "1;\n2", "({ a: 1 })", "a\n// a comment", "x => x"])(
    "is shown: %s",
    (code) => expect(showsResult(ts, code)).toBe(true),
  );
  test.each(["a;", "a = 1", "a += 1", "a.b = 2", "const a = 1", "f();\n", "if (a) b", "", "// nothing", "a; // done"])(
    "is silent: %s",
    (code) => expect(showsResult(ts, code)).toBe(false),
  );
});

test("code that only lacks its end is incomplete, code that no line can mend is invalid", () => {
  expect(completeness(ts, "a + 1", undefined)).toEqual({ status: "complete" });
  expect(completeness(ts, "f(", "  ")).toEqual({ status: "incomplete", indent: "  " });
  expect(completeness(ts, "const t = `one", undefined)).toEqual({ status: "incomplete", indent: "" });
  expect(completeness(ts, "const = 1;", undefined)).toEqual({ status: "invalid" });
});

test("an excerpt numbers the lines and marks the place, under tabs as well", () => {
  expect(excerpt("const a = 1;\nb + a;", { line: 2, column: 1 }, { around: 1 })).toBe(
    "  1 | const a = 1;\n> 2 | b + a;\n    | ^",
  );
  expect(excerpt("\tfoo(bar);", { line: 1, column: 6 }, { end: { line: 1, column: 9 } })).toBe(
    "> 1 | \tfoo(bar);\n    | \t    ~~~",
  );
});

describe("declarations of earlier cells", () => {
  const later = (first: string, second: string) =>
    declarationText(addDeclarations(parseDeclarations(ts, first), parseDeclarations(ts, second)));

  test("are one for each name, with their comments", () => {
    expect(
      parseDeclarations(
        ts,
        '/** How many. */\ndeclare let n: number, m: string;\nimport a, { b as c } from "x" with { type: "json" ' +
          "};\nexport declare const d: 1;\nexport default function e(): void;\nexport {};\n",
      ).map(({ name, text }) => [name, text]),
    ).toEqual([
      ["n", "/** How many. */\ndeclare let n: number;"],
      ["m", "/** How many. */\ndeclare let m: string;"],
      ["a", 'import a from "x" with { type: "json" };'],
      ["c", 'import { b as c } from "x" with { type: "json" };'],
      ["d", "declare const d: 1;"],
      ["e", "declare function e(): void;"],
    ]);
  });

  test("give way to those of a later cell, name by name", () => {
    expect(later("declare let a: 1, b: 1;\n", "declare let b: 2;\n")).toBe("declare let a: 1;\ndeclare let b: 2;\n");
    expect(later("interface T { x: 1 }\n", "declare const T: 2;\n")).toContain("interface T");
    expect(later("declare class A { x: 1 }\n", "interface A { y: 2 }\n")).toContain("declare let A: any;");
    expect(later("declare class A { x: 1 }\n", "declare const A: 2;\n")).toBe("declare const A: 2;\n");
    expect(later("declare global { var g: 1 }\n", "declare const a: 2;\n")).toContain("declare global");
  });

  test("keep all of a function's signatures", () => {
    const signatures = "declare function f(x: 1): 1;\ndeclare function f(x: 2): 2;\n";
    expect(later("declare const f: 0;\n", signatures)).toBe(signatures);
  });
});

test.each([
  ["/** @module shapes */ export const a = 1;", "shapes"],
  ["\n/**\n * Shapes.\n * @module my-shapes\n */\nexport {};", "my-shapes"],
  ["// @module no\n1", undefined],
  ["1; /** @module no */", undefined],
])("a cell that is a module says so at its start: %s", (source, name) => {
  expect(moduleName(source)).toBe(name);
});

test("all compile errors are told, with name, place and mark", () => {
  const source = "const d: string = 1;\nfoo;";
  const at = (line: number, from: number, to: number) => ({
    fileName: undefined,
    start: { line, column: from },
    end: { line, column: to },
  });
  const failure = describeDiagnostics(
    [
      { ...at(1, 7, 8), text: "Not assignable.\n  Because.", code: 2322 },
      { ...at(2, 1, 4), text: "Cannot find name 'foo'.", code: 2304 },
      { ...at(3, 10, 11), text: "A consequence of these.", code: 2304 },
    ],
    { count: 4, source, cwd: "/" },
  );
  expect(failure).toMatchObject({ ename: "CompileError", line: 1 });
  expect(failure.evalue).toBe("Not assignable.\n  Because. (cell [4], line 1, column 7); and 1 more");
  expect(failure.traceback.join("\n")).toContain("cell [4], line 2, column 1: Cannot find name 'foo'. (TS2304)");
  expect(failure.traceback.join("\n")).toContain("> 2 | foo;\n    | ~~~");
});

test("a thrown value that is no error is told as such, short memory with the way out, a cause with its error", () => {
  expect(describeError("text")).toMatchObject({ ename: "string", evalue: "text" });
  expect(describeError(null)).toMatchObject({ ename: "null", evalue: "null" });
  expect(describeError(new RangeError("Array buffer allocation failed"))).toMatchObject({
    ename: "RangeError",
    evalue:
      "Array buffer allocation failed. Close other programs, keep less data alive, or raise the limit (ulimit -v)",
  });
  const failure = describeError(new RangeError("outer", { cause: new TypeError("inner") }));
  expect(failure).toMatchObject({ ename: "RangeError", evalue: "outer" });
  expect(failure.traceback).toContain("caused by TypeError: inner");
});

describe("the thread setting", () => {
  test("comes from the environment, or from the notebook that the server names", () => {
    const folder = mkdtempSync(join(tmpdir(), "deepnets-threads-"));
    const notebook = join(folder, "a.ipynb");
    writeFileSync(notebook, JSON.stringify({ metadata: { deepnets: { threads: { intra: 1, inter: 2 } } } }));
    expect(threadSetting({ JPY_SESSION_NAME: notebook })).toEqual({ intra: 1, inter: 2 });
    expect(threadSetting({ JPY_SESSION_NAME: notebook, DEEPNETS_THREADS: "4,1" })).toEqual({ intra: 4, inter: 1 });
    expect(threadSetting({ JPY_SESSION_NAME: join(folder, "none.ipynb") })).toBeUndefined();
    expect(threadSetting({})).toBeUndefined();
    rmSync(folder, { recursive: true });
  });

  test("that cannot be read is refused", () => {
    expect(() => threadSetting({ DEEPNETS_THREADS: "two" })).toThrow(
      'Expected DEEPNETS_THREADS to be two whole numbers, as in "2,1", but found "two"',
    );
  });
});

describe("a cell's output", () => {
  const made = () => {
    const sent: [string, any][] = [];
    return {
      sent,
      cell: new Cell({ count: 1, source: "", publish: (type, content) => void sent.push([type, content]) }),
    };
  };

  test("is gathered, in order, and a change of stream ends a message", async () => {
    const { sent, cell } = made();
    for (const text of ["a", "b"]) cell.write("stdout", text);
    cell.write("stderr", "!");
    cell.show("display_data", { data: {} });
    await cell.drained();
    expect(sent).toEqual([
      ["stream", { name: "stdout", text: "ab" }],
      ["stream", { name: "stderr", text: "!" }],
      ["display_data", { data: {} }],
    ]);
  });

  test("is sent from a loop that lets no timer fire, and a question waits for its answer however late it is", () => {
    const clock = vi.spyOn(Date, "now").mockReturnValue(0);
    const { sent, cell } = made();
    const texts = () => sent.map(([, { text }]) => text as string);
    const at = (ms: number, text: string) => {
      clock.mockReturnValue(ms);
      cell.write("stdout", text);
    };
    at(1000, "step 1\n");
    at(2000, ".");
    expect(texts()).toEqual(["step 1\n"]);
    at(3000, ".");
    expect(texts()).toEqual(["step 1\n", "."]);
    at(4000, "line> ");
    expect(cell.takeLine()).toBe("line> ");
    clock.mockRestore();
  });

  test("waits for a picture that comes later", async () => {
    const { sent, cell } = made();
    cell.show("display_data", new Promise((resolve) => setTimeout(() => resolve({ data: "late" }), 20)));
    cell.write("stdout", "after");
    await cell.drained();
    expect(sent.map(([type]) => type)).toEqual(["display_data", "stream"]);
  });

  test("is sent without the picture that nobody waits for any more, once the cell is cut off", async () => {
    const { sent, cell } = made();
    const shown = cell.orCutOff(new Promise<string>(() => {}));
    cell.show("display_data", new Promise(() => {}));
    cell.write("stdout", "after");
    cell.cutOff();
    cell.show("error", {});
    await cell.drained();
    expect(sent.map(([type]) => type)).toEqual(["stream", "error"]);
    expect([cell.isCutOff, await shown]).toEqual([true, undefined]);
  });

  test("ends with the cell's interrupt", async () => {
    const { sent, cell } = made();
    cell.interrupted = true;
    cell.ended = true;
    cell.write("stdout", "x");
    cell.show("display_data", {});
    await cell.drained();
    expect(sent).toEqual([]);
  });

  test("belongs to the cell that started the work, also in a callback", async () => {
    const [first, second] = [made().cell, made().cell];
    const seen = first.run(() => new Promise<unknown>((resolve) => setTimeout(() => resolve(runningCell()), 5)));
    second.run(() => {});
    expect(await seen).toBe(first);
    expect(latestCell()).toBe(second);
  });
});

test("messages go out one at a time and in order on a socket that is busy now and then", async () => {
  const sent: string[] = [];
  let busy = false;
  const socket = {
    send: (frames: (string | Buffer)[]) => {
      if (busy) throw Object.assign(new Error("Socket is busy writing"), { code: "EBUSY" });
      busy = true;
      sent.push(String(frames[0]));
      return new Promise<void>((resolve) =>
        setTimeout(() => {
          busy = false;
          resolve();
        }, 1),
      );
    },
  };
  const outbox = new Outbox(socket);
  const all = Array.from({ length: 20 }, (_, i) => String(i));
  all.forEach((text) => outbox.send([text]));
  await vi.waitFor(() => expect(sent).toHaveLength(20));
  expect(sent).toEqual(all);
});

test("a message is read only with the right signature, and its answer names its parent", () => {
  const frames: Buffer[] = [];
  const key = "secret";
  const outbox = { send: (parts: (string | Buffer)[]) => void frames.push(...parts.map((part) => Buffer.from(part))) };
  const parts = [{ msg_id: "1", msg_type: "kernel_info_request", username: "me" }, {}, {}, {}].map((part) =>
    Buffer.from(JSON.stringify(part)),
  );
  const unsigned = [Buffer.from("identity"), Buffer.from("<IDS|MSG>"), Buffer.from(""), ...parts];
  const message = new Message(unsigned, "");
  message.reply(outbox, "kernel_info_reply", { status: "ok" });
  expect(frames[0]!.toString()).toBe("identity");
  expect(JSON.parse(frames[4]!.toString()).msg_id).toBe("1");
  expect(() => new Message(unsigned, key)).toThrow("signed with the connection file's key");
  expect(() => new Message(parts, key)).toThrow("<IDS|MSG>");
});
