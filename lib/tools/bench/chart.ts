import { escapeHtml } from "../../src/base/text";
import { type BenchReport, type Measured, measured } from "./report";

// Colour-blind safe (Okabe and Ito 2008).
const colours: Readonly<Record<string, string>> = {
  tfjs: "#999999",
  deepnets: "#0072b2",
  pytorch: "#d55e00",
  keras: "#e69f00",
};
const labels: Readonly<Record<string, string>> = {
  stock: "tfjs-node, fit",
  "stock onednn": "tfjs-node, fit, oneDNN on",
  graph: "deepnets",
  "graph bfloat16": "deepnets, bfloat16",
  pytorch: "PyTorch, fused Adam",
  "pytorch channels_last": "PyTorch, channels_last",
  "pytorch compile": "PyTorch, torch.compile",
  "pytorch bfloat16": "PyTorch, bfloat16",
  "pytorch bfloat16 compile": "PyTorch, bfloat16, compile",
  keras: "Keras, fit",
  "keras steps_per_execution": "Keras, 20 steps per execution",
  "keras steps_per_execution no_xla": "Keras, 20 steps, no XLA",
  "keras steps_per_execution no_xla onednn": "Keras, the same, oneDNN on",
};

const [width, left, row, gap] = [860, 230, 20, 46];

/** The figure of the README: milliseconds per step of each setting, one panel per network, as SVG. */
export function chart(report: BenchReport): string {
  let y = 34;
  const panels = report.networks.map(({ title, batchSize, outcomes }) => {
    const bars = measured(outcomes).filter(({ name }) => name !== "eager");
    const most = Math.max(...bars.map(({ ms }) => ms.quartiles[1]));
    const heading = `${title}, batch ${batchSize}: milliseconds per training step`;
    const text = `<text x="12" y="${y}" font-weight="600">${heading}</text>`;
    const lines = bars.map((bar, i) => bar_(bar, y + 10 + i * row, (width - left - 90) / most));
    y += bars.length * row + gap;
    return [text, ...lines].join("\n");
  });
  const { machine } = report;
  const foot =
    `<text x="12" y="${y - 8}" fill="#555">${escapeHtml(machine.cpu)}, ${machine.cores} cores, ` +
    `${machine.features.join(", ")}; medians and quartiles of ${report.rounds} interleaved rounds</text>`;
  const box = `viewBox="0 0 ${width} ${y + 4}" role="img" aria-label="${escapeHtml(alt(report))}"`;
  return `<svg xmlns="http://www.w3.org/2000/svg" font-family="system-ui, sans-serif" font-size="13" ${box}>
<rect width="100%" height="100%" fill="#fff"/>
${[...panels, foot].join("\n")}
</svg>
`;
}

function bar_({ name, family, ms }: Measured, y: number, scale: number): string {
  const x = (value: number) => left + value * scale;
  const [low, high] = [x(ms.quartiles[0]), x(ms.quartiles[1])];
  const end = x(ms.median);
  const weight = family === "deepnets" ? 600 : 400;
  const label = labels[name] ?? escapeHtml(name);
  return [
    `<text x="${left - 8}" y="${y + 13}" text-anchor="end" font-weight="${weight}">${label}</text>`,
    `<rect x="${left}" y="${y + 2}" width="${(end - left).toFixed(1)}" height="${row - 6}" fill="${colours[family]}"/>`,
    `<path d="M${low.toFixed(1)} ${y + row / 2 - 1}H${high.toFixed(1)}" stroke="#000"/>`,
    `<text x="${(Math.max(end, high) + 6).toFixed(1)}" y="${y + 13}">${ms.median.toFixed(1)}</text>`,
  ].join("");
}

function alt(report: BenchReport): string {
  const parts = report.networks.map(
    ({ title, outcomes }) =>
      `${title}: ${measured(outcomes)
        .filter(({ name }) => name !== "eager")
        .map(({ name, ms }) => `${labels[name] ?? name} ${ms.median.toFixed(1)}`)
        .join(", ")}`,
  );
  return `Milliseconds per training step. ${parts.join(". ")}.`;
}
