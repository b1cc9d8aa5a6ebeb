import { readFileSync } from "node:fs";
import { join } from "node:path";
import { writeWhole } from "../../src/base/files";
import { plural } from "../../src/base/text";
import { type Exported, exportNotebooks } from "../export/pages";
import { fingerprint } from "../notebooks/fingerprint";
import { quickNotice, readGenerated, readNotebook, setSource, sourceOf, writeNotebook } from "../notebooks/notebook";
import { notebooksFolder, readmeFile } from "../notebooks/places";
import { recordReader } from "../notebooks/records";
import { formatTable } from "../notebooks/report";
import { fillTags, tagText } from "../notebooks/tags";
import { checkFolder, formatFindings, newExporter } from "./check";
import { resultsTable, withResults } from "./results";
import { type Session, saveReport } from "./session";

/**
 * Finishes a hand-in after its runs: fills numbers into the prose, makes the pages, checks all and prints the table.
 *
 * @returns Whether nothing is wrong.
 */
export async function finish(session: Session): Promise<boolean> {
  const { plan, folder, line, reports } = session;
  fill(session);
  const report = saveReport(session);
  line.update("Exporting to HTML ...");
  const ran = plan.chosen
    .map(({ notebook }) => notebook)
    .filter((name) => readGenerated(join(folder, `${name}.ipynb`)));
  const made = await exportNotebooks({ from: folder, to: folder, notebooks: ran });
  const finished = plan.chosen.filter(({ id }) => reports.get(id)?.status === "finished");
  const findings = await checkFolder(folder, {
    parts: finished,
    quick: plan.profile === "quick",
    // They were made just now: making them again would give the same.
    exporter: { ...newExporter, pages: async () => made.map((page) => ({ ...page, html: htmlOf(page) })) },
  });

  line.print(`\n${formatTable(report)}\n`);
  if (findings.length) line.print(`${formatFindings(findings)}\n`);
  if (plan.keep) keep(session);
  const failed = report.parts.filter(({ status }) => status !== "finished");
  for (const { notebook, error } of failed) line.print(`${notebook}: ${error}`);
  if (plan.profile === "quick") line.print(`This is a ${quickNotice}.`);
  const good = failed.length + findings.length === 0;
  const bad =
    `Not ready to hand in: ${plural(failed.length, "notebook")} did not finish, ` +
    `${plural(findings.length, "finding")}.`;
  line.print(good ? `No findings: open ${join(folder, "index.html")}` : bad);
  return good;
}

const htmlOf = ({ file }: Exported) => (file === undefined ? undefined : readFileSync(file, "utf8"));

/** Fills the numbers of the new records into the prose of the notebooks that ran. */
function fill({ plan, folder }: Session): void {
  const { records: stored } = recordReader(plan.profile);
  const records = (part: string) => stored(part).map(({ record }) => record);
  const resolve = (key: string) => {
    try {
      return tagText(key, records, plan.seed);
    } catch {
      return undefined; // the check names it, with the remedy
    }
  };
  for (const { notebook: name } of plan.chosen) {
    const file = join(folder, `${name}.ipynb`);
    const notebook = readGenerated(file);
    if (!notebook) continue; // it did not run
    for (const cell of notebook.cells)
      if (cell.cell_type === "markdown") setSource(cell, fillTags(sourceOf(cell), resolve));
    writeNotebook(file, notebook);
  }
}

/**
 * Copies the executed notebooks back to `notebooks/` and, when none failed, writes their results into the README.
 */
function keep({ plan, folder, reports, line }: Session): void {
  for (const { id, notebook } of plan.chosen) {
    if (reports.get(id)?.status !== "finished") continue;
    const from = join(folder, `${notebook}.ipynb`);
    const to = join(notebooksFolder(), `${notebook}.ipynb`);
    if (fingerprint(readNotebook(from)) !== fingerprint(readNotebook(to))) {
      line.print(
        `${notebook}: not copied back, since notebooks/${notebook}.ipynb changed while it ran: npm run handin -- ` +
          `${id} --continue --keep does so.`,
      );
      continue;
    }
    writeWhole(to, readFileSync(from));
    line.print(`${notebook}: copied back to notebooks/`);
  }
  if (plan.chosen.some(({ id }) => reports.get(id)?.status !== "finished")) return;
  const { records: stored } = recordReader("full");
  const readme = readmeFile();
  writeWhole(
    readme,
    withResults(
      readFileSync(readme, "utf8"),
      resultsTable((part) => stored(part).map(({ record }) => record)),
    ),
  );
  line.print("README.md: table of results written");
}
