import { itemAt } from "../../src/base/item-at";
import { textTable } from "../../src/base/text";
import { type BenchReport, baseOf, best, type Measured, measured } from "./report";
import type { Outcome } from "./rounds";
import { ratio } from "./statistics";

/** The report as text for a terminal. */
export function tableText(report: BenchReport): string {
  const { machine } = report;
  const head =
    `${machine.cpu}, ${machine.cores} cores (${machine.features.join(", ") || "no AVX-512"}), ` +
    `${machine.memoryGiB} GiB, ${machine.platform}; ` +
    `${report.rounds} rounds of ${report.steps} steps, settings interleaved; milliseconds per training step`;
  const networks = report.networks.map(
    ({ title, batchSize, outcomes }) => `${title}, batch ${batchSize}\n${grid(outcomes)}\n${claims(outcomes)}`,
  );
  return [head, ...networks, fullRuns(report)].filter((text) => text !== "").join("\n\n");
}

function grid(outcomes: readonly Outcome[]): string {
  const rows = outcomes.map((outcome) => {
    if (!("rounds" in outcome)) return [outcome.name, "-", "", "", `not measured: ${outcome.missing}`];
    const base = baseOf(outcome, outcomes);
    const times = base === undefined ? "" : `${ratio(outcome.rounds, base.rounds).median.toFixed(2)} of ${base.name}`;
    const [low, high] = outcome.ms.quartiles;
    return [
      outcome.name,
      outcome.ms.median.toFixed(2),
      `${low.toFixed(2)} - ${high.toFixed(2)}`,
      times,
      `${outcome.how}; ${outcome.ready.threads}`,
    ];
  });
  return aligned([["setting", "median", "quartiles", "ratio", "how"], ...rows]);
}

// Comparisons that a README may quote: each names our form and the peer's.
function claims(outcomes: readonly Outcome[]): string {
  const graph = measured(outcomes).find(({ name }) => name === "graph");
  const half = measured(outcomes).find(({ name }) => name === "graph bfloat16");
  const lines: string[] = [];
  const claim = (ours: Measured | undefined, peer: Measured | undefined, which: string) => {
    if (ours && peer)
      lines.push(
        `  ${ours.name} takes ${ratio(ours.rounds, peer.rounds).median.toFixed(2)} of ${peer.name} (its fastest ` +
          `${which}: ${peer.how})`,
      );
  };
  for (const family of ["tfjs", "keras", "pytorch"] as const) {
    const peer = best(outcomes, family, "float32");
    const usual = best(outcomes, family, "float32", { asItComes: true });
    claim(graph, peer, "float32 form here");
    if (usual !== peer) claim(graph, usual, "without that switch");
  }
  claim(half, best(outcomes, "pytorch", "bfloat16"), "bfloat16 form here");
  return lines.join("\n");
}

function fullRuns({ fullRuns: runs }: BenchReport): string {
  if (runs.length === 0) return "No full run of the sheet is recorded yet: npm run handin makes them.";
  const rows = runs.map((run) => [
    run.part,
    String(run.iterations),
    run.training.toFixed(1),
    run.evaluation.toFixed(1),
    (run.training + run.evaluation).toFixed(1),
    String(run.peakMemoryMB),
    run.threads,
  ]);
  const sum = (pick: (run: (typeof runs)[number]) => number) => runs.reduce((total, run) => total + pick(run), 0);
  const total = [
    "sum",
    "",
    sum((run) => run.training).toFixed(1),
    sum((run) => run.evaluation).toFixed(1),
    sum((run) => run.training + run.evaluation).toFixed(1),
    "",
    "",
  ];
  const head = ["part", "iterations", "training", "evaluation", "both", "peak MB", "threads"];
  return (
    "Full runs as recorded in data/runs, on whichever machine made them; minutes\n" +
    `${aligned([head, ...rows, total])}`
  );
}

/** Numbers to the right, words to the left. */
const aligned = (rows: readonly (readonly string[])[]): string =>
  textTable(
    rows.map((row) => ["", ...row]),
    { right: (column, cell) => column < itemAt(rows, 0).length && /^[\d.-]/.test(cell) },
  );
