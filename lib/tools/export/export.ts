import { existsSync, readFileSync, renameSync } from "node:fs";
import { basename, join } from "node:path";
import { parseArgs } from "node:util";
import { UserError } from "../../src/base/errors.cjs";
import { writeWhole } from "../../src/base/files";
import { parts } from "../../src/parts";
import { fingerprint, recordsOf } from "../notebooks/fingerprint";
import { lockFolder } from "../notebooks/folder-lock";
import { type RunNote, readBytes, readGenerated } from "../notebooks/notebook";
import { handinFolder, notebooksFolder } from "../notebooks/places";
import { storedRecords } from "../notebooks/records";
import { makeReport, reportOfNote } from "../notebooks/report";
import type { Author } from "./index-page";
import { carriedNetworks, formatCarried, measureCarried } from "./networks";
import { pack } from "./pack";
import { exportNotebooks } from "./pages";
import { formatProblem, type Problem } from "./problem";

/** The options of `npm run export`. */
export const options = {
  zip: { type: "boolean", help: "pack one file to hand in" },
  name: { type: "string", multiple: true, help: "a student, for the index page; repeat both for a group" },
  matriculation: { type: "string", multiple: true, help: "that student's number" },
} as const;

/**
 * `npm run export`: makes the pages of the saved notebooks in `handin/`, and runs nothing. `-- --zip` packs a hand-in;
 * `--name` and `--matriculation` (repeatable, in pairs) name the students on the index page.
 *
 * @returns The exit code: 0 when the pages leave nothing out, else 1.
 * @throws UserError When there are no notebooks, the package is too large, or another hand-in is at work.
 */
export async function main(argv: string[]): Promise<number> {
  const { values } = parseArgs({ args: argv, options, allowPositionals: false });
  const authors = pair(values.name ?? [], values.matriculation ?? []);
  const folder = handinFolder();
  // A hand-in under way writes the same files.
  const lock = await lockFolder(folder);
  try {
    return await exportFolder(folder, authors, values.zip ?? false);
  } finally {
    lock.release();
  }
}

async function exportFolder(folder: string, authors: readonly Author[], zip: boolean): Promise<number> {
  const { names, unreadable } = gather(folder);
  const exported = [
    ...(await exportNotebooks({ from: folder, to: folder, notebooks: names, authors })),
    ...unreadable.map((problem) => ({ ...notMade, notebook: problem.notebook, problems: [problem] })),
  ];
  for (const { notebook, file, bytes, figures, problems } of exported) {
    console.log(`${notebook}.html  ${file ? `${megabytes(bytes)}, ${figures} figures` : "not made"}`);
    for (const problem of problems) console.log(`  ${formatProblem(problem)}`);
  }
  console.log(`Open ${join(folder, "index.html")}`);
  if (zip) {
    const { file, bytes } = pack(folder, names);
    console.log(`Packed ${file}, ${megabytes(bytes)}`);
    for (const network of carriedNetworks(folder, names)) console.log(formatCarried(await measureCarried(network)));
  }
  return exported.some(({ problems }) => problems.length > 0) ? 1 : 0;
}

const notMade = { file: undefined, bytes: 0, figures: 0 };

interface Gathered {
  readonly names: readonly string[];
  /** Why a notebook was not copied. */
  readonly unreadable: readonly Problem[];
}

/** Copies the saved notebooks into the hand-in's folder, where their pages will be. */
function gather(folder: string): Gathered {
  const from = notebooksFolder();
  const names = parts
    .map(({ notebook }) => notebook)
    .filter((name) => existsSync(join(from, `${name}.ipynb`)) || existsSync(join(folder, `${name}.ipynb`)));
  if (names.length === 0)
    throw new UserError(`Expected notebooks in ${from} but found none: restore them, for example with git checkout.`);
  const unreadable = names.flatMap((notebook): Problem[] => {
    try {
      bring(notebook, from, folder);
      return [];
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      return [{ notebook, what: error.message.replace(/\.$/, "") }];
    }
  });
  const brought = names.filter((name) => !unreadable.some(({ notebook }) => notebook === name));
  const notes = brought.map((name) => readGenerated(join(folder, `${name}.ipynb`))?.metadata.deepnets?.run);
  writeReport(folder, brought, notes);
  return { names: brought, unreadable };
}

/** Copies a saved notebook over the one in the hand-in's folder, unless that one is the same text's full run. */
function bring(name: string, from: string, folder: string): void {
  const [saved, ran] = [join(from, `${name}.ipynb`), join(folder, `${name}.ipynb`)];
  if (!existsSync(saved)) return;
  const run = fullRun(ran, name);
  if (run && run.source === sourceOfSaved(saved)) {
    console.log(
      `${name}: exported as npm run handin left it in ${folder}, with the records in data/runs (npm run handin ` +
        "-- --keep copies it back to notebooks/).",
    );
    return;
  }
  const text = readBytes(saved);
  if (existsSync(ran) && text.equals(readBytes(ran))) return;
  if (run && !fullRun(saved, name)) keepAside(ran);
  writeWhole(ran, text);
}

/**
 * The note of a full run whose records are those in data/runs: hours of work that must not be overwritten. The files'
 * contents decide, since clocks can be wrong.
 */
function fullRun(file: string, name: string): RunNote | undefined {
  const part = parts.find(({ notebook }) => notebook === name);
  const run = readGenerated(file)?.metadata.deepnets?.run;
  if (!part || run?.status !== "finished" || run.profile !== "full") return undefined;
  const there = recordsOf(part, run.profile, run.seed);
  const folders = new Set([...Object.keys(there), ...Object.keys(run.records)]);
  return [...folders].every((folder) => there[folder] === run.records[folder]) ? run : undefined;
}

function sourceOfSaved(file: string): string | undefined {
  const saved = readGenerated(file);
  return saved && fingerprint(saved);
}

/** Renames a run of another text than the saved one, so that it is not lost. */
function keepAside(ran: string): void {
  const numbered = (n: number) => ran.replace(/\.ipynb$/, `.replaced${n === 1 ? "" : `-${n}`}.ipynb`);
  let n = 1;
  while (existsSync(numbered(n))) n++;
  const aside = numbered(n);
  renameSync(ran, aside);
  console.log(`${basename(ran)}: notebooks/ holds another text; the run that lay here is kept as ${basename(aside)}.`);
}

/** Writes a report beside the pages; one that a hand-in wrote about the same notebooks stays as it is. */
function writeReport(folder: string, names: readonly string[], notes: readonly (RunNote | undefined)[]): void {
  const profile = notes.find((note) => note !== undefined)?.profile ?? "full";
  const made = makeReport(
    profile,
    parts.flatMap((part) => {
      const i = names.indexOf(part.notebook);
      return i < 0 ? [] : [reportOfNote(part, notes[i], storedRecords(part.id, profile))];
    }),
  );
  const file = join(folder, "report.json");
  const old = existsSync(file) ? readFileSync(file, "utf8") : "";
  if (sameParts(old, made.parts)) return;
  // Without the time, so that the same results give the same bytes, and the same package.
  writeWhole(file, `${JSON.stringify({ ...made, finished: "as saved in notebooks" }, null, 2)}\n`);
}

function sameParts(text: string, made: readonly unknown[]): boolean {
  const comparable = (list: readonly unknown[]) =>
    JSON.stringify(
      list.map((one) => ({ ...(one as object), seconds: Math.round((one as { seconds: number }).seconds) })),
    );
  try {
    return comparable(JSON.parse(text).parts) === comparable(made);
  } catch {
    return false; // none yet, or half of one
  }
}

/**
 * Students from the command line: as many matriculation numbers as names, or none.
 *
 * @throws UserError When there is another number of them, or one is empty.
 */
export function pair(names: readonly string[], numbers: readonly string[]): Author[] {
  if (numbers.length > 0 && numbers.length !== names.length)
    throw new UserError(
      `Expected as many --matriculation as --name but found ${numbers.length} and ${names.length}: give them in ` +
        `pairs, --name "..." --matriculation ...`,
    );
  const empty = [...names, ...numbers].find((text) => text.trim() === "");
  if (empty !== undefined)
    throw new UserError(
      'Expected a name or number but found an empty one: write --name "Jörg Müller" --matriculation 123456.',
    );
  return names.map((name, i) => ({ name: name.trim().normalize("NFC"), matriculation: numbers[i]?.trim() }));
}

const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;
