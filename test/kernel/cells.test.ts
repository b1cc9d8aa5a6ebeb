import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { jupyterPath, runPython } from "./kernelspec";
import { type Cell, type Ran, runCells, textOf } from "./run-cells";

// What strangers type into cells. DEEPNETS_TEST_NODE names another Node that is to run them.
const node = process.env.DEEPNETS_TEST_NODE;
const major = Number.parseInt(/node-?v?(\d+)/.exec(node ?? "")?.[1] ?? process.versions.node, 10);

const folder = mkdtempSync(join(tmpdir(), "deepnets-typed-"));
const files = {
  "x.ts": [
    'import { y } from "./y.ts";',
    "export const f = (n: number) => n + y();",
    "export enum Color { Red, Green }",
    "",
    "export function boom(): never {",
    '  throw new RangeError("from x");',
    "}",
  ].join("\n"),
  // They import each other.
  "y.ts": 'import { f } from "./x";\nexport const y = () => (typeof f === "function" ? 10 : 0);\n',
  "sub/index.ts": "export const where: string = import.meta.dirname; export default 5;\n",
  "slow.mts": "export const slow: number = await Promise.resolve(8);\n",
  "plain.js": "export const js = 1;\n",
  "data.json": '{ "a": [1, 2] }',
  "child.js": 'console.log("from the child"); console.error("child\'s complaint");\n',
};
beforeAll(() => {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const run = (cells: readonly (Cell | string)[], answers?: readonly string[]) =>
  runCells(cells, {
    cwd: folder,
    ...(node === undefined ? {} : { node }),
    ...(answers === undefined ? {} : { answers }),
  });

// Cells of tests that share a kernel: none is about its start, or asks for the number of a cell.
const together: string[] = [];
let ranTogether: Promise<Ran[]> | undefined;

/** Puts cells into the shared kernel, behind those of earlier tests; it starts when a test asks for what came of them. */
function cellsTogether(cells: readonly string[]): () => Promise<Ran[]> {
  const from = together.length;
  together.push(...cells);
  return async () => (await (ranTogether ??= run(together))).slice(from, from + cells.length);
}

/** The results of cells, each of which must have ended well. */
function results(ran: readonly Ran[]): string[] {
  expect(ran.map((one) => [one.status, textOf(one, "error")])).toEqual(ran.map(() => ["ok", ""]));
  return ran.map((one) => textOf(one, "execute_result"));
}

describe("a cell that never ends", () => {
  const loops = {
    "awaits what is there already": "while (true) { await null; n++; }",
    "awaits, and catches all errors": "for (;;) { try { await null; n++; } catch {} }",
    "awaits itself": "const again = async (): Promise<void> => { await null; n++; return again(); }; await again();",
    "awaits a generator": "async function* all() { for (;;) yield 1; }\nfor await (const one of all()) n += one;",
    "loops after an await": "await null; for (;;) n++;",
    "loops after an await, and catches all errors": "await null; for (;;) { try { for (;;) n++; } catch {} }",
    "loops in a timer": "setTimeout(() => { while (true) n++; }, 1); await new Promise(() => {});",
    "calls itself by then": "const f = (): Promise<void> => { n++; return Promise.resolve().then(f); }; await f();",
    "calls itself by nextTick":
      "const tick = () => { n++; process.nextTick(tick); }; tick(); await new Promise(() => {});",
    "calls itself by queueMicrotask":
      "const soon = () => { n++; queueMicrotask(soon); }; soon(); await new Promise(() => {});",
    "loops and never awaits": "do n++; while (true);",
    "trains batch by batch": [
      "const model = tf.sequential({ layers: [tf.layers.dense({ units: 2, inputShape: [3] })] });",
      'model.compile({ loss: "meanSquaredError", optimizer: "sgd" });',
      "const [xs, ys] = [tf.ones([4, 3]), tf.ones([4, 2])];",
      "while (true) { await model.trainOnBatch(xs, ys); n++; }",
    ].join("\n"),
  };
  const names = Object.keys(loops) as (keyof typeof loops)[];
  let ran: Ran[];
  beforeAll(async () => {
    const first = 'import { createRequire } from "node:module"; let n = 0; const kept = "kept";';
    const engine =
      `const tf = createRequire(${JSON.stringify(import.meta.dirname)})("@tensorflow/tfjs-node"); ` +
      "tf.scalar(1).dataSync()[0]";
    ran = await run([
      first,
      engine,
      ...names.flatMap((name) => [{ source: loops[name], stop: 0.8 }, "[kept, n > 5]", "n = 0;"]),
    ]);
  });

  test.each(names.map((name, i) => [name, 2 + 3 * i] as const))(
    "ends within 2 s of Stop, variables alive: it %s",
    (_, i) => {
      expect(ran[i]).toMatchObject({ status: "error", ename: "Interrupted" });
      expect(ran[i]!.seconds).toBeLessThan(2);
      expect(textOf(ran[i + 1], "execute_result"), textOf(ran[i + 1], "error")).toBe("[ 'kept', true ]");
    },
  );
});

test("a cell that never gives way ends with the Jupyter that started it, also by kill -9", async () => {
  const jupyter = jupyterPath(node === undefined ? {} : { node });
  const script = [
    "import os, signal, time",
    "from jupyter_client.manager import start_new_kernel",
    'manager, client = start_new_kernel(kernel_name="deepnets")',
    'client.execute("const f = (): Promise<void> => Promise.resolve().then(f); await f();")',
    "time.sleep(2)",
    "print(manager.provisioner.process.pid, flush=True)",
    "os.kill(os.getpid(), signal.SIGKILL)",
  ];
  const { stdout } = await runPython(["-c", script.join("\n")], { jupyter: jupyter.folder, cwd: folder });
  jupyter.remove();
  const pid = Number(stdout.trim());
  expect(pid).toBeGreaterThan(1);
  const lives = () => {
    try {
      // A zombie has ended: whoever inherits it has not asked yet.
      return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
    } catch {
      return false;
    }
  };
  await vi.waitFor(() => expect(lives()).toBe(false), { timeout: 15_000, interval: 200 });
});

describe("a name of an earlier cell", () => {
  const cells = [
    ["const x = 1; import fs, { readFileSync } from 'node:fs';", ""],
    ["({ x })", "{ x: 1 }"],
    ["[typeof { fs }.fs.readFileSync, typeof { readFileSync }.readFileSync]", "[ 'function', 'function' ]"],
    ["let n = 0; const get = () => n; const inc = () => ++n;", ""],
    ["n = 10; get()", "10"],
    ["inc(); [n, get()]", "[ 11, 11 ]"],
    ["n++; n += 2; [n, get()]", "[ 14, 14 ]"],
    ["({ n } = { n: 20 }); get()", "20"],
    ["[n] = [21]; get()", "21"],
    ["({ n = 22 } = {} as { n?: number }); get()", "22"],
    ["for (n of [1, 2, 3]); get()", "3"],
    ["let n = 100; [n, get()]", "[ 100, 3 ]"],
    ["let [a, { b = 2, ...rest }] = [1, { c: 3 } as { b?: number; c: number }]; const ab = () => [a, b, rest.c];", ""],
    ["a = 5; b = 6; ab()", "[ 5, 6, 3 ]"],
    ["var v = 1; { var inner = 2; } for (var i = 0; i < 3; i++); function twice() { return 2 * v; }", ""],
    ["v = 21; inner++; [twice(), inner, i]", "[ 42, 3, 3 ]"],
    ["class A { constructor(readonly p = 1) {} } enum E { P, Q } namespace N { export const inside = 4; }", ""],
    ["class B extends A {} [new B().p, E.Q, N.inside, { A }.A === A]", "[ 1, 1, 4, true ]"],
    ["function self(this: unknown) { return this; } const tag = (s: TemplateStringsArray) => s[0];", ""],
    ["[self(), tag`t`]", "[ undefined, 't' ]"],
    [
      "export const e1 = 1; export let e2 = 2; export const e3 = () => e2; export default function e4() { return e2; }",
      "",
    ],
    ["e2 = 7; [e1, e3(), e4()]", "[ 1, 7, 7 ]"],
    ["export { e1 as other }; export interface P { p: 1 } export type Q = P | null;", ""],
    ["const q: Q = { p: 1 }; q", "{ p: 1 }"],
  ] as const;
  const ran = cellsTogether(cells.map(([source]) => source));
  test("is the same variable in all cells, however it is written", async () => {
    expect(results(await ran())).toEqual(cells.map(([, result]) => result));
  });
});

describe("what a cell ends with", () => {
  const require =
    `import { createRequire } from "node:module"; const tf = ` +
    `createRequire(${JSON.stringify(import.meta.dirname)})("@tensorflow/tfjs-node");`;
  const cells = cellsTogether([
    "null",
    "undefined",
    "Promise.resolve(3)",
    "new Promise(() => {})",
    "({ p: Promise.resolve([1]) })",
    "console.log(setTimeout(() => {}, 1), Promise.resolve(3));",
    `${require} const t = tf.tensor2d([[1, 2], [3, 4]]); [t, tf.scalar(0.5)]`,
    "console.log(t, [tf.tensor1d([1, 2])]); const dead = tf.scalar(1); dead.dispose(); console.log(dead)",
    'const m = tf.sequential({ layers: [tf.layers.dense({ units: 2, inputShape: [3], kernelInitializer: "zeros" ' +
      '})] }); m.compile({ loss: "meanSquaredError", optimizer: "sgd", metrics: ["mse"] });',
    "m.evaluate(tf.ones([4, 3]), tf.ones([4, 2]))",
    "console.log(m); ({ m })",
    "'text'",
  ]);
  test("is shown as what it is", async () => {
    const ran = await cells();
    const shown = ran.map((one) => textOf(one, "execute_result"));
    expect(shown[0]).toBe("null");
    expect(shown[1]).toBe("");
    expect(shown[2]).toBe("Promise { 3 }");
    expect(shown[3]).toBe(
      'Promise { <pending> }\nThe value is not there yet: write "await" in front of the expression, and the cell ' +
        "waits for it.",
    );
    expect(shown[4]).toBe("{ p: Promise { [ 1 ] } }");
    expect(textOf(ran[5], "stdout")).toMatch(/^Timeout \{[\s\S]*\} Promise \{ 3 \}\n$/);
    expect(textOf(ran[5], "stdout")).not.toMatch(/Cell|kResourceStore|async_id|AsyncContext/i);
    expect(shown[6]).toBe("[\n  Tensor float32 [2, 2]\n    1  2\n    3  4,\n  Tensor float32 [] 0.5\n]");
    expect(textOf(ran[7], "stdout")).toBe(
      "Tensor float32 [2, 2]\n  1  2\n  3  4 [ Tensor float32 [2] 1  2 ]\nTensor float32 [] (disposed)\n",
    );
    expect(shown[9]).toBe("[ Tensor float32 [] 1, Tensor float32 [] 1 ]");
    for (const text of [textOf(ran[10], "stdout"), shown[10]])
      expect(text).toMatch(/input \[3\], 8 parameters\n[\s\S]*Dense/);
    expect(shown[11]).toBe("'text'");
  });
});

describe("half a character", () => {
  const cells = cellsTogether([
    'console.log("😀 ok".slice(0, 1)); console.error("😀 ok".slice(1)); console.log("😀");',
    '["😀".slice(1), "\\\\ud83d"].join()',
    'throw new Error("😀".slice(0, 1));',
  ]);
  test("reaches Jupyter as a replacement character, whole ones as they are", async () => {
    const [out, result, thrown] = await cells();
    expect(textOf(out, "stdout")).toBe("\ufffd\n😀\n");
    expect(textOf(out, "stderr")).toBe("\ufffd ok\n");
    expect(textOf(result, "execute_result")).toBe("'\\ude00,\\\\ud83d'");
    expect(thrown).toMatchObject({ status: "error", evalue: "\ufffd" });
  });
});

describe("an error that a cell catches and prints", () => {
  const sources = {
    json: 'try {\n  JSON.parse("{");\n} catch (e) { console.error(e); }',
    stack:
      'function f(): never {\n  throw new TypeError("bad");\n}\ntry { f(); } catch (e) { console.error((e as ' +
      "Error).stack); }",
    all:
      'try {\n  await Promise.any([\n    Promise.reject(new Error("one")),\n    (async () => { await null; f(); ' +
      "})()]);\n} catch (e) { console.error(e); }",
    deep:
      "function deep(n: number): number { return deep(n + 1) + 1; }\ntry { deep(0); } catch (e) { " +
      "console.error(e); }",
    imported: 'import { boom } from "./x.ts";\ntry {\n  boom(); } catch (e) { console.error(e); }',
    cause: 'console.error(new Error("outer",\n  { cause: new Error("inner") }));',
    uncaught: "deep(0)",
    thrown: "\nboom()",
    many: 'await Promise.any([\n  Promise.reject(new Error("one")),\n  Promise.reject(new TypeError("two"))])',
  };
  let ran: Record<string, Ran>;
  beforeAll(async () => {
    const all = await run(Object.values(sources));
    ran = Object.fromEntries(Object.keys(sources).map((name, i) => [name, all[i]!]));
  });
  const printed = (name: keyof typeof sources) => textOf(ran[name], "stderr");

  test.each([
    ["json", "cell[1]:2:8"],
    ["stack", "at f (cell[2]:2:9)\n    at cell[2]:4:7"],
    ["all", "at f (cell[2]:2:9)"],
    ["all", "cell[3]:3:20"],
    ["imported", `at boom (${join(folder, "x.ts")}:6:9)\n    at cell[5]:3:3`],
    ["cause", "cell[6]:1:15"],
    ["cause", "cell[6]:2:12"],
  ] as const)("names the places as typed: %s", (name, place) => {
    expect(printed(name)).toContain(place);
  });

  test("does not show the kernel's own calls, nor the same call over and over", () => {
    const text = Object.keys(sources)
      .map((name) => printed(name as keyof typeof sources))
      .join("\n");
    expect(text).not.toMatch(/node:|lib\/dist|runner|\.js:/);
    expect(printed("deep").split("\n").length).toBeLessThan(8);
    expect(printed("deep")).toContain("at deep (cell[4]:1:");
  });

  test("names the same places when nobody catches it", () => {
    expect(textOf(ran.thrown, "error")).toContain("x.ts, line 6, column 9, in boom");
    expect(textOf(ran.thrown, "error")).toContain("> 6 |   throw new RangeError");
    expect(ran.thrown).toMatchObject({ ename: "RangeError", evalue: "from x", line: 2 });
    expect(textOf(ran.uncaught, "error").match(/> 1 \|/g)!.length).toBeLessThan(8);
    expect(textOf(ran.uncaught, "error")).toMatch(/and \d+ more calls of the same functions/);
    expect(textOf(ran.many, "error")).toContain("error 1 of 2: Error: one\n\ncell [9], line 2, column 18");
    expect(textOf(ran.many, "error")).toContain("error 2 of 2: TypeError: two\n\ncell [9], line 3, column 18");
  });
});

describe("a cell", () => {
  const cells: [string, string][] = [
    ['import { f, Color } from "./x.ts"; import data from "./data.json" with { type: "json" };', ""],
    ['import { js } from "./plain.js"; import five, { where } from "./sub"; import { slow } from "./slow.mts";', ""],
    [
      "[f(1), Color.Green, data.a, js, five, where === process.cwd() + '/sub', slow]",
      "[ 11, 1, [ 1, 2 ], 1, 5, true, 8 ]",
    ],
    ['(await import("./data.json", { with: { type: "json" } })).default.a', "[ 1, 2 ]"],
    ['[(await import("./x.ts")).f(2), (await import("./slow.mts")).slow]', "[ 12, 8 ]"],
    ["declare global { var shared: number }\nglobalThis.shared = 5;", ""],
    ['/^[\\p{L}--[a-z]]$/v.test("A")', "true"],
    ["shared + [1, 2, 3].findLast((x) => x < 3)! + [3, 1].toSorted()[0]!", "8"],
    ["// @ts-nocheck\nconst wrong: string = 1; wrong", "1"],
    ["function id<const T>(x: T): T { return x; } const two: readonly [1, 2] = id([1, 2]); two", "[ 1, 2 ]"],
    ["let ended = 0; { using one = { [Symbol.dispose]() { ended++; } }; void one; } ended", "1"],
    ["await using last = { async [Symbol.asyncDispose]() { ended++; } };", ""],
    ["ended", "2"],
    ["[typeof import.meta.url, import.meta.dirname === process.cwd()]", "[ 'string', true ]"],
    ["this", ""],
    ["/** @module shapes */\nexport const area = (r: number) => r * r;", ""],
    ['import { area } from "./shapes"; area(3)', "9"],
  ];
  if (major >= 22)
    cells.push(
      ['Object.groupBy([1, 2, 3], (x) => (x % 2 ? "odd" : "even")).odd', "[ 1, 3 ]"],
      ["[new Set([1]).union(new Set([2])).size, [1, 2].values().map((x) => 2 * x).toArray()]", "[ 2, [ 2, 4 ] ]"],
    );
  const ran = cellsTogether(cells.map(([source]) => source));
  test("is what a module is in the Node that runs it", async () => {
    expect(results(await ran())).toEqual(cells.map(([, result]) => result));
  });
});

describe("what the running Node does not have", () => {
  const cells = cellsTogether([
    "[].nothingLikeIt",
    'import { later } from "./later";',
    'import fs from "node:fs"; fs.writeFileSync("later.ts", "export const later: number = 1;\\n");',
    'import { later } from "./later"; later',
    'fs.writeFileSync("later.ts", "export const later: number = 22;\\n");',
    'import { later } from "./later"; later',
    'Object.groupBy([1], () => "x")',
  ]);
  test("is refused, saying so; a file that is mended is read anew", async () => {
    const ran = await cells();
    expect(ran[0]!.evalue).toContain("Property 'nothingLikeIt' does not exist");
    expect(ran[1]!.evalue).toContain("Cannot find module './later'");
    expect([ran[3], ran[5]].map((one) => textOf(one, "execute_result"))).toEqual(["1", "22"]);
    if (major < 22) expect(ran[6]!.evalue).toContain(`Node ${process.versions.node} does not have it.`);
  });
});

const asking = [
  'import { createInterface } from "node:readline/promises"; import classic from "node:readline";',
  "const rl = createInterface({ input: process.stdin, output: process.stdout }); const who = await " +
    'rl.question("Name? "); rl.close(); who',
  'prompt("Age?") + "!"',
  "const old = classic.createInterface({ input: process.stdin }); await new Promise<string>((done) => " +
    'old.question("Old? ", done))',
  'process.stdout.write("line> "); let line = ""; for await (line of old) break; line',
  'process.stdout.write("raw> "); let raw; for await (raw of process.stdin) break; String(raw)',
  'const both = async () => [prompt("one"), prompt("two")]; await both()',
] as const;

test("a cell that asks opens Jupyter's input box, with its question", async () => {
  const ran = await run(asking, ["Ada", "36", "past", "first", "second", "1", "2"]);
  expect(ran.map((one) => textOf(one, "execute_result"))).toEqual([
    "",
    "'Ada'",
    "'36!'",
    "'past'",
    "'first'",
    "'second\\n'",
    "[ '1', '2' ]",
  ]);
  expect(ran.map(({ questions }) => questions)).toEqual([
    [],
    ["Name? "],
    ["Age?"],
    ["Old? "],
    ["line> "],
    ["raw> "],
    ["one", "two"],
  ]);
});

describe("where nobody can answer", () => {
  const cells = cellsTogether([
    ...asking,
    "const sync = () => prompt('no');\nsync()",
    'let name = "nobody"; try { name = prompt("Name?")! } catch {} name',
  ]);
  test("a cell that asks ends with an error; one that catches it goes on", async () => {
    const ran = await cells();
    for (const one of ran.slice(1, asking.length)) {
      expect(one.status).toBe("error");
      expect(one.evalue).toMatch(/^Expected somebody to answer ".*" but this run has no one to ask/);
    }
    expect(ran[asking.length]!.evalue).toContain("Expected prompt() at the top of a cell or in an async function");
    expect(textOf(ran.at(-1), "execute_result")).toBe("'nobody'");
  });
});

describe("what a child writes to the streams that it shares", () => {
  const cells = cellsTogether([
    'import { execFileSync, execSync, fork, spawn, spawnSync } from "node:child_process";',
    'execSync("echo out; echo err >&2", { stdio: "inherit" })',
    '[execFileSync("sh", ["-c", "echo both; echo E >&2"], { stdio: ["ignore", "inherit", "inherit"] }), ' +
      'String(execSync("echo piped"))]',
    'const done = spawnSync("sh", ["-c", "echo a; echo b >&2; exit 3"], { stdio: "inherit" }); [done.status, ' +
      "done.stdout, done.stderr]",
    'const kid = fork("./child.js"); await new Promise((ended) => kid.on("close", ended)); kid.stdout',
    'await new Promise((ended) => spawn("sh", ["-c", "echo spawned"], { stdio: [0, 1, process.stderr] ' +
      '}).on("close", ended));',
    'try { execSync("echo bad; exit 2", { stdio: "inherit" }); } catch (e) { console.log((e as { status: number ' +
      "}).status); }",
    'execSync("yes | head -c 3000000 | tail -c 4", { stdio: ["pipe", "inherit", "pipe"] }); ' +
      'String(execSync("echo own", { stdio: ["pipe", "pipe", "inherit"] }))',
  ]);
  test("is in the cell", async () => {
    const ran = await cells();
    const told = ran.map((one) => [textOf(one, "stdout"), textOf(one, "stderr"), textOf(one, "execute_result")]);
    expect(ran.map(({ status }) => status)).toEqual(ran.map(() => "ok"));
    expect(told.slice(1)).toEqual([
      ["out\n", "err\n", "null"],
      ["both\n", "E\n", "[ null, 'piped\\n' ]"],
      ["a\n", "b\n", "[ 3, null, null ]"],
      ["from the child\n", "child's complaint\n", "null"],
      ["spawned\n", "", ""],
      ["bad\n2\n", "", ""],
      ["y\ny\n", "", "'own\\n'"],
    ]);
  });
});
