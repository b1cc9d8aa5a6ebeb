import { expect, test } from "vitest";
import { chart } from "../../lib/tools/bench/chart";
import type { BenchReport } from "../../lib/tools/bench/report";
import type { Outcome } from "../../lib/tools/bench/rounds";
import { quartiles } from "../../lib/tools/bench/statistics";
import { tableText } from "../../lib/tools/bench/table";

function outcome(
  name: string,
  family: Outcome["family"],
  rounds: number[],
  precision: Outcome["precision"] = "float32",
): Outcome {
  return {
    name,
    family,
    precision,
    how: `how ${name}`,
    ready: { version: "1", threads: "2 threads" },
    rounds,
    ms: quartiles(rounds),
  };
}

const report: BenchReport = {
  format: 1,
  date: "2026-11-24",
  machine: { cpu: "A <fast> CPU", cores: 2, memoryGiB: 8, platform: "linux x64", features: ["AVX-512"] },
  rounds: 3,
  steps: 20,
  networks: [
    {
      name: "mlp",
      title: "MLP",
      batchSize: 100,
      outcomes: [
        outcome("stock", "tfjs", [90, 100, 80]),
        outcome("stock onednn", "tfjs", [60, 75, 60]),
        outcome("eager", "deepnets", [70, 70, 70]),
        outcome("graph", "deepnets", [9, 20, 8]),
        outcome("graph bfloat16", "deepnets", [5, 5, 5], "bfloat16"),
        outcome("pytorch", "pytorch", [10, 22, 10]),
        outcome("pytorch compile", "pytorch", [9, 20, 9]),
        { name: "pytorch bfloat16", family: "pytorch", precision: "bfloat16", how: "autocast", missing: "no compiler" },
      ],
    },
  ],
  fullRuns: [
    { part: "h6-1b", iterations: 20_000, training: 6.25, evaluation: 3.04, peakMemoryMB: 900, threads: "2, 2" },
  ],
};

test("the table shows medians, quartiles, ratios, what is missing, and which form of a peer a claim is about", () => {
  expect(tableText(report)).toBe(
    `A <fast> CPU, 2 cores (AVX-512), 8 GiB, linux x64; 3 rounds of 20 steps, settings interleaved; milliseconds per training step

MLP, batch 100
  setting           median  quartiles      ratio            how
  stock              90.00  85.00 - 95.00  8.00 of pytorch  how stock; 2 threads
  stock onednn       60.00  60.00 - 67.50  6.00 of pytorch  how stock onednn; 2 threads
  eager              70.00  70.00 - 70.00  7.00 of pytorch  how eager; 2 threads
  graph               9.00   8.50 - 14.50  0.90 of pytorch  how graph; 2 threads
  graph bfloat16      5.00    5.00 - 5.00  0.50 of pytorch  how graph bfloat16; 2 threads
  pytorch            10.00  10.00 - 16.00  1.00 of pytorch  how pytorch; 2 threads
  pytorch compile     9.00   9.00 - 14.50  0.90 of pytorch  how pytorch compile; 2 threads
  pytorch bfloat16       -                                  not measured: no compiler
  graph takes 0.15 of stock onednn (its fastest float32 form here: how stock onednn)
  graph takes 0.10 of stock (its fastest without that switch: how stock)
  graph takes 1.00 of pytorch compile (its fastest float32 form here: how pytorch compile)

Full runs as recorded in data/runs, on whichever machine made them; minutes
  part   iterations  training  evaluation  both  peak MB  threads
  h6-1b       20000       6.3         3.0   9.3      900  2, 2
  sum                     6.3         3.0   9.3           `.trimEnd(),
  );
});

test("the figure has one bar per measured setting, words beside it, and no text that breaks the SVG", () => {
  const svg = chart(report);
  expect(svg.match(/<rect x=/g)).toHaveLength(6);
  expect(svg).toContain("A &lt;fast&gt; CPU, 2 cores");
  expect(svg).toContain(
    'aria-label="Milliseconds per training step. MLP: tfjs-node, fit 90.0, tfjs-node, fit, oneDNN on 60.0, ' +
      "deepnets 9.0",
  );
  expect(svg).not.toContain("NaN");
});
