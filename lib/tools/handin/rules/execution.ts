// Did these cells make these outputs, all of them, in this order, without complaint?

import { sha256 } from "../../../src/base/sha256";
import { quote } from "../../../src/base/text";
import { plotlyMime } from "../../../src/figures/figure";
import {
  type Cell,
  isRun,
  join,
  type Notebook,
  type Output,
  type OutputsNote,
  sourceOf,
} from "../../notebooks/notebook";
import { describeKinds, noteOutputs } from "../../notebooks/outputs";
import type { Breach, LoggedCell, Rule, Subject } from "./rule";

const runAgain = "run npm run handin -- PART";

/** Rules about how a notebook ran, and whether it still is what ran. */
export const executionRules: readonly Rule[] = [
  {
    id: "run-unfinished",
    title: "The notebook says how it ran, and ran to its end",
    remedy: runAgain,
    find: ({ notebook }) => {
      const run = notebook?.metadata.deepnets?.run;
      if (run) return run.status === "finished" ? [] : [{ value: `its run did not finish (it is ${run.status})` }];
      // A notebook that was run by hand carries no note of the runner: its cells are looked up in the kernel's log.
      const byRunner = notebook?.cells.some((cell) => isRun(cell) && isNoted(cell)) ?? false;
      return byRunner
        ? [{ value: "it does not say how it ran: its note about profile, seed and records is gone" }]
        : [];
    },
  },
  {
    id: "run-order",
    title: "A notebook runs from its first to its last cell in one kernel",
    remedy: runAgain,
    find: ({ notebook, part, log }) => {
      const cells = runCells(notebook);
      const wrong = cells
        .map(({ index, cell }, i) => ({ index, ran: cell.execution_count, expected: i + 1 }))
        .find(({ ran, expected }) => ran !== expected);
      if (wrong) {
        const { index, ran, expected } = wrong;
        const value = ran ? `it ran as number ${ran} where ${expected} was expected` : "it did not run";
        return [{ cell: index, value }];
      }
      const logged = kernelsOf(part.notebook, log);
      const byHand = cells.filter(({ cell }) => !isNoted(cell));
      const kernels = new Set(byHand.flatMap(({ cell }) => loggedAs(cell, logged)[0]?.kernel ?? []));
      return kernels.size > 1 ? [{ value: `its cells ran in ${kernels.size} different kernels` }] : [];
    },
  },
  {
    id: "source-differs",
    title: "A cell's source is the one that was executed",
    remedy: `${runAgain}, or undo the change`,
    find: (subject) =>
      unproven(subject, "changed").map((cell) => ({ cell, value: "its source was changed after it ran" })),
  },
  {
    id: "not-verifiable",
    title: "For each cell it is known which source was executed and what it showed",
    remedy: runAgain,
    find: (subject) => [
      ...unproven(subject, "unknown").map((cell) => ({
        cell,
        value: "not verifiable: nothing tells which source made its output",
      })),
      ...provenCells(subject)
        .filter(({ notes }) => notes.length === 0)
        .map(({ index }) => ({ cell: index, value: "not verifiable: nothing tells what it showed when it ran" })),
      ...(subject.notebook?.cells ?? []).flatMap((cell, index) =>
        cell.cell_type === "code" && !isRun(cell) && cell.outputs?.length
          ? [{ cell: index, value: "not verifiable: it has no source, and holds outputs" }]
          : [],
      ),
    ],
  },
  {
    id: "outputs-differ",
    title: "A cell's outputs are those that it had when it ran, all of them",
    remedy: `${runAgain}, or undo the change`,
    find: (subject) =>
      provenCells(subject).flatMap(({ cell, index, notes, earlier }) => {
        const value = changeOf(cell, { notes, earlier });
        return value === undefined ? [] : [{ cell: index, value }];
      }),
  },
  {
    id: "picture-missing",
    title: "Every figure has its static picture",
    remedy: `${runAgain} (npm run doctor says what is missing to draw it)`,
    find: ({ notebook }) =>
      outputs(notebook, ({ data = {} }) =>
        plotlyMime in data && !data["image/png"] ? "a figure has no static picture" : undefined,
      ),
  },
  {
    id: "error-output",
    title: "No cell fails",
    remedy: `mend the cell and ${runAgain}`,
    find: ({ notebook }) =>
      outputs(notebook, (output) =>
        output.output_type === "error" ? `it failed with ${quote(errorOf(output))}` : undefined,
      ),
  },
  {
    id: "stderr-output",
    title: "No cell writes to stderr",
    remedy: `mend what warns and ${runAgain}`,
    find: ({ notebook }) =>
      outputs(notebook, ({ output_type, name, text }) =>
        output_type === "stream" && name === "stderr" ? `it wrote to stderr: ${quote(join(text))}` : undefined,
      ),
  },
];

function runCells(notebook: Notebook | undefined) {
  return (notebook?.cells ?? []).map((cell, index) => ({ cell, index })).filter(({ cell }) => isRun(cell));
}

function outputs(
  notebook: Notebook | undefined,
  find: (output: NonNullable<Cell["outputs"]>[number]) => string | undefined,
): Breach[] {
  return (notebook?.cells ?? []).flatMap((cell, index) => {
    const value = cell.outputs?.map(find).find((found) => found !== undefined);
    return value === undefined ? [] : [{ cell: index, value }];
  });
}

const errorOf = ({ ename, evalue }: Output) => [ename, evalue].filter(Boolean).join(": ") || "an error without a name";

const isNoted = (cell: Cell) => cell.metadata.deepnets?.executed === sha256(sourceOf(cell));

/** What each kernel that ran this notebook executed, the latest kernel first. */
function kernelsOf(notebook: string, log: readonly LoggedCell[]): Map<string, LoggedCell[]> {
  const kernels = new Map<string, LoggedCell[]>();
  for (const entry of [...log].reverse())
    if (!entry.notebook || entry.notebook.endsWith(`${notebook}.ipynb`))
      kernels.set(entry.kernel, [...(kernels.get(entry.kernel) ?? []), entry]);
  return kernels;
}

/**
 * What the log says about this source under this number: one entry for each kernel that executed it, the latest first.
 */
const loggedAs = (cell: Cell, kernels: ReadonlyMap<string, readonly LoggedCell[]>): LoggedCell[] =>
  entriesOf(cell, kernels).flatMap((entries) => entries.slice(0, 1));

/** All that the log says about it, by kernel: a cell that shows something after its end has an entry for that too. */
function entriesOf(cell: Cell, kernels: ReadonlyMap<string, readonly LoggedCell[]>): LoggedCell[][] {
  const hash = sha256(sourceOf(cell));
  return [...kernels.values()].map((entries) =>
    entries.filter(({ count, sha256 }) => count === cell.execution_count && sha256 === hash),
  );
}

/** Indices of the executed cells whose source is neither noted by the runner nor in the kernel's log. */
function unproven({ notebook, part, log }: Subject, kind: "changed" | "unknown"): number[] {
  const kernels = kernelsOf(part.notebook, log);
  return runCells(notebook)
    .filter(({ cell }) => cell.execution_count && !isNoted(cell) && loggedAs(cell, kernels).length === 0)
    .filter(({ cell }) => {
      const ranOtherwise = [...kernels.values()].some((entries) =>
        entries.some(({ count }) => count === cell.execution_count),
      );
      return (cell.metadata.deepnets?.executed !== undefined || ranOtherwise) === (kind === "changed");
    })
    .map(({ index }) => index);
}

/** The cells whose source is proven, with what is known of their outputs. */
function provenCells({ notebook, part, log }: Subject) {
  const kernels = kernelsOf(part.notebook, log);
  return runCells(notebook).flatMap(({ cell, index }) => {
    const entries = entriesOf(cell, kernels);
    const latest = entries.flatMap((own) => own.slice(0, 1));
    if (!cell.execution_count || (!isNoted(cell) && latest.length === 0)) return [];
    const byRunner = isNoted(cell) ? [cell.metadata.deepnets ?? {}] : [];
    const earlier = entries.flatMap((own) => own.slice(1));
    return [{ cell, index, notes: notesOf([...byRunner, ...latest]), earlier: notesOf(earlier) }];
  });
}

const notesOf = (known: readonly { readonly outputs?: OutputsNote | undefined }[]): OutputsNote[] =>
  known.flatMap(({ outputs }) => outputs ?? []);

/** How a cell's outputs differ from all that it is known to have shown; `earlier` is what it showed at first. */
function changeOf(
  cell: Cell,
  { notes, earlier }: { readonly notes: readonly OutputsNote[]; readonly earlier: readonly OutputsNote[] },
): string | undefined {
  const now = noteOutputs(cell.outputs ?? []);
  const [first] = notes;
  if (!first || notes.some(({ sha256 }) => sha256 === now.sha256)) return undefined;
  const then = first.kinds;
  if (earlier.some(({ sha256 }) => sha256 === now.sha256))
    return (
      "it showed more after its end than the notebook holds, which was closed or saved before: " +
      `${describeKinds(then)} in all`
    );
  if (then.length === 0) return `it showed nothing when it ran, and now holds ${describeKinds(now.kinds)}`;
  if (now.kinds.length === 0) return `its outputs were cleared after it ran: ${describeKinds(then)}`;
  if (String(then) === String(now.kinds)) return `its outputs were changed after it ran: ${describeKinds(then)}`;
  return `it showed ${describeKinds(then)} when it ran, and now holds ${describeKinds(now.kinds)}`;
}
