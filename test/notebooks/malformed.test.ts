// Notebooks as editors, merges and other programs leave them: each is one sentence, and the others go on.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { UserError } from "../../lib/src/base/errors.cjs";
import { main as exportMain } from "../../lib/tools/export/export";
import { checkFolder } from "../../lib/tools/handin/check";
import { readNotebook } from "../../lib/tools/notebooks/notebook";

const code = (more: object) => ({
  cell_type: "code",
  execution_count: null,
  metadata: {},
  outputs: [],
  source: "1 + 1",
  ...more,
});
const prose = { cell_type: "markdown", metadata: {}, source: "# Prose" };
const made = (cells: unknown, more: object = {}) =>
  JSON.stringify({ cells, metadata: {}, nbformat: 4, nbformat_minor: 5, ...more });
const cell = (more: object) => made([prose, code(more)]);
const output = (one: unknown) => cell({ outputs: [one] });
const display = (data: unknown) => output({ output_type: "display_data", metadata: {}, data });
const deep = "[".repeat(100_000) + "]".repeat(100_000);

/** What stands in the file, and what the sentence about it says. */
const malformed: readonly (readonly [what: string, text: string | Buffer, says: string])[] = [
  ["no outputs to iterate", cell({ outputs: { a: 1 } }), "the cell's outputs to be a list but found an object (cell 2"],
  ["outputs of text", cell({ outputs: "abc" }), 'to be a list but found "abc" (cell 2 of'],
  ["a source of a number", cell({ source: 5 }), "the cell's source to be text but found 5 (cell 2 of"],
  ["a source of null", cell({ source: null }), "source to be text but found null (cell 2 of"],
  ["no source", cell({ source: undefined }), "source to be text but found none (cell 2 of"],
  ["a source with a number in it", cell({ source: ["a", 5] }), "source to be text but found a list (cell 2 of"],
  ["metadata of a list", cell({ metadata: [] }), "metadata to be an object but found a list (cell 2 of"],
  ["a cell that is null", made([prose, null]), "Expected a cell but found null (cell 2 of"],
  ["a cell that is a text", made(["print"]), 'Expected a cell but found "print" (cell 1 of'],
  ["an unknown type of cell", cell({ cell_type: "heading" }), 'a cell type but found "heading" (cell 2 of'],
  ["an output that is null", output(null), "Expected an output but found null (cell 2 of"],
  ["an output of no type", output({ data: {} }), "a type of output but found none (cell 2 of"],
  ["a stream of a number", output({ output_type: "stream", text: 5 }), "text of an output but found 5 (cell 2 of"],
  ["a display of null", display(null), "data of an output to be an object but found null (cell 2 of"],
  ["HTML that is a number", display({ "text/html": 5 }), "text/html of an output to be text but found 5 (cell 2 of"],
  ["text that is an object", display({ "text/plain": {} }), "text/plain of an output to be text but found an object"],
  ["cells of null", made(null), "the notebook's cells to be a list but found null ("],
  ["no cells", made(undefined), "the notebook's cells to be a list but found none ("],
  ["cells by number", made({ 0: prose }), "the notebook's cells to be a list but found an object ("],
  ["a list", "[]", "a notebook of format 4 but found a list ("],
  ["null", "null", "a notebook of format 4 but found null ("],
  ["format 3", JSON.stringify({ nbformat: 3, worksheets: [] }), "format 4 but found 3 ("],
  ["a format in quotes", made([], { nbformat: "4" }), 'format 4 but found "4" ('],
  ["an empty file", "", "not JSON, since it is empty ("],
  ["a byte order mark", `\uFEFF${cell({})}`, "since it starts with a byte order mark: save it as UTF-8 without one ("],
  ["UTF-16", Buffer.from(cell({}), "utf16le"), "since it is not stored as UTF-8 ("],
  ["its first half", cell({}).slice(0, 60), "since its end is missing ("],
  ["NaN", cell({ metadata: { a: 1.5 } }).replace("1.5", "NaN"), "since it holds NaN or Infinity"],
  ["a merge", `{\n<<<<<<< HEAD\n"a": 1,\n=======\n"a": 2,\n>>>>>>> b\n}`, "since Git left both sides of a merge in it"],
  ["a comma too many", '{"cells": [],}', "found a file that is not JSON ("],
  ["lists without end", display({ "application/json": 1 }).replace(/1\}/, `${deep}}`), "more than 500 deep ("],
];

const home = mkdtempSync(join(tmpdir(), "deepnets-malformed-"));
afterAll(() => rmSync(home, { recursive: true, force: true }));

describe("a notebook that cannot be read is one sentence:", () => {
  test.each(malformed)("%s", (_, text, says) => {
    const file = join(home, "part.ipynb");
    writeFileSync(file, text);
    let error: unknown;
    try {
      readNotebook(file);
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(UserError);
    const { message } = error as Error;
    expect(message).toContain(says);
    expect(message).toContain("part.ipynb");
    expect(message).toMatch(/^Expected .*: .*restore it .*\.$/);
    expect(message.length).toBeLessThan(400);
  });

  test("a folder of that name, no file, and what can be read for ever", () => {
    mkdirSync(join(home, "folder.ipynb"));
    expect(() => readNotebook(join(home, "folder.ipynb"))).toThrow("Expected a notebook but found a folder (");
    expect(() => readNotebook(join(home, "none.ipynb"))).toThrow("Expected a notebook but found no file (");
    expect(() => readNotebook("/dev/zero")).toThrow("found something else than a file (/dev/zero)");
    expect(() => readNotebook("/proc/self/mem")).toThrow(
      /^Expected the disk or network drive to answer but it reports a fault \(EIO, \/proc\/self\/mem\): look at the drive/,
    );
  });
});

test("what a program left out, or set to null, is no fault", () => {
  const file = join(home, "part.ipynb");
  const bare = { cell_type: "code", source: ["1\n", "2"] };
  writeFileSync(file, made([bare, { ...bare, metadata: null, outputs: null }, { ...prose, metadata: null }]));
  expect(readNotebook(file).cells.map(({ metadata, outputs }) => [metadata, outputs])).toEqual([
    [{}, []],
    [{}, []],
    [{}, undefined],
  ]);
});

test("a note that is damaged counts as none", () => {
  const file = join(home, "part.ipynb");
  const note = { question: 5, answer: ["x"], executed: {}, outputs: 3 };
  const metadata = { deepnets: { run: { source: 3 }, notice: 3, threads: { intra: 1, inter: 1 } } };
  writeFileSync(
    file,
    made([code({ metadata: { deepnets: note } }), code({ metadata: { deepnets: "x" } })], { metadata }),
  );
  const { cells, metadata: read } = readNotebook(file);
  expect(cells.map((one) => one.metadata)).toEqual([{ deepnets: {} }, {}]);
  expect(read).toEqual({ deepnets: { threads: { intra: 1, inter: 1 } } });
});

describe("beside whole ones", () => {
  const from = join(home, "notebooks");
  beforeAll(() => {
    mkdirSync(from);
    mkdirSync(join(from, "h6-1a-linear.ipynb"));
    const files = {
      "h6-1b-mlp": cell({ outputs: { a: 1 } }),
      "h6-1c-dropout": cell({ source: 5 }),
      "h6-1d-cnn": "[]",
      "h6-1e-comparison": made([{ cell_type: "code", source: "1 + 1" }]),
      "h6-2-lstm": made([prose], { metadata: { deepnets: { notice: 3 } } }),
      "t6-1-convolution": made([{ ...prose, source: "# Half \ud83d a character" }]),
      "t6-2-lstm": made([{ ...prose, source: "# Whole" }]),
    };
    for (const [name, text] of Object.entries(files)) writeFileSync(join(from, `${name}.ipynb`), text);
    vi.stubEnv("DEEPNETS_NOTEBOOKS", from);
    vi.stubEnv("DEEPNETS_HANDIN", join(home, "handin"));
    vi.stubEnv("DEEPNETS_RUNS", join(home, "runs"));
    vi.stubEnv("DEEPNETS_CELLS", join(home, "cells.jsonl"));
  });
  afterAll(() => void vi.unstubAllEnvs());
  afterEach(() => void vi.restoreAllMocks());

  test("export names each with its cell, makes the other pages, and ends with 1", async () => {
    const lines: string[] = [];
    vi.spyOn(console, "log").mockImplementation((line) => void lines.push(line));
    expect(await exportMain([])).toBe(1);
    const said = lines.join("\n");
    expect(said).toMatch(/h6-1a-linear\.html +not made\n +h6-1a-linear: Expected a notebook but found a folder/);
    expect(said).toContain("h6-1b-mlp, cell 2: its outputs cannot be read: run the cell again");
    expect(said).toContain("h6-1c-dropout, cell 2: its source is no text");
    expect(said).toMatch(/h6-1d-cnn\.html +not made\n +h6-1d-cnn: Expected a notebook of format 4 but found a list/);
    expect(lines.filter((line) => line.includes(" MB")).map((line) => line.replace(/\.html.*/, ""))).toEqual([
      "h6-1b-mlp",
      "h6-1c-dropout",
      "h6-1e-comparison",
      "h6-2-lstm",
      "t6-1-convolution",
      "t6-2-lstm",
    ]);
    expect(readFileSync(join(home, "handin", "t6-1-convolution.html"), "utf8")).toContain("Half \uFFFD a character");
    expect(readFileSync(join(home, "handin", "t6-2-lstm.html"), "utf8")).toContain("Whole");
  });

  test("check names each, and lists what is missing of the others", async () => {
    const findings = await checkFolder(from, { html: false });
    const unreadable = findings.filter(({ rule }) => rule === "notebook-unreadable");
    expect(unreadable.map(({ notebook }) => notebook)).toEqual([
      "h6-1a-linear",
      "h6-1b-mlp",
      "h6-1c-dropout",
      "h6-1d-cnn",
    ]);
    const bare = findings.filter(({ notebook }) => notebook === "h6-1e-comparison");
    expect(bare.map(({ rule, cell: place }) => [rule, place])).toContainEqual(["run-order", "cell 1 of 1 (1 + 1)"]);
  });
});
