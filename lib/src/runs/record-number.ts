import { itemAt } from "../base/item-at";
import { percent, points } from "../base/text";
import { mnistTestLabels } from "../data/mnist";
import { multiplyAdds } from "../models/multiply-adds";
import { calibration } from "./calibration";
import { earlyStop, errorRatio, lowestAt } from "./measures";
import type { RunRecord } from "./record";

/** A number of a record, and how prose writes it. */
export interface RecordNumber {
  readonly value: number;
  readonly text: string;
}

/** A number whose name ends like this is a fraction, written as per cent. */
const fraction = /(^|\.)(test|train|gap|accuracy|recall\d*|share|balancedAccuracy)$|(Accuracy|Recall|Share)\d*$/;

/**
 * One number of a record by its short name, for tags in prose and tables.
 *
 * `test`, `train`: final accuracies; `gap`: train minus test; `testLoss`, `trainLoss`: final losses;
 * `balancedAccuracy`, `recall0` ...: on the test examples; `parameters`, `multiplyAdds` (of one example),
 * `iterations`, `minutes`; or a path with dots through the record, such as `extra.fresh.balancedAccuracy`. A name that
 * ends in test, train, gap, accuracy, recall or share is written as per cent with two digits; minutes have one.
 *
 * `gapPoints`: the gap as "0.88 points"; `testErrors`: how many test examples are wrong; `errorRatio`: the share of
 * wrong answers on the test set over that on the training set; `lowestTestLoss`, `lowestTestLossAt` (its iteration),
 * `lossRise` (last over lowest); `stopped.test`, `stopped.testLoss`, `stopped.gapPoints`, `stopped.iteration`: the run
 * where the loss on its held-out examples was lowest; of runs on MNIST `ece` (calibration error, in points),
 * `certainErrors` and `certainErrorShare` (errors above 99 % certainty, their number and their share of all errors).
 *
 * @param record A finished record.
 * @param key The name.
 * @returns Value and text.
 * @throws When the record has no such number.
 * @example
 * recordNumber(run.record, "test"); // { value: 0.9841, text: "98.41 %" }
 * recordNumber(run.record, "parameters").text; // "5,695,510"
 */
export function recordNumber(record: RunRecord, key: string): RecordNumber {
  const { final } = record;
  if (!final)
    throw new Error(
      `Expected a finished record but found one that is ${record.status} (${record.part}.${key}): run the part ` +
        "to its end.",
    );
  const recall = /^recall(\d+)$/.exec(key);
  const value = recall
    ? final.test.recall[Number(recall[1])]
    : (shortNames.get(key)?.(record, final) ?? at(record, key));
  if (typeof value !== "number" || !Number.isFinite(value))
    throw new Error(
      `Expected a number but found ${typeof value === "object" ? "none" : String(value)} ` +
        `(${record.part}.${key}): correct the name.`,
    );
  return { value, text: textOf(key, value) };
}

type Final = NonNullable<RunRecord["final"]>;

const shortNames = new Map(
  Object.entries<(record: RunRecord, final: Final) => number>({
    test: (_, { test }) => test.accuracy,
    train: (_, { train }) => train.accuracy,
    gap: (_, { train, test }) => train.accuracy - test.accuracy,
    testLoss: (_, { test }) => test.loss,
    trainLoss: (_, { train }) => train.loss,
    balancedAccuracy: (_, { test }) => test.balancedAccuracy,
    gapPoints: (_, { train, test }) => train.accuracy - test.accuracy,
    testErrors: (_, { test }) => Math.round((1 - test.accuracy) * test.size),
    errorRatio,
    lowestTestLoss: ({ testLoss }) => Math.min(...testLoss),
    lowestTestLossAt: ({ testLoss, iterations }) => itemAt(iterations, lowestAt(testLoss)),
    lossRise: ({ testLoss }, { test }) => test.loss / Math.min(...testLoss),
    "stopped.test": (record) => earlyStop(record).test,
    "stopped.testLoss": (record) => earlyStop(record).testLoss,
    "stopped.iteration": (record) => earlyStop(record).iteration,
    "stopped.gapPoints": (record) => earlyStop(record).train - earlyStop(record).test,
    ece: (record) => calibrated(record).ece,
    certainErrors: (record) => calibrated(record).certainErrors,
    certainErrorShare: (record) => calibrated(record).certainErrors / calibrated(record).errors,
    parameters: ({ model }) => model.parameters,
    multiplyAdds: ({ model }) => multiplyAdds(model.layers),
    iterations: ({ config }) => config.iterations,
    minutes: ({ minutes }) => minutes.training + minutes.evaluation,
  }),
);

const calibrated = (record: RunRecord) => calibration(record, { labels: mnistTestLabels(record.data) });

/** A number whose name ends like this is written in percentage points. */
const inPoints = /(^|\.)(gapPoints|ece)$/;

function at(record: RunRecord, key: string): unknown {
  return key
    .split(".")
    .reduce<unknown>(
      (value, name) =>
        typeof value === "object" && value !== null && Object.hasOwn(value, name)
          ? (value as Record<string, unknown>)[name]
          : undefined,
      record,
    );
}

function textOf(key: string, value: number): string {
  if (inPoints.test(key)) return points(value);
  if (fraction.test(key)) return percent(value);
  if (/(^|\.)minutes/.test(key)) return value.toFixed(1);
  if (/(^|\.)(errorRatio|lossRise)$/.test(key)) return value.toFixed(2);
  if (Number.isInteger(value)) return value.toLocaleString("en-US");
  return Math.abs(value) >= 1000 ? Math.round(value).toLocaleString("en-US") : value.toPrecision(3);
}
