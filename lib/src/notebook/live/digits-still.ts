import { escapeHtml, percent } from "../../base/text";
import { colors } from "../../figures/theme";
import { type Stroke, side } from "../../live/drawing";
import { type Still, stillOf, stillTitle } from "./still";

/** A 3 as somebody might draw it, for the picture that is shown where the pad does not run. */
export const exampleStrokes: readonly Stroke[] = [
  [
    [62, 70],
    [96, 44],
    [140, 40],
    [170, 62],
    [168, 96],
    [136, 124],
    [104, 132],
    [146, 136],
    [178, 162],
    [178, 200],
    [146, 232],
    [98, 236],
    [62, 212],
  ],
];

/** One network's answer. */
interface Answer {
  readonly name: string;
  /** Name of its colour. */
  readonly color: string;
  /** Of the digits 0 to 9, `[10]`. */
  readonly probabilities: Float32Array;
}

const size = { width: 720, image: 196, top: 36, row: 56, bar: 26, gap: 8, left: 330 };

/** A drawn digit with one row of ten bars per network, as SVG. */
export function digitsStill(
  ink: Float32Array,
  answers: readonly Answer[],
  { title }: { readonly title: string },
): Still {
  const { width, image, top, row, bar, gap, left } = size;
  const height = top + Math.max(image + 34, answers.length * row + 22);
  const cell = image / side;
  const pixels = Array.from(ink, (value, i) =>
    value < 0.02
      ? ""
      : `<rect x="${(16 + (i % side) * cell).toFixed(1)}" y="${(top + Math.floor(i / side) * cell).toFixed(1)}" ` +
        `width="${cell.toFixed(2)}" height="${cell.toFixed(2)}" fill-opacity="${value.toFixed(2)}"/>`,
  );
  const rows = answers.map(({ name, color, probabilities }, r) => {
    const fill = colors[color as keyof typeof colors] ?? colors.ink;
    const base = top + (r + 1) * row - 18;
    const best = probabilities.indexOf(Math.max(...probabilities));
    const bars = Array.from(probabilities, (value, digit) => {
      const [x, high] = [left + digit * (bar + gap), Math.max(1, value * (row - 26))];
      return [
        `<rect x="${x}" y="${(base - high).toFixed(1)}" width="${bar}" height="${high.toFixed(1)}" ` +
          `fill="${fill}"${digit === best ? "" : ' fill-opacity="0.55"'}/>`,
        `<text x="${x + bar / 2}" y="${base + 13}" text-anchor="middle" ` +
          `font-size="11"${digit === best ? ` font-weight="bold" fill="${colors.ink}"` : ""}>${digit}</text>`,
      ].join("");
    });
    return [
      `<text x="${left - 14}" y="${base - 12}" text-anchor="end" font-weight="bold" ` +
        `fill="${fill}">${escapeHtml(name)}</text>`,
      `<text x="${left - 14}" y="${base + 4}" text-anchor="end">says ${best}, ` +
        `${percent(Math.max(...probabilities), 0)}</text>`,
      ...bars,
    ].join("");
  });
  const parts = [
    stillTitle(title),
    `<g fill="${colors.ink}">${pixels.join("")}</g>`,
    `<rect x="16" y="${top}" width="${image}" height="${image}" fill="none" stroke="${colors.faint}"/>`,
    ...rows,
  ];
  return stillOf(parts, { width, height });
}
