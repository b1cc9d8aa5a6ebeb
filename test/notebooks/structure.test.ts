import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { parts, trainedParts } from "../../lib/src/parts";
import { codeCells, load, root, stems, text } from "./notebook";

const trained = trainedParts.map(({ notebook }) => notebook);
const tutorials = parts.filter(({ label }) => label.startsWith("T")).map(({ notebook }) => notebook);

const model = `(?:${trainedParts.map(({ id }) => id).join("|")})(?::[a-z-]+)?`;
const recordKey = new RegExp(
  `^(?:(?:sweep\\.)?${model}\\.[A-Za-z0-9.]+|compare\\.${model}\\.${model}\\.(?:test|testLoss|gap)\\.[A-Za-z]+)$`,
);

describe.each(stems)("%s", (stem) => {
  const notebook = load(stem);
  const part = parts.find((one) => one.notebook === stem)!;
  const { cells } = notebook;
  const position = (id: string) => cells.findIndex((cell) => cell.id === id);
  const prose = cells
    .filter((cell) => cell.cell_type === "markdown")
    .map(text)
    .join("\n\n");
  const code = codeCells(notebook);

  test("is a notebook of format 4.5 for our kernel, with the threads of its part", () => {
    expect([notebook.nbformat, notebook.nbformat_minor]).toEqual([4, 5]);
    expect(notebook.metadata.kernelspec).toMatchObject({
      name: "deepnets",
      display_name: "TypeScript (deepnets)",
      language: "typescript",
    });
    expect(notebook.metadata.deepnets.part).toBe(part.id);
    expect(notebook.metadata.deepnets.threads).toEqual(part.threads);
    for (const cell of cells) {
      expect(cell.id).toMatch(/^[a-z0-9][a-z0-9-]{0,63}$/);
      expect(text(cell).trim(), cell.id).not.toBe("");
      if (cell.cell_type === "code")
        expect(cell, cell.id).toMatchObject({ metadata: expect.anything(), outputs: expect.any(Array) });
    }
    expect(new Set(cells.map((cell) => cell.id)).size).toBe(cells.length);
  });

  test("follows the skeleton", () => {
    const skeleton = [
      "goal",
      cells.find((cell) => cell.id.startsWith("question"))!.id,
      "imports",
      "parameters-text",
      "parameters",
      "model-text",
      "predict",
      "summary",
    ];
    const positions = skeleton.map(position);
    expect(positions, skeleton.join(" ")).not.toContain(-1);
    expect(positions).toEqual([...positions].sort((a, b) => a - b));
    expect(position("summary")).toBe(cells.length - 1);
    expect(text(cells[0]!)).toMatch(/^# [HT]6\.\d/);
    expect(text(cells[0]!)).toContain("**Goal.**");
  });

  test("restates its questions with number and points, and answers each after the training", () => {
    const questioned = cells.flatMap((cell) => cell.metadata.deepnets?.question ?? []);
    const answered = cells.flatMap((cell) => cell.metadata.deepnets?.answer ?? []);
    expect(questioned).toEqual(part.questions);
    expect(answered).toEqual(part.questions);
    if (!tutorials.includes(stem))
      expect(prose).toMatch(/^## The questions?: H6\.[12].* \((?:H6\.1 is worth 7 points in all|3 points in all)\)$/m);
    // In the homework one closing cell holds all that the prose claims.
    const claiming = code.filter((cell) => /claims\(\s*p,/.test(text(cell)));
    if (!tutorials.includes(stem)) expect(claiming).toHaveLength(1);
    for (const cell of cells)
      if (cell.metadata.deepnets?.answer && part.sheet)
        expect(cells.indexOf(cell), cell.id).toBeGreaterThan(position("training"));
  });

  test("imports alone, once, and only what it uses", () => {
    const [imports, ...more] = code.filter((cell) => /^import /m.test(text(cell)));
    expect(more).toEqual([]);
    expect(
      text(imports!)
        .replace(/import (?:\{[^}]*\}|\* as \w+) from "[^"]+";/g, "")
        .trim(),
    ).toBe("");
    const rest = code
      .filter((cell) => cell !== imports)
      .map(text)
      .join("\n");
    const names = [...text(imports!).matchAll(/import (?:\{([^}]*)\}|\* as (\w+))/g)].flatMap(([, list, one]) =>
      list
        ? list
            .split(",")
            .map((name) => name.trim())
            .filter(Boolean)
        : [one!],
    );
    for (const name of names)
      expect(new RegExp(`\\b${name}\\b`).test(rest), `${name} is imported but never used`).toBe(true);
    expect([...names].filter((name) => name !== "tf")).toEqual([...names].filter((name) => name !== "tf").sort());
  });

  test("is short where it is homework: at most 120 lines of code and 900 words", () => {
    if (tutorials.includes(stem)) return;
    const lines = code.flatMap((cell) => text(cell).split("\n")).filter((line) => line.trim() !== "");
    expect(lines.length).toBeLessThanOrEqual(120);
    const words = prose
      .replace(/\$\$[\s\S]*?\$\$/g, "")
      .replace(/\$[^$]*\$/g, "x")
      .replace(/<[^>]*>/g, "")
      .match(/[\w'-]*[A-Za-z][\w'-]*/g)!;
    expect(words.length).toBeLessThanOrEqual(900);
  });

  test("keeps cells short: one screen, one idea", () => {
    for (const cell of cells) {
      const lines = text(cell).split("\n");
      expect(lines.length, cell.id).toBeLessThanOrEqual(cell.cell_type === "code" ? 36 : 40);
      if (cell.cell_type === "code")
        for (const line of lines) expect(line.length, `${cell.id}: ${line}`).toBeLessThanOrEqual(160);
    }
  });

  test("stores no error, and nothing on stderr", () => {
    for (const cell of code) {
      for (const output of cell.outputs!) {
        expect(output.output_type, cell.id).not.toBe("error");
        expect(output.name ?? "stdout", cell.id).not.toBe("stderr");
      }
    }
  });

  test("uses the words of the library, and no random number without a seed", () => {
    const source = code.map(text).join("\n");
    expect(source).not.toMatch(/Math\.random|\b(?:lr|acc|nEpochs|numIterations|weightDecay)\b/);
    expect(source).toContain("seed: 1");
    expect(source).toMatch(/\bclaims\(\s*p,/);
    expect(prose).toMatch(/\$h|\$\$/);
  });

  test("has no placeholder left, and no number of a run that is not a tag", () => {
    expect(prose).not.toMatch(/TO BE WRITTEN|TODO|FIXME|lorem/i);
    const tags = [...prose.matchAll(/<span data-record="([^"]*)">/g)].map(([, key]) => key!);
    for (const key of tags) expect(key).toMatch(recordKey);
    if (trained.includes(stem)) expect(tags.length).toBeGreaterThan(3);
  });

  test("links only to files that exist", () => {
    for (const [, target] of prose.matchAll(/\]\(([^)#]+)[^)]*\)/g))
      expect(existsSync(resolve(root, "notebooks", target!)), target).toBe(true);
  });
});

describe.each(trainedParts)("$notebook trains", ({ notebook: stem, sheet }) => {
  const notebook = load(stem);
  // Without the line breaks and trailing commas of a long line.
  const source = (id: string) =>
    text(notebook.cells.find((cell) => cell.id === id)!)
      .replace(/,?\s*\n\s*(?=[\]})])/g, " ")
      .replace(/\s*\n\s*/g, " ")
      .replace(/\( /g, "(");

  test("with the sheet's settings, spelled out", () => {
    expect(source("parameters")).toContain(`parameters("${notebook.metadata.deepnets.part}", {`);
    const length = sheet.epochs === undefined ? ["iterations", sheet.iterations] : ["epochs", sheet.epochs];
    expect(source("parameters")).toContain(`batchSize: ${sheet.batchSize}`);
    expect(source("parameters")).toContain(`${length[0]}: ${length[1]!.toLocaleString("en-US").replaceAll(",", "_")}`);
    const optimizer = Object.entries(sheet.optimizer).map(([name, value]) =>
      typeof value === "string" ? `${name}: "${value}"` : `${name}: ${value === 1e-8 ? "1e-8" : value}`,
    );
    expect(source("parameters")).toContain(`{ ${optimizer.join(", ")} }`);
    expect(source("training")).toMatch(/(?:^|; )const run = await train\(model, (?:mnist|series), p[,)]/);
  });

  test("and shows accuracy, loss, the factory of its model and errors", () => {
    expect(source("figure-accuracy")).toContain("figures.accuracy(run");
    expect(source("figure-loss")).toContain("figures.loss(run");
    expect(source("model-source")).toMatch(/^show\(models\.\w+\);$/);
    expect(codeCells(notebook).map(text).join("\n")).toMatch(/figures\.confusion|figures\.digits/);
  });
});

describe.each(tutorials)("%s teaches", (stem) => {
  const notebook = load(stem);
  const code = codeCells(notebook).map(text).join("\n");
  const prose = notebook.cells
    .filter((cell) => cell.cell_type === "markdown")
    .map(text)
    .join("\n");

  test("with figures to play with, operations by hand and exercises with folded answers", () => {
    expect(code.match(/figures\.slides\(/g)!.length).toBeGreaterThanOrEqual(3);
    expect(code.match(/by hand against/g)!.length).toBeGreaterThanOrEqual(2);
    expect(prose.match(/\*\*Exercise \d\.\*\*/g)!.length).toBeGreaterThanOrEqual(5);
    expect(prose.match(/<details><summary>Answer<\/summary>/g)!.length).toBe(
      prose.match(/\*\*Exercise \d\.\*\*/g)!.length,
    );
  });
});
