import { itemAt } from "../base/item-at";
import { escapeHtml } from "../base/text";
import { percent } from "../figures/numbers";
import { colors, modelStyle } from "../figures/theme";
import type { RunRecord } from "../runs/record";

const size = { width: 640, height: 220, left: 52, right: 96, top: 10, bottom: 34 };

/**
 * Accuracy over the iterations as a small SVG, drawn without a browser: what a training cell shows where no script
 * runs. Test is solid, training dotted, as in the figures.
 */
export function sketch(record: RunRecord): string {
  const { width, height, left, right, top, bottom } = size;
  const { color } = modelStyle(record.part);
  // Before the first step a network guesses: that point would press all others into a line.
  const from = record.iterations.length > 3 ? 1 : 0;
  const all = [...record.trainAccuracy.slice(from), ...record.testAccuracy.slice(from)];
  const low = Math.min(0.95, Math.max(0, Math.floor((Math.min(...all, 1) - 0.01) * 20) / 20));
  const x = (iteration: number) => left + (iteration / Math.max(1, record.config.iterations)) * (width - left - right);
  const y = (accuracy: number) => top + ((1 - accuracy) / Math.max(0.05, 1 - low)) * (height - top - bottom);
  const line = (values: readonly number[]) =>
    values
      .slice(from)
      .map((value, i) => `${x(itemAt(record.iterations, i + from)).toFixed(1)},${y(value).toFixed(1)}`)
      .join(" ");
  const ticks = [low, (1 + low) / 2, 1].map(
    (value) =>
      `<line x1="${left}" x2="${width - right}" y1="${y(value).toFixed(1)}" y2="${y(value).toFixed(1)}" ` +
      `stroke="${colors.grid}"/><text x="${left - 6}" y="${(y(value) + 4).toFixed(1)}" ` +
      `text-anchor="end">${percent(value, low > 0.9 ? 1 : 0)}</text>`,
  );
  const names = endLabels(record).map(
    ({ text, at, bold }) =>
      `<text x="${width - right + 6}" y="${(y(at) + 4 + (bold ? -6 : 8)).toFixed(1)}" ` +
      `fill="${color}"${bold ? ' font-weight="bold"' : ""}>${text}</text>`,
  );
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ` +
      `${height}" font-family="system-ui, sans-serif" font-size="12" fill="${colors.soft}">`,
    `<rect width="${width}" height="${height}" fill="${colors.paper}"/>`,
    ...ticks,
    `<polyline points="${line(record.trainAccuracy)}" fill="none" stroke="${color}" stroke-width="1.5" ` +
      `stroke-dasharray="2 3"/>`,
    `<polyline points="${line(record.testAccuracy)}" fill="none" stroke="${color}" stroke-width="2"/>`,
    ...names,
    `<text x="${left}" y="${height - 16}" text-anchor="middle">0</text><text x="${width - right}" ` +
      `y="${height - 16}" text-anchor="middle">${record.config.iterations.toLocaleString("en-US")}</text>`,
    `<text x="${(left + width - right) / 2}" y="${height - 4}" text-anchor="middle">iteration</text>`,
    "</svg>",
  ].join("");
}

function endLabels(record: RunRecord) {
  const test = record.final?.test.accuracy ?? record.testAccuracy.at(-1);
  const train = record.final?.train.accuracy ?? record.trainAccuracy.at(-1);
  if (test === undefined || train === undefined) return [];
  return [
    { text: `test ${percent(test, 1)}`, at: Math.max(test, train), bold: true },
    { text: `train ${percent(train, 1)}`, at: Math.max(test, train), bold: false },
  ];
}

/** The sketch as an image within the HTML; a front end shows it even in a notebook that it does not trust. */
export function sketchImage(record: RunRecord): string {
  const { name } = modelStyle(record.part);
  const alt = `Training and test accuracy of ${name} up to iteration ${record.progress.iteration}`;
  return (
    `<img alt="${escapeHtml(alt)}" width="${size.width}" height="${size.height}" ` +
    'style="max-width:100%;height:auto" ' +
    `src="data:image/svg+xml;base64,${Buffer.from(sketch(record)).toString("base64")}">`
  );
}
