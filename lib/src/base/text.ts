import { itemAt } from "./item-at";

// How numbers, tables and HTML are written, wherever text is made for a reader.

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** Text as it can stand in HTML and SVG, also inside an attribute. */
export const escapeHtml = (text: string): string =>
  text.replace(/[&<>"']/g, (character) => entities[character] ?? character);

/** A clause as a sentence: `asSentence("run it again")` is "Run it again." */
export const asSentence = (clause: string): string => `${clause.charAt(0).toUpperCase()}${clause.slice(1)}.`;

/** A fraction in per cent: `percent(0.98434)` is "98.43 %". */
export const percent = (fraction: number, digits = 2): string => `${(100 * fraction).toFixed(digits)} %`;

/**
 * A difference of two fractions, in percentage points: `points(0.99785 - 0.989)` is "0.88 points".
 *
 * The exact difference is rounded once: it may differ by 0.01 from the difference of two rounded percentages. A value
 * half way between two is rounded to the even digit (IEEE 754), even where its binary fraction lies beside the half.
 *
 * @param fraction The difference, as of two accuracies in [0, 1].
 * @param digits Digits after the point. Default 2.
 * @example
 * points(0.9985 - 0.9831); // "1.54 points"
 */
export const points = (fraction: number, digits = 2): string => `${halfEven(100 * fraction, digits)} points`;

/**
 * A difference of two fractions in percentage points, as `points` writes it, always with a sign.
 *
 * @param fraction The difference, as of two accuracies in [0, 1].
 * @param digits Digits after the point. Default 2.
 * @example
 * signedPoints(-0.0027); // "−0.27 points"
 */
export const signedPoints = (fraction: number, digits = 2): string =>
  `${signOf(fraction)}${points(Math.abs(fraction), digits)}`;

/** The sign before a number's amount. */
export const signOf = (value: number): string => (value < 0 ? "−" : "+");

function halfEven(value: number, digits: number): string {
  const scaled = Number((value * 10 ** digits).toPrecision(12));
  const below = Math.floor(scaled);
  const half = scaled - below === 0.5;
  return ((half ? below + (below % 2 === 0 ? 0 : 1) : Math.round(scaled)) / 10 ** digits).toFixed(digits);
}

/**
 * A p-value as text: "0.24", with three digits below 0.1, "below 0.001" for all smaller ones.
 *
 * @param p From 0 to 1; NaN gives "unknown".
 * @example
 * pValue(0.0971); // "0.097"
 */
export function pValue(p: number): string {
  if (Number.isNaN(p)) return "unknown";
  return p < 0.001 ? "below 0.001" : p.toFixed(p < 0.1 ? 3 : 2);
}

/** A whole number with commas: `count(5695510)` is "5,695,510". */
export const count = (value: number): string => Math.round(value).toLocaleString("en-US");

/** A number of things: `plural(1, "notebook")` is "1 notebook", `plural(3, "notebook")` is "3 notebooks". */
export const plural = (n: number, noun: string): string => `${count(n)} ${noun}${n === 1 ? "" : "s"}`;

/** Mean and standard deviation of fractions, in per cent: "98.31 ± 0.10 %"; the mean alone where there is one value. */
export const meanPercent = ({ mean, sd }: { readonly mean: number; readonly sd: number }, n: number): string =>
  n > 1 ? `${(100 * mean).toFixed(2)} ± ${percent(sd)}` : percent(mean);

/** A piece of text in one line, shortened for a message. */
export const quote = (text: string, length = 80): string => {
  const line = text.trim().replace(/\s+/g, " ");
  return line.length > length ? `${line.slice(0, length - 1)}…` : line;
};

/** A duration in words: "48 s", "5 min 12 s", "1 h 20 min". */
export function duration(seconds: number): string {
  if (!Number.isFinite(seconds)) return "unknown";
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min${whole % 60 ? ` ${whole % 60} s` : ""}`;
  return `${Math.floor(whole / 3600)} h ${Math.round((whole % 3600) / 60)} min`;
}

/** An estimated duration, rounded up, so that it is not exceeded: "71 s", "3 min", "1 h 30 min". */
export function roughDuration(seconds: number): string {
  if (seconds < 90) return `${Math.max(1, Math.ceil(seconds))} s`;
  const minutes = Math.ceil(seconds / 60);
  return minutes < 90 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/**
 * The cells of a table, each as wide as the widest of its column.
 *
 * @param rows Rows of cells, the head among them.
 * @param options.right Which cells stand at the right edge of their column; default: none.
 */
export function alignCells(
  rows: readonly (readonly string[])[],
  { right = () => false }: { readonly right?: (column: number, cell: string) => boolean } = {},
): string[][] {
  const columns = Math.max(0, ...rows.map((row) => row.length));
  const widths = Array.from({ length: columns }, (_, i) => Math.max(...rows.map((row) => row[i]?.length ?? 0)));
  return rows.map((row) =>
    row.map((cell, i) => (right(i, cell) ? cell.padStart(itemAt(widths, i)) : cell.padEnd(itemAt(widths, i)))),
  );
}

/** A table in lines of text, two blanks between its columns. */
export const textTable = (
  rows: readonly (readonly string[])[],
  options: { readonly right?: (column: number, cell: string) => boolean } = {},
): string =>
  alignCells(rows, options)
    .map((row) => row.join("  ").trimEnd())
    .join("\n");

/** A table in Markdown, as a formatter writes it; `right` names the columns of numbers. */
export function markdownTable(
  rows: readonly (readonly string[])[],
  { right = () => false }: { readonly right?: (column: number) => boolean } = {},
): string {
  // A Markdown rule has at least three signs.
  const least = itemAt(rows, 0).map(() => "---");
  const [head, ...body] = alignCells([...rows, least], { right }).slice(0, -1) as [string[], ...string[][]];
  const rule = head.map(({ length }, i) => (right(i) ? `${"-".repeat(length - 1)}:` : "-".repeat(length)));
  return [head, rule, ...body].map((row) => `| ${row.join(" | ")} |`).join("\n");
}

/** A paragraph in lines of at most `width` characters; a longer word has a line of its own. */
export function wrapText(text: string, width = 118): string {
  const lines: string[] = [];
  for (const word of text.split(/\s+/)) {
    const longer = `${lines.at(-1)} ${word}`;
    if (lines.length > 0 && longer.length <= width) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines.join("\n");
}
