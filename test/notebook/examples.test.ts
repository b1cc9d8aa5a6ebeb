import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join, relative, resolve } from "node:path";
import * as ts from "typescript";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import type { Dataset, Mnist } from "../../lib/src/data";
import { firstExamples } from "../../lib/src/runs/first-examples";
import type { RunRecord } from "../../lib/src/runs/record";
import { loadRecord, recordText } from "../../lib/src/runs/record-file";
import { agreeing, sampleRecord } from "../fixtures/records";

// Every @example in lib/src is compiled as a cell is, with the project's TypeScript, against the built library, and
// run.
const root = resolve(import.meta.dirname, "../..");
const require = createRequire(join(root, "test/examples.ts"));

interface Example {
  /** `data/idx.ts parseIdx` */
  readonly title: string;
  readonly file: string;
  readonly name: string;
  readonly code: string;
}

const examples: Example[] = readdirSync(join(root, "lib/src"), { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && entry.name.endsWith(".ts"))
  .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
  .sort()
  .flatMap((file) =>
    [
      ...readFileSync(file, "utf8").matchAll(
        /\/\*\*((?:(?!\*\/)[\s\S])*?)@example\b((?:(?!\*\/)[\s\S])*)\*\/\s*export (?:async )?(?:abstract )?(?:function|const|class) (\w+)/g,
      ),
    ].map((match) => {
      const code = match[2].replace(/^\s*\* ?/gm, "").trim();
      const path = relative(join(root, "lib/src"), file);
      return { title: `${path} ${match[3]}`, file: path, name: match[3], code };
    }),
  );

/** What examples take for granted: their names, types and, below, values. */
const context = `
import * as tf from "@tensorflow/tfjs-node";
import * as deepnets from "deepnets";
import type { Mnist, Parameters, Run, RunRecord } from "deepnets";
declare const mnist: Mnist, p: Parameters, run: Run, runs: RunRecord[], otherSeeds: RunRecord[], model: tf.Sequential, output: any, kernel: any;
declare const xs: number[], series: number[], states: number[], sums: number[], state: number[], predictions: number[];
declare const forget: number[], input: number[], cell: number[], kernels: { name: string; map: number[][] }[];
declare const image: deepnets.figures.Figure, map: deepnets.figures.Figure, fresh: { sums: number[]; labels: number[] };
`;

const library = require(join(root, "lib/dist/src/index.js")) as Record<string, unknown>;
const called = (code: string) => new Set(code.match(/\b[A-Za-z]\w*/g));

function sourceOf({ file, name, code }: Example): string {
  const words = called(code);
  const bound = new Set(
    [...code.matchAll(/\b(?:const|let)\s+(?:(\w+)|[[{]([^\]}]*)[\]}])/g)].flatMap((match) =>
      (match[1] ?? match[2]).split(/[\s,:]+/),
    ),
  );
  const exported = Object.keys(library).filter((word) => words.has(word) && !bound.has(word));
  // What only the library itself uses is taken from its own file.
  const own =
    words.has(name) && !exported.includes(name) && !new RegExp(`\\.${name}\\b`).test(code)
      ? `import { ${name} } from ${JSON.stringify(join(root, "lib/dist/src", file.replace(/\.ts$/, "")))};\n`
      : "";
  const shown = code.replace(
    /^(?!\s)([^\n;]*(?:\([^\n]*\))?[^\n;]*); \/\/ (.*)$/gm,
    (line, expression: string, text: string) =>
      /^(const|let|for|show)\b/.test(expression) || literal(text) === undefined
        ? line
        : `__check(${expression}, ${JSON.stringify(text)});`,
  );
  return (
    `${context}${own}declare function __check(found: unknown, text: string): ` +
    `void;\n${exported.length > 0 ? `const { ${exported.join(", ")} } = deepnets;\n` : ""}export async function ` +
    `example() {\n${shown}\n}\nvoid tf;\n`
  );
}

/** The value that a remark behind an expression states, if it is one. */
function literal(text: string): { readonly value: unknown } | undefined {
  if (!/^(-?[\d.]+|"[^"]*"|true|false|\[.*\]|\{.*\}|(?:Float32|Uint8)Array \[.*\])$/.test(text)) return undefined;
  return { value: new Function(`return (${text.replace(/^\w+Array /, "")});`)() };
}

function check(found: unknown, text: string): void {
  const { value } = literal(text)!;
  if (typeof value === "number" && !Number.isInteger(value))
    expect(found).toBeCloseTo(value, text.split(".")[1].length - 0.31);
  else expect(ArrayBuffer.isView(found) ? Array.from(found as unknown as ArrayLike<number>) : found).toEqual(value);
}

const virtual = new Map(examples.map((example, i) => [join(root, "test", `example-${i}.ts`), sourceOf(example)]));
const compiled = new Map<string, string>();
const errors = new Map<string, string[]>();

const folder = mkdtempSync(join(tmpdir(), "examples-"));
const globals: Record<string, unknown> = { __check: check };

beforeAll(async () => {
  const options = {
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.CommonJS,
    moduleResolution: ts.ModuleResolutionKind.Node10,
    esModuleInterop: true,
    lib: ["lib.es2022.d.ts"],
    types: ["node"],
    typeRoots: [join(root, "node_modules/@types")],
    strict: false,
    noLib: false,
    skipLibCheck: true,
  };
  const host = ts.createCompilerHost(options);
  const { fileExists, readFile, getSourceFile } = host;
  host.fileExists = (name) => virtual.has(name) || fileExists(name);
  host.readFile = (name) => virtual.get(name) ?? readFile(name);
  host.getSourceFile = (name, version, ...rest) =>
    virtual.has(name) ? ts.createSourceFile(name, virtual.get(name)!, version) : getSourceFile(name, version, ...rest);
  host.writeFile = (name, text) => void compiled.set(name.replace(/\.js$/, ".ts"), text);
  const program = ts.createProgram([...virtual.keys()], options, host);
  for (const name of virtual.keys()) {
    const source = program.getSourceFile(name)!;
    const found = [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)];
    errors.set(
      name,
      found.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, "\n")),
    );
    program.emit(source);
  }

  vi.stubEnv("DEEPNETS_RUNS", folder);
  vi.spyOn(console, "log").mockImplementation(() => undefined);
  const record = (part: "h6-1a" | "h6-1b" | "h6-1c" | "h6-1d" | "h6-2", seed = 1): RunRecord => {
    const sample = sampleRecord(part, seed);
    const made = agreeing({
      ...sample,
      final: { ...sample.final!, test: { ...sample.final!.test, accuracy: 0.9841 } },
    });
    mkdirSync(join(folder, part, `full-s${seed}`), { recursive: true });
    writeFileSync(join(folder, part, `full-s${seed}`, "record.json"), recordText(made));
    return made;
  };
  const runs = (["h6-1a", "h6-1b", "h6-1c", "h6-1d"] as const).map((part) => record(part));
  const { drawSeries, loadMnist, models, parameters, figures } = library as typeof import("../../lib/src/index");
  const heatmap = figures.heatmap(
    [
      [0, 1],
      [1, 0],
    ],
    { title: "small" },
  );
  const wave = (length: number) => Array.from({ length }, (_, i) => Math.sin(i));
  const cnn = models.cnn();
  // Three of the finished runs kept their networks.
  const { describe } = require(
    join(root, "lib/dist/src/models/describe"),
  ) as typeof import("../../lib/src/models/describe");
  const { writeModel } = require(
    join(root, "lib/dist/src/runs/model-file"),
  ) as typeof import("../../lib/src/runs/model-file");
  for (const [finished, model] of [
    [runs[0], models.linear()],
    [runs[3], cnn],
    [{ ...record("h6-2"), data: drawSeries({ seed: 1 }).hash }, models.lstm()],
  ] as const) {
    const kept = { ...finished, model: describe(model) };
    const place = join(folder, kept.part, "full-s1");
    writeFileSync(join(place, "record.json"), recordText(kept));
    await writeModel(place, model, loadRecord(join(place, "record.json")));
  }
  Object.assign(globals, {
    mnist: await loadMnist(),
    p: parameters("t6-1", { seed: 1, batchSize: 100, iterations: 20, optimizer: { name: "sgd", learningRate: 0.5 } }),
    run: { record: runs[1], folder: join(folder, "h6-1b/full-s1") },
    runs,
    otherSeeds: [2, 3].flatMap((seed) => runs.map(({ part }) => record(part as "h6-1a", seed))),
    output: Object.assign(wave(30), { data: async () => Float32Array.from(wave(28 * 28 * 32)) }),
    xs: wave(9),
    kernel: Object.assign(wave(25), heatmap),
    series: wave(30).map((x) => Math.round(4.5 + 4 * x)),
    states: wave(60),
    sums: wave(30).map((x) => 100 + Math.round(9 * x)),
    state: wave(30),
    predictions: wave(30).map((x) => Number(x > 0)),
    forget: wave(30),
    input: wave(30),
    cell: wave(30),
    kernels: [
      {
        name: "one",
        map: [
          [0, 1],
          [1, 0],
        ],
      },
    ],
    image: heatmap,
    map: heatmap,
    fresh: { sums: wave(30).map((x) => 100 + Math.round(9 * x)), labels: wave(30).map((x) => Number(x > 0)) },
    linear: models.linear(),
    cnn,
  });
}, 120_000);

afterAll(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true, force: true });
});

test("there are examples, and every function that a cell can use has one", () => {
  expect(examples.length).toBeGreaterThan(50);
  const { models, figures, ...rest } = library as Record<string, Record<string, unknown>>;
  const functions = (from: Record<string, unknown>) =>
    Object.keys(from).filter((name) => typeof from[name] === "function" && !/^class\b/.test(String(from[name])));
  const documented = new Set(examples.map(({ name }) => name));
  expect(
    [...functions(rest), ...functions(models), ...functions(figures)].filter((name) => !documented.has(name)),
  ).toEqual([]);
});

/** With the first thousand test images alone. */
const few = (mnist: Mnist): Dataset => ({ ...mnist, test: firstExamples(mnist.test, 1000) });

test.each(examples.map((example, i) => [example.title, example, i] as const))(
  "%s",
  async (_, example, i) => {
    const name = join(root, "test", `example-${i}.ts`);
    expect(errors.get(name)).toEqual([]);
    const model = /filters|weights\(/.test(example.code) && example.name === "filters" ? globals.cnn : globals.linear;
    // The pad classifies all test images with each network again and again: few are enough here.
    const mnist = example.file === "notebook/live/digits.ts" ? few(globals.mnist as Mnist) : globals.mnist;
    const values: Record<string, unknown> = { ...globals, model, mnist };
    const module = { exports: {} as { example?: () => Promise<void> } };
    new Function("module", "exports", "require", ...Object.keys(values), compiled.get(name)!)(
      module,
      module.exports,
      require,
      ...Object.values(values),
    );
    await module.exports.example!();
  },
  200_000,
);
