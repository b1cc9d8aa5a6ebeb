// Did these cells make these outputs, all of them, in this order, without complaint?
import { isRun, join, sha256, sourceOf, type Cell, type Notebook } from "../../notebooks/notebook";
import { quote, type LoggedCell, type Place, type Rule, type Subject } from "./rule";

const runAgain = "run npm run handin -- PART";

export const executionRules: readonly Rule[] = [
  {
    id: "run-order",
    title: "A notebook runs from its first to its last cell in one kernel",
    remedy: runAgain,
    find: ({ notebook, part, log }) => {
      const cells = runCells(notebook);
      const wrong = cells.findIndex(({ cell }, i) => cell.execution_count !== i + 1);
      if (wrong >= 0) {
        const { index, cell } = cells[wrong]!;
        const value = cell.execution_count
          ? `it ran as number ${cell.execution_count} where ${wrong + 1} was expected`
          : "it did not run";
        return [{ cell: index, value }];
      }
      const logged = kernelsOf(part.notebook, log);
      const kernels = new Set(cells.filter(({ cell }) => !isNoted(cell)).map(({ cell }) => loggedIn(cell, logged)));
      kernels.delete(undefined);
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
    title: "For each cell it is known which source was executed",
    remedy: runAgain,
    find: (subject) =>
      unproven(subject, "unknown").map((cell) => ({
        cell,
        value: "not verifiable: nothing tells which source made its output",
      })),
  },
  {
    id: "error-output",
    title: "No cell fails",
    remedy: `mend the cell and ${runAgain}`,
    find: ({ notebook }) =>
      outputs(notebook, (output) =>
        output.output_type === "error" ? `it failed with ${quote(`${output.ename}: ${output.evalue}`)}` : undefined,
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
): Place[] {
  return (notebook?.cells ?? []).flatMap((cell, index) => {
    const value = cell.outputs?.map(find).find((found) => found !== undefined);
    return value === undefined ? [] : [{ cell: index, value }];
  });
}

const isNoted = (cell: Cell) => cell.metadata.deepnets?.executed === sha256(sourceOf(cell));

/** What each kernel that ran this notebook executed, the latest kernel first. */
function kernelsOf(notebook: string, log: readonly LoggedCell[]): Map<string, LoggedCell[]> {
  const kernels = new Map<string, LoggedCell[]>();
  for (const entry of [...log].reverse())
    if (!entry.notebook || entry.notebook.endsWith(`${notebook}.ipynb`))
      kernels.set(entry.kernel, [...(kernels.get(entry.kernel) ?? []), entry]);
  return kernels;
}

/** The kernel that executed this source under this number. */
function loggedIn(cell: Cell, kernels: ReadonlyMap<string, readonly LoggedCell[]>): string | undefined {
  const hash = sha256(sourceOf(cell));
  return [...kernels].find(([, entries]) =>
    entries.some(({ count, sha256 }) => count === cell.execution_count && sha256 === hash),
  )?.[0];
}

/** Indices of the executed cells whose source is neither noted by the runner nor logged by the launcher. */
function unproven({ notebook, part, log }: Subject, kind: "changed" | "unknown"): number[] {
  const kernels = kernelsOf(part.notebook, log);
  return runCells(notebook)
    .filter(({ cell }) => cell.execution_count && !isNoted(cell) && loggedIn(cell, kernels) === undefined)
    .filter(({ cell }) => {
      const ranOtherwise = [...kernels.values()].some((entries) =>
        entries.some(({ count }) => count === cell.execution_count),
      );
      return (cell.metadata.deepnets?.executed !== undefined || ranOtherwise) === (kind === "changed");
    })
    .map(({ index }) => index);
}
