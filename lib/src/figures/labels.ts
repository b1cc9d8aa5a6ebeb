import type { Spec } from "./figure";

/** A curve's name, to be written at its right end. */
export interface EndLabel {
  readonly text: string;
  readonly color: string;
  /** Where the curve ends, in units of the y-axis. */
  readonly y: number;
}

const lineHeight = 15;

/**
 * Annotations right of the axes, at the curves' ends, moved apart until none covers another.
 *
 * @param range the y-axis' two ends, in its own units (decades on a logarithmic axis, as plotly.js wants them)
 * @param height pixels between those ends
 */
export function endLabels(labels: readonly EndLabel[], { range, height }: { range: readonly [number, number]; height: number }): Spec[] {
  const [low, high] = range;
  const pixel = (y: number) => ((Math.max(low, Math.min(high, y)) - low) / (high - low)) * height;
  const sorted = labels.filter((label) => Number.isFinite(label.y)).map((label) => ({ ...label, at: pixel(label.y) })).sort((a, b) => a.at - b.at);
  const places = spread(sorted.map((label) => label.at), height);
  return sorted.map((label, i) => ({
    xref: "x domain",
    x: 1,
    xanchor: "left",
    yref: "y domain",
    y: Math.round((places[i]! / height) * 1e4) / 1e4,
    yanchor: "middle",
    showarrow: false,
    align: "left",
    text: label.text,
    font: { color: label.color, size: 12 },
    xshift: 4,
  }));
}

function spread(wanted: readonly number[], height: number): number[] {
  // Groups of touching labels are centred on the mean of what they want, and joined with the group below while they overlap.
  const groups: { members: number[]; centre: number }[] = [];
  for (const value of wanted) {
    let group = { members: [value], centre: value };
    for (let below = groups.at(-1); below && group.centre - half(group) < below.centre + half(below); below = groups.at(-1)) {
      groups.pop();
      const members = [...below.members, ...group.members];
      group = { members, centre: members.reduce((sum, member) => sum + member, 0) / members.length };
      group.centre = Math.max(half(group), Math.min(height - half(group), group.centre));
    }
    groups.push(group);
  }
  return groups.flatMap((group) => group.members.map((_, i) => group.centre - half(group) + (i + 0.5) * lineHeight));
}

const half = (group: { members: readonly number[] }): number => (group.members.length * lineHeight) / 2;
