// Were the models trained as the sheet says, and are these the records of this hand-in?
import { count, percent } from "../../../src/base/text";
import type { SheetSettings } from "../../../src/parts";
import type { RunRecord } from "../../../src/runs/record";
import type { Breach, Rule, Subject } from "./rule";

const runAgain = "run npm run handin -- PART";
const asOnTheSheet = "set it in the notebook's parameters as on the sheet and run npm run handin -- PART";

/** Rules about the run records. */
export const recordRules: readonly Rule[] = [
  {
    id: "quick-run",
    title: "The results are those of a full run",
    remedy: "run npm run handin",
    full: true,
    find: ({ notebook }) =>
      notebook?.metadata.deepnets?.run?.profile === "quick" ? [{ value: "it is a quick run, not for hand-in" }] : [],
  },
  {
    id: "settings-mixed",
    title: "All notebooks ran with the same profile and seed",
    remedy: "run npm run handin",
    find: ({ notebook, profile, seed }) => {
      const run = notebook?.metadata.deepnets?.run;
      if (!run || (run.profile === profile && run.seed === seed)) return [];
      return [{ value: `it ran with profile ${run.profile} and seed ${run.seed}, others with ${profile} and ${seed}` }];
    },
  },
  {
    id: "record-missing",
    title: "Every trained part has its run record",
    remedy: runAgain,
    find: (subject) => {
      const { part, notebook, profile, seed, damaged } = subject;
      const there = damaged(part.id).some(({ folder }) => folder === `${part.id}/${profile}-s${seed}`);
      return part.sheet && notebook && !own(subject) && !there
        ? [{ value: `there is no finished record of ${part.id} (${profile}, seed ${seed})` }]
        : [];
    },
  },
  {
    id: "record-damaged",
    title: "The records are whole, and their numbers agree with each other",
    remedy: runAgain,
    find: ({ part, notebook, damaged }) =>
      notebook && part.sheet ? damaged(part.id).map(({ message }) => ({ value: message.replace(/\.$/, "") })) : [],
  },
  {
    id: "record-changed",
    title: "The records are those that the notebook left or read",
    remedy: runAgain,
    find: ({ part, notebook, records, damaged }) => {
      const run = notebook?.metadata.deepnets?.run;
      if (!run) return [];
      const changed = Object.entries(run.records).flatMap(([folder, hash]) => {
        const [id = ""] = folder.split("/");
        const found = records(id).find((stored) => stored.folder === folder);
        // Where the hand-in's own seed is gone, record-missing says so at the part that trains it.
        const otherSeed = part.needs.includes(id) && folder !== `${id}/${run.profile}-s${run.seed}`;
        if (!found && damaged(id).some((one) => one.folder === folder)) return [];
        if (!found) return otherSeed ? [`the record in ${folder}, which it read, is gone`] : [];
        return found.hash === hash ? [] : [`the record in ${folder} is another than the one it ran with`];
      });
      const later = part.needs.flatMap((id) => records(id)).filter(({ folder }) => !(folder in run.records));
      const own = `${part.id}/${run.profile}-s${run.seed}`;
      const unnamed =
        part.sheet &&
        run.status === "finished" &&
        !(own in run.records) &&
        records(part.id).some((one) => one.folder === own)
          ? [`its note does not name the record in ${own}, which it left`]
          : [];
      return [
        ...changed,
        ...unnamed,
        ...later.map(({ folder }) => `the record in ${folder} came after it ran, and its outputs leave it out`),
      ].map((value) => ({ value }));
    },
  },
  setting("iterations", "The model is trained for the sheet's iterations", {
    wanted: ({ iterations }) => iterations,
    found: ({ iterations }) => iterations,
    full: true,
  }),
  setting("epochs", "The model is trained for the sheet's epochs", {
    wanted: ({ epochs }) => epochs,
    found: ({ epochs }) => epochs,
    full: true,
  }),
  setting("batch-size", "A batch has the sheet's size", {
    wanted: ({ batchSize }) => batchSize,
    found: ({ batchSize }) => batchSize,
  }),
  setting("optimizer", "The optimizer has the sheet's constants", {
    wanted: ({ optimizer }) => constants(optimizer),
    found: ({ optimizer }) => constants(optimizer),
  }),
  {
    id: "final-numbers",
    title: "The model learned",
    remedy: "find out what went wrong in training (the loss curve tells), then run npm run handin -- PART",
    full: true,
    find: (subject) => {
      const { sheet } = subject.part;
      const test = own(subject)?.record.final?.test;
      if (!sheet || !test) return [];
      const value = sheet.metric === "accuracy" ? test.accuracy : test.balancedAccuracy;
      return value < sheet.floor
        ? [{ value: `its test ${sheet.metric} is ${percent(value, 1)}, below ${percent(sheet.floor, 1)}` }]
        : [];
    },
  },
];

interface Setting {
  /** What the sheet says, and what the record says. */
  readonly wanted: (sheet: SheetSettings) => number | string | undefined;
  readonly found: (config: RunRecord["config"]) => number | string | undefined;
  readonly full?: true;
}

function setting(id: string, title: string, { wanted, found, ...more }: Setting): Rule {
  const find = (subject: Subject): Breach[] => {
    const stored = own(subject);
    const expected = subject.part.sheet && wanted(subject.part.sheet);
    const ran = stored && found(stored.record.config);
    if (!stored || expected === undefined || ran === expected) return [];
    return [{ value: `the sheet says ${show(expected)} but it ran with ${show(ran)}` }];
  };
  return { id, title, remedy: asOnTheSheet, find, ...more };
}

const own = ({ part, seed, records }: Subject) => records(part.id).find(({ record }) => record.seed === seed);

const constants = (optimizer: object) =>
  Object.entries(optimizer)
    .filter(([, value]) => value !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${name} ${value}`)
    .join(", ");

const show = (value: number | string | undefined) => (typeof value === "number" ? count(value) : (value ?? "none"));
