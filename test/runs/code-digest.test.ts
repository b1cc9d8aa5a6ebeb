import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { codeDigest, digestFile, ownCodeDigest } from "../../lib/src/runs/code-digest";
import { withoutWording } from "../../lib/src/runs/wording";

let source: string;
beforeEach(() => {
  source = mkdtempSync(join(tmpdir(), "rooms-"));
});
afterEach(() => rmSync(source, { recursive: true }));

function write(name: string, text: string): void {
  mkdirSync(dirname(join(source, name)), { recursive: true });
  writeFileSync(join(source, name), text);
}

const digest = () => codeDigest(source, withoutWording);

const step = [
  "// A step along the gradient.",
  "function step(w, gradient) {",
  "  if (gradient.length !== w.length) throw new errors_1.UserError(`Expected ${w.length} values but found " +
    "${gradient.length}.`);",
  '  const op = single("MatMul", [w, gradient], { wayOut: "set it right" });',
  "  return w - 0.5 * op;",
  "}",
].join("\n");

test("the digest follows each file of the four rooms, and of the ground floor what computes", () => {
  const counted = [
    ...["data/a.js", "graph/a.js", "graph/ops/b.js", "models/a.js", "training/a.js"],
    ...["base/item-at.js", "base/shape.js"],
  ];
  for (const file of [...counted, "figures/a.js", "base/text.js"]) write(file, "1");
  const first = digest();
  for (const file of ["figures/a.js", "runs/a.js", "base/text.js", "data/a.d.ts", "data/notes.md", "parts.js"])
    write(file, "other()");
  expect(digest()).toBe(first);
  for (const file of [...counted, "training/new.js"]) {
    const before = digest();
    write(file, "other()");
    expect(digest(), file).not.toBe(before);
  }
});

test("two files that swap their code have another digest", () => {
  write("graph/a.js", "f()");
  write("graph/b.js", "g()");
  const first = digest();
  write("graph/a.js", "g()");
  write("graph/b.js", "f()");
  expect(digest()).not.toBe(first);
});

test.each([
  ["a comment", "along the gradient", "down the slope"],
  ["the words of an error", "Expected ${w.length} values", "Give ${w.length} numbers, ${gradient} are"],
  ["a sentence elsewhere", "set it right", "correct it at once"],
  ["layout", "\n  return", "\n\n\n      return"],
])("another wording has the same digest: %s", (_, old, text) => {
  write("graph/step.js", step);
  const before = digest();
  const after = step.replace(old, text);
  expect(after).not.toBe(step);
  write("graph/step.js", after);
  expect(digest()).toBe(before);
});

test.each([
  ["a number", "0.5", "0.25"],
  ["a sign", "w -", "w +"],
  ["the name of an operation", '"MatMul"', '"BatchMatMulV2"'],
  ["the order of operands", "[w, gradient]", "[gradient, w]"],
  ["a condition before an error", "!==", "<"],
  ["an error that is no longer thrown", "throw new", "new"],
])("another computation has another digest: %s", (_, old, text) => {
  write("graph/step.js", step);
  const before = digest();
  const after = step.replace(old, text);
  expect(after).not.toBe(step);
  write("graph/step.js", after);
  expect(digest()).not.toBe(before);
});

test("texts with a space are wording, in templates too; values within them count", () => {
  const [a, b, c] = ["f(`a ${x} b`)", "f(`A ${x} c d`)", "f(`a ${y} b`)"].map((text) => withoutWording("a.js", text));
  expect(a).toBe(b);
  expect(a).not.toBe(c);
});

test("set-up wrote the digest of the compiled library, which its code reads", () => {
  const dist = resolve(__dirname, "../../lib/dist");
  const written = readFileSync(join(dist, digestFile), "utf8").trim();
  expect(written).toBe(codeDigest(join(dist, "src"), withoutWording));
  const compiled = require(join(dist, "src/runs/code-digest.js")) as { ownCodeDigest: typeof ownCodeDigest };
  expect(compiled.ownCodeDigest()).toBe(written);
});

test("sources that run as they stand count with all their text", () => {
  expect(ownCodeDigest()).toBe(codeDigest(resolve(__dirname, "../../lib/src")));
});
