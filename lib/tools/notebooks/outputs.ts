import { sha256 } from "../../src/base/sha256";
import { plotlyMime } from "../../src/figures/figure";
import { liveMime } from "../../src/live/envelope";
import type { Cell, Output, OutputKind, OutputsNote } from "./cell";
import { isRun, join, type Notebook, sorted } from "./notebook";

/**
 * The note about a cell's outputs. It stays the same when JupyterLab opens and saves the notebook. A kernel's messages
 * and the outputs that a front end stores of them give the same note.
 *
 * @example
 * noteOutputs([{ output_type: "stream", name: "stdout", text: ["a\n", "b\n"] }]).kinds; // ["printed text"]
 */
export function noteOutputs(outputs: readonly Output[]): OutputsNote {
  const merged = mergeStreams(outputs);
  return { sha256: sha256(JSON.stringify(sorted(merged.map(content)))), kinds: merged.map(kindOf) };
}

/** Notes the outputs of every cell that the runner executed. */
export function withNotedOutputs(notebook: Notebook): Notebook {
  const cells = notebook.cells.map((cell): Cell => {
    const { deepnets } = cell.metadata;
    if (!isRun(cell) || deepnets?.executed === undefined) return cell;
    const outputs = noteOutputs(cell.outputs ?? []);
    return { ...cell, metadata: { ...cell.metadata, deepnets: { ...deepnets, outputs } } };
  });
  return { ...notebook, cells };
}

/** The kind of an output for a reader. */
function kindOf({ output_type, data = {} }: Output): OutputKind {
  if (output_type === "stream") return "printed text";
  if (output_type === "error") return "error";
  if (plotlyMime in data) return "figure";
  if (liveMime in data) return "live page";
  const html = data["text/html"];
  if (html !== undefined) return /<table\b/i.test(join(html as string | string[])) ? "table" : "page";
  return Object.keys(data).some((type) => type.startsWith("image/")) ? "picture" : "text";
}

/** Outputs in words: `"a figure and 2 tables"`. */
export function describeKinds(kinds: readonly OutputKind[]): string {
  const counts = new Map<OutputKind, number>();
  for (const kind of kinds) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  const words = [...counts].map(([kind, n]) => {
    if (kind === "printed text") return kind;
    return n === 1 ? `${/^[aeiou]/.test(kind) ? "an" : "a"} ${kind}` : `${n} ${kind}s`;
  });
  return words.length > 1 ? `${words.slice(0, -1).join(", ")} and ${words.at(-1)}` : (words[0] ?? "nothing");
}

/** Joins texts of one stream that follow each other, as front ends do. */
function mergeStreams(outputs: readonly Output[]): Output[] {
  const merged: Output[] = [];
  for (const output of outputs) {
    const before = merged.at(-1);
    if (output.output_type === "stream" && before?.output_type === "stream" && before.name === output.name)
      merged[merged.length - 1] = { ...before, text: join(before.text) + join(output.text) };
    else merged.push(output);
  }
  return merged;
}

/** An output without what changes although the cell is the same: execution counts, ids, what a front end adds. */
function content({ output_type, name, text, data, metadata, ename, evalue, traceback }: Output): unknown {
  if (output_type === "stream") return { output_type, name, text: overwritten(join(text)) };
  if (output_type === "error") return { output_type, ename, evalue, traceback };
  const figure = data !== undefined && plotlyMime in data;
  const kept = Object.entries(data ?? {})
    // The renderer of JupyterLab draws this picture again when the mouse touches the figure.
    .filter(([type]) => !(figure && type === "image/png"))
    .map(([type, value]) => [type, type === plotlyMime ? figureContent(value) : joined(type, value)]);
  // A result is shown as a display is; its number tells when it ran, which another rule looks at.
  return { output_type: "display_data", data: Object.fromEntries(kept), metadata: figure ? {} : (metadata ?? {}) };
}

const joined = (type: string, value: unknown) =>
  /\bjson$/.test(type) || !Array.isArray(value) ? value : (value as string[]).join("");

// What plotly.js writes into a figure when it draws it, and what a reader's zoom or click leaves there.
const drawn = new RegExp(
  "^(?:_.*|active|autobin[xy]|autocolorscale|autorange|autosize|[cz]auto|[cz]m(?:ax|in)|config|height|range|uid|" +
    "uirevision|visible|width|[xy]bins)$",
);

/** A figure without what plotly.js adds when it draws it in place. */
function figureContent(value: unknown, key = ""): unknown {
  if (Array.isArray(value)) return value.map((inner) => figureContent(inner));
  if (typeof value !== "object" || value === null) return value;
  const isAxis = /^[xy]axis\d*$/.test(key);
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name]) => !drawn.test(name) && !(isAxis && name === "type"))
      .map(([name, inner]) => [name, figureContent(inner, name)]),
  );
}

/** Text as a terminal shows it: a carriage return starts the line again, a backspace goes one character back. */
export function overwritten(text: string): string {
  if (!/[\r\b]/.test(text)) return text;
  const lines = text.replace(/\r+\n/g, "\n").split("\n");
  return lines.map(overwrittenLine).join("\n");
}

function overwrittenLine(line: string): string {
  const shown: string[] = [];
  let at = 0;
  for (const character of line) {
    if (character === "\r") at = 0;
    else if (character === "\b") at = Math.max(0, at - 1);
    else shown[at++] = character;
  }
  return shown.join("");
}
