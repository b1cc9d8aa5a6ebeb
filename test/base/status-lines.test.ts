import { describe, expect, test } from "vitest";
import { StatusLines } from "../../lib/src/base/status-lines";

const stream = (isTTY: boolean, columns = 40) => {
  const written: string[] = [];
  return { isTTY, columns, written, write: (text: string) => written.push(text) };
};

describe("StatusLines", () => {
  test("changes one line on a terminal, cut to its width", () => {
    const out = stream(true);
    const line = new StatusLines(out);
    line.update("a".repeat(60));
    line.update("b");
    line.update("b");
    line.print("done");
    expect(out.written).toEqual([`\r\x1b[K${"a".repeat(39)}`, "\r\x1b[Kb", "\r\x1b[K", "done\n"]);
  });

  test("writes sparse lines into a pipe", () => {
    const out = stream(false);
    const line = new StatusLines(out, 60);
    line.update("a");
    line.update("b");
    line.print("done");
    expect(out.written).toEqual(["done\n"]);
    const often = stream(false);
    new StatusLines(often, 0).update("a");
    expect(often.written).toEqual(["a\n"]);
  });

  test("several lines are taken away together", () => {
    const out = stream(true, 6);
    const lines = new StatusLines(out);
    lines.update(["one", "second", "3"]);
    lines.update(["1"]);
    lines.update(["1", "2"]);
    lines.clear();
    lines.clear();
    expect(out.written).toEqual(["\r\x1b[Kone\nsecon\n3", "\r\x1b[2A\x1b[J1", "\r\x1b[K1\n2", "\r\x1b[1A\x1b[J"]);
    const never = stream(false);
    new StatusLines(never, Infinity).update(["a", "b"]);
    expect(never.written).toEqual([]);
    new StatusLines(never, 0).update(["a", "b"]);
    expect(never.written).toEqual(["a\nb\n"]);
  });
});
