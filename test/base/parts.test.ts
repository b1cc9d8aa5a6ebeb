import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { describe, expect, test } from "vitest";
import { modelStyle } from "../../lib/src/figures/theme";
import { countedIn, findPart, parts, trainedParts } from "../../lib/src/parts";

const root = join(__dirname, "../..");

test("the table holds every notebook, and every notebook stands in it", () => {
  const files = readdirSync(join(root, "notebooks")).filter((name) => name.endsWith(".ipynb"));
  expect(parts.map(({ notebook }) => `${notebook}.ipynb`).sort()).toEqual(files.sort());
  expect(new Set(parts.map(({ id }) => id)).size).toBe(parts.length);
  for (const { needs } of parts) for (const id of needs) expect(findPart(id)?.sheet, id).toBeDefined();
});

// Written once more on purpose, as the sheet has it: what the hand-in is checked against must not drift.
test("the table says what the sheet says", () => {
  const adam = { name: "adam", learningRate: 0.001, beta1: 0.9, beta2: 0.999, epsilon: 1e-8 };
  const mnist = { iterations: 20_000, batchSize: 100, optimizer: adam, metric: "accuracy" };
  expect(Object.fromEntries(trainedParts.map(({ id, sheet }) => [id, sheet]))).toMatchObject({
    "h6-1a": { ...mnist, iterations: 10_000, optimizer: { name: "sgd", learningRate: 0.5 } },
    "h6-1b": mnist,
    "h6-1c": mnist,
    "h6-1d": mnist,
    "h6-2": { epochs: 60, iterations: 9_600, batchSize: 50, optimizer: adam, metric: "balanced accuracy" },
  });
  // 60 epochs of 8,000 series in batches of 50
  expect((60 * 8_000) / 50).toBe(9_600);
  expect(trainedParts.map(countedIn)).toEqual(["iterations", "iterations", "iterations", "iterations", "epochs"]);
  expect(Object.fromEntries(parts.map(({ notebook, questions }) => [notebook, questions]))).toEqual({
    "h6-1a-linear": ["H6.1 a"],
    "h6-1b-mlp": ["H6.1 b", "H6.1 b: Adam", "H6.1 b: sign of the bias"],
    "h6-1c-dropout": ["H6.1 c"],
    "h6-1d-cnn": ["H6.1 d"],
    "h6-1e-comparison": [
      "H6.1 e: curves",
      "H6.1 e: under- and overfitting",
      "H6.1 e: regularization against convolution",
      "H6.1 e: parameters",
    ],
    "h6-2-lstm": ["H6.2 a", "H6.2 b", "H6.2 c", "H6.2 d", "H6.2 e"],
    "t6-1-convolution": [],
    "t6-2-lstm": [],
  });
  expect(parts.map(({ label }) => label)).toEqual([
    ...["H6.1 a", "H6.1 b", "H6.1 c", "H6.1 d", "H6.1 e", "H6.2"],
    ...["T6.1", "T6.2"],
  ]);
});

test("a part is found by its id, its notebook and its file, and by nothing else", () => {
  for (const word of ["h6-1b", "h6-1b-mlp", "h6-1b-mlp.ipynb", "notebooks/h6-1b-mlp.ipynb", "./notebooks/h6-1b-mlp"])
    expect(findPart(word)?.id, word).toBe("h6-1b");
  for (const word of ["h6-1", "h6-1bx", "h6-1b-", "", "../h6-1b", "H6-1b"])
    expect(findPart(word), word).toBeUndefined();
});

test("a model has its name and its colour from the table", () => {
  expect(modelStyle("h6-1d")).toEqual({ name: "CNN", color: "#00664b", symbol: "triangle-up" });
  expect(modelStyle("t6-1")).toEqual(modelStyle("h6-1d"));
  expect(modelStyle("h6-1e")).toMatchObject({ name: "h6-1e", color: "#1f2933" });
});

const names = parts.flatMap(({ id, notebook }) => [id, notebook]).sort((a, b) => b.length - a.length);
const spelled = new RegExp(`(?<![\\w-])(?:${names.join("|")})(?![\\w-])`);

/** Words of a source that name a part: strings, keys and patterns, but no sentence that gives one as an example. */
function namedParts(file: string, source: string): string[] {
  if (!/\.ts$/.test(file))
    return [...source.matchAll(/(["'`])((?:(?!\1)\S)+)\1/g)]
      .map((found) => found[2]!)
      .filter((text) => spelled.test(text));
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    const pattern = ts.isRegularExpressionLiteral(node);
    if (
      (pattern ? /[ht]\d-/.test(node.text) : ts.isStringLiteralLike(node) || isPiece(node)) &&
      (pattern || (!/\s/.test((node as ts.LiteralLikeNode).text) && spelled.test((node as ts.LiteralLikeNode).text)))
    )
      found.push((node as ts.LiteralLikeNode).text);
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(file, source, ts.ScriptTarget.Latest, true));
  return found;
}

const isPiece = (node: ts.Node): node is ts.TemplateLiteralLikeNode =>
  ts.isTemplateHead(node) || ts.isTemplateMiddle(node) || ts.isTemplateTail(node);

describe("no other source names a part", () => {
  const files = ["lib/src", "lib/tools"].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
      .filter((name) => /\.(?:ts|mjs|cjs|py)$|Snakefile$/.test(name))
      .map((name) => `${folder}/${name}`),
  );

  test("the table itself does, so the search finds what it looks for", () => {
    expect(namedParts("x.ts", readFileSync(join(root, "lib/src/parts.ts"), "utf8")).length).toBeGreaterThan(8);
    expect(
      namedParts("x.ts", 'const a = { "h6-2": 1 }; if (b === `h6-1a`) c(/^h6-1[ab]/, `x.h6-2.${d}`);'),
    ).toHaveLength(4);
    expect(namedParts("x.py", "part = 'h6-1b-mlp.ipynb'")).toHaveLength(1);
    expect(namedParts("x.ts", 'fail("Expected a part such as h6-1b but found none.");')).toEqual([]);
  });

  test("of all files of lib/", () => {
    expect(files.length).toBeGreaterThan(100);
    expect(existsSync(join(root, "lib/src/parts.ts"))).toBe(true);
    const naming = files
      .filter((file) => file !== "lib/src/parts.ts")
      .map((file) => [file, namedParts(file, readFileSync(join(root, file), "utf8"))] as const)
      .filter(([, found]) => found.length > 0);
    expect(Object.fromEntries(naming)).toEqual({});
  });
});
