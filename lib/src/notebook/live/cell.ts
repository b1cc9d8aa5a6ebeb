import { colors } from "../../figures/theme";
import { cellPresets, cellSteps } from "../../live/cell-steps";
import { type Live, liveOutput } from "./output";
import { stillOf } from "./still";

/**
 * One LSTM cell with its gates on sliders, and its state c(t) and output h(t) over a series of eight numbers: an adding
 * machine, a memory, a cell that forgets.
 *
 * @returns A live output for `show`.
 * @example
 * show(live.cell());
 */
export function cell(): Live {
  const [width, height, wide, high] = [720, 196, 200, 112];
  const panels = cellPresets.map((preset, i) => {
    const left = 36 + i * (wide + 34);
    const steps = cellSteps(preset, preset.series);
    const [c, h] = [steps.map((step) => step.c), steps.map((step) => step.h)];
    const most = Math.max(1, Math.ceil(Math.max(...c)));
    const line = (values: readonly number[], style: string) => {
      const points = values.map((value, t) => {
        const [x, y] = [left + (t / (values.length - 1)) * wide, 44 + (1 - value / most) * high];
        return `${x.toFixed(1)},${y.toFixed(1)}`;
      });
      return `<polyline fill="none" stroke-width="2" ${style} points="${points.join(" ")}"/>`;
    };
    return [
      `<text x="${left}" y="24" font-weight="bold" fill="${colors.ink}">${preset.name}</text>`,
      ...[0, most].map((value) => {
        const y = 44 + (1 - value / most) * high;
        return (
          `<line x1="${left}" x2="${left + wide}" y1="${y}" y2="${y}" stroke="${colors.grid}"/><text ` +
          `x="${left - 6}" y="${y + 4}" text-anchor="end">${value}</text>`
        );
      }),
      line(c, `stroke="${colors.blue}"`),
      line(h, `stroke="${colors.orange}" stroke-dasharray="5 3"`),
      `<text x="${left}" y="${44 + high + 26}">i ${preset.i}, f ${preset.f}, o ${preset.o}, w ${preset.w}</text>`,
    ].join("");
  });
  const key =
    `<text x="${width - 12}" y="24" text-anchor="end"><tspan fill="${colors.blue}">c(t)</tspan> <tspan ` +
    `fill="${colors.orange}">h(t)</tspan></text>`;
  return liveOutput({
    widget: "cell",
    title: "One LSTM cell",
    start: "Set the gates yourself",
    data: {},
    still: stillOf([...panels, key], { width, height }),
    text:
      "Three settings of one LSTM cell over eight steps: as an adding machine its state rises with each number, as " +
      "a memory it keeps the first, and with a forget gate of 0.6 it forgets.",
  });
}
