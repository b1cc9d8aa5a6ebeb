// Can a record's measurements be true: do they fit the data's labels, the sheet's model, and a machine's speed?

import { itemAt } from "../../../src/base/item-at";
import { countBy, sum } from "../../../src/base/statistics";
import { count } from "../../../src/base/text";
import type { RunRecord } from "../../../src/runs/record";
import type { FinalEvaluation } from "../../../src/training/evaluation";
import { trueLabels } from "../true-labels";
import type { Breach, Rule, Subject } from "./rule";

const runAgain = "get the record back (git checkout), or run npm run handin -- PART";

/** Rules about time, speed and memory. */
export const measurementRules: readonly Rule[] = [
  {
    id: "record-labels",
    title: "Predictions and recalls of a record fit the labels of its data",
    remedy: runAgain,
    find: (subject) => ofRecords(subject, (record) => wrongLabels(subject, record)),
  },
  {
    id: "record-model",
    title: "The model has the sheet's number of parameters",
    remedy: "build the model as on the sheet and run npm run handin -- PART",
    find: ({ part, ...subject }) =>
      ofRecords({ part, ...subject }, ({ model }) => {
        const wanted = part.sheet?.parameters;
        return wanted === undefined || model.parameters === wanted
          ? undefined
          : `a model of ${count(model.parameters)} parameters, where the sheet's has ${count(wanted)}`;
      }),
  },
  {
    id: "record-implausible",
    title: "Minutes and machine of a record are possible",
    remedy: runAgain,
    find: (subject) => ofRecords(subject, impossible),
  },
];

/** What is wrong with the records of a notebook's own part, over all seeds. */
function ofRecords(
  { part, notebook, records }: Subject,
  wrong: (record: RunRecord) => string | undefined,
): readonly Breach[] {
  if (!notebook || !part.sheet) return [];
  return records(part.id).flatMap(({ folder, record }) => {
    const found = wrong(record);
    return found === undefined ? [] : [{ value: `the record in ${folder} has ${found}` }];
  });
}

function wrongLabels({ part }: Subject, { seed, data, final }: RunRecord): string | undefined {
  if (!part.sheet || !final) return undefined;
  const labels = trueLabels(part.sheet.data, seed);
  if (!labels.hashes.includes(data)) return "other data than the sheet's";
  return (
    otherSizes(final.train, labels.train, "training") ??
    otherSizes(final.test, labels.test, "test") ??
    otherAnswers(final, labels.test)
  );
}

/** How the confusion matrix differs from the data in its number of examples of a class. */
function otherSizes({ confusion, size }: FinalEvaluation, labels: Uint8Array, name: string): string | undefined {
  if (size !== labels.length) return undefined;
  const wanted = countBy(confusion.length, labels);
  const found = confusion.map(sum);
  const wrong = wanted.findIndex((examples, label) => examples !== found[label]);
  if (wrong < 0) return undefined;
  const [has, says] = [itemAt(wanted, wrong), itemAt(found, wrong)];
  return `${count(says)} ${name} examples of class ${wrong}, where the data has ${count(has)}`;
}

/** How the predictions of the test examples differ from the confusion matrix. */
function otherAnswers({ test, predictions }: NonNullable<RunRecord["final"]>, labels: Uint8Array): string | undefined {
  const { confusion } = test;
  if (predictions.label.length !== labels.length)
    return test.size === labels.length
      ? `${count(predictions.label.length)} predictions for ${count(labels.length)} test examples`
      : undefined;
  const found = confusion.map((row) => row.map(() => 0));
  predictions.label.forEach((prediction, i) => {
    const row = found[itemAt(labels, i)];
    if (row?.[prediction] !== undefined) row[prediction]++;
  });
  for (const [label, row] of confusion.entries())
    for (const [prediction, n] of row.entries()) {
      const predicted = itemAt(itemAt(found, label), prediction);
      if (predicted !== n)
        return (
          `${count(predicted)} test examples of class ${label} taken for ${prediction}, where its confusion matrix ` +
          `has ${count(n)}`
        );
    }
  return undefined;
}

/** Multiplications and additions in a second: more than a core of any processor does. */
const fastest = 1e12;

function impossible({ config, machine, minutes, model, progress, peakMemoryMB }: RunRecord): string | undefined {
  const seconds = 60 * (minutes.training + minutes.evaluation);
  const { cpu, cores } = machine;
  if (!cpu.trim() || cores < 1) return "no machine";
  // Forward, gradient to the inputs, gradient to the weights: each weight is used at least once in each.
  const work = 6 * model.parameters * config.batchSize * config.iterations;
  if (seconds <= 0 || work / seconds / cores > fastest) {
    const took = `${(seconds / 60).toFixed(2)} min`;
    return `${count(config.iterations)} iterations in ${took}, more than ${cores} cores can do`;
  }
  const speed = config.iterations / seconds;
  if (progress.stepsPerSecond > 0 && (speed > 10 * progress.stepsPerSecond || speed < progress.stepsPerSecond / 10))
    return (
      `${(seconds / 60).toFixed(1)} min for ${count(config.iterations)} iterations at ` +
      `${progress.stepsPerSecond.toFixed(1)} per second`
    );
  if (1e6 * peakMemoryMB < 4 * model.parameters)
    return `a peak of ${count(peakMemoryMB)} MB with ${count(model.parameters)} parameters`;
  return undefined;
}
