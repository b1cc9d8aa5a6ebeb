import { itemAt } from "../base/item-at";
import type { Spec } from "./figure";

/** A curve's name, to be written at its right end. */
export interface EndLabel {
  readonly text: string;
  readonly color: string;
  /** Where the curve ends, in units of the y-axis. */
  readonly y: number;
}

const lineHeight = 15;
const longest = 21;

/**
 * Annotations right of the axes, at the curves' ends, moved apart until none covers another.
 *
 * @param range The y-axis' two ends, in its own units (decades on a logarithmic axis, as plotly.js wants them).
 * @param height Pixels between those ends.
 */
export function endLabels(
  labels: readonly EndLabel[],
  { range, height }: { range: readonly [number, number]; height: number },
): Spec[] {
  const [low, high] = range;
  const pixel = (y: number) => ((Math.max(low, Math.min(high, y)) - low) / (high - low)) * height;
  const sorted = labels
    .filter((label) => Number.isFinite(label.y))
    .map((label) => ({ ...label, at: pixel(label.y) }))
    .sort((a, b) => a.at - b.at);
  const sizes = sorted.map((label) => broken(label.text).split("<br>").length * lineHeight);
  const places = spread(
    sorted.map((label) => label.at),
    sizes,
    height,
  );
  return sorted.map((label, i) => ({
    xref: "x domain",
    x: 1,
    xanchor: "left",
    yref: "y domain",
    y: Math.round((itemAt(places, i) / height) * 1e4) / 1e4,
    yanchor: "middle",
    showarrow: false,
    align: "left",
    text: broken(label.text),
    font: { color: label.color, size: 12 },
    xshift: 4,
  }));
}

/** A long name in lines of at most about 20 characters; one with markup stays as it is. */
export function broken(text: string): string {
  if (text.length <= longest || text.includes("<")) return text;
  return text
    .split(" ")
    .reduce((lines, word) =>
      lines.slice(lines.lastIndexOf(">") + 1).length + word.length < longest
        ? `${lines} ${word}`
        : `${lines}<br>${word}`,
    );
}

function spread(wanted: readonly number[], sizes: readonly number[], height: number): number[] {
  // Groups of touching labels are centred on the mean of what they want, and joined with the group below while they
  // overlap.
  const groups: { members: number[]; size: number; centre: number }[] = [];
  for (const [i, value] of wanted.entries()) {
    let group = { members: [i], size: itemAt(sizes, i), centre: value };
    for (
      let below = groups.at(-1);
      below && group.centre - group.size / 2 < below.centre + below.size / 2;
      below = groups.at(-1)
    ) {
      groups.pop();
      const members = [...below.members, ...group.members];
      const size = below.size + group.size;
      const centre = members.reduce((sum, member) => sum + itemAt(wanted, member), 0) / members.length;
      group = { members, size, centre: Math.max(size / 2, Math.min(height - size / 2, centre)) };
    }
    groups.push(group);
  }
  return groups.flatMap((group) => {
    let at = group.centre - group.size / 2;
    return group.members.map((member) => {
      const size = itemAt(sizes, member);
      at += size;
      return at - size / 2;
    });
  });
}
