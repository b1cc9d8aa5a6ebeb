import { percent } from "../base/text";
import type { RunRecord } from "./record";

/** A number of a record, and how prose writes it. */
export interface Merit {
  readonly value: number;
  readonly text: string;
}

/** A number whose name ends like this is a fraction and is written as per cent. */
const fraction = /(^|\.)(test|train|gap|accuracy|recall\d*|share|balancedAccuracy)$|(Accuracy|Recall|Share)\d*$/;

/**
 * One number of a record by its short name, for tags in prose and tables.
 *
 * `test`, `train`: final accuracies; `gap`: train minus test; `testLoss`, `trainLoss`: final losses;
 * `balancedAccuracy`, `recall0` ...: on the test examples; `parameters`, `iterations`, `minutes`; or a path with dots
 * through the record, such as `extra.fresh.balancedAccuracy`. A name that ends in test, train, gap, accuracy, recall or
 * share is written as per cent with two digits; minutes have one.
 *
 * @param record A finished record.
 * @param key The name.
 * @returns Value and text.
 * @throws When the record has no such number.
 * @example
 * merit(run.record, "test"); // { value: 0.9841, text: "98.41 %" }
 * merit(run.record, "parameters").text; // "5,695,510"
 */
export function merit(record: RunRecord, key: string): Merit {
  const { final } = record;
  if (!final)
    throw new Error(
      `Expected a finished record but found one that is ${record.status} (${record.part}.${key}): run the part to its end.`,
    );
  const recall = /^recall(\d+)$/.exec(key);
  const value =
    key === "test"
      ? final.test.accuracy
      : key === "train"
        ? final.train.accuracy
        : key === "gap"
          ? final.train.accuracy - final.test.accuracy
          : key === "testLoss"
            ? final.test.loss
            : key === "trainLoss"
              ? final.train.loss
              : key === "balancedAccuracy"
                ? final.test.balancedAccuracy
                : key === "parameters"
                  ? record.model.parameters
                  : key === "iterations"
                    ? record.config.iterations
                    : key === "minutes"
                      ? record.minutes.training + record.minutes.evaluation
                      : recall
                        ? final.test.recall[Number(recall[1])]
                        : at(record, key);
  if (typeof value !== "number" || !Number.isFinite(value))
    throw new Error(
      `Expected a number but found ${typeof value === "object" ? "none" : String(value)} (${record.part}.${key}): correct the name.`,
    );
  return { value, text: textOf(key, value) };
}

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
  if (fraction.test(key)) return percent(value);
  if (/(^|\.)minutes/.test(key)) return value.toFixed(1);
  if (Number.isInteger(value)) return value.toLocaleString("en-US");
  return Math.abs(value) >= 1000 ? Math.round(value).toLocaleString("en-US") : value.toPrecision(3);
}
