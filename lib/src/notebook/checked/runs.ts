import { isObject } from "../../base/is-object";
import { shown } from "../../base/options";
import * as plain from "../../runs";
import { type Check, list, needed, numbers, oneOf, rule, text, whole } from "./rules";
import { strict } from "./strict";

/** One run or its record; never a list, of which only the first would be read. */
export const oneRun: Check = (value, { of }) => {
  if (!isRun(value))
    throw new Error(
      `Expected one run, or its record, but found ${found(value)} (${of}): pass what train or readRecord gave` +
        `${value instanceof Promise ? ', with "await" before it' : ""}.`,
    );
};

/** A run, its record, or a list of some. */
export const someRuns: Check = (value, place) => {
  if (!Array.isArray(value)) return oneRun(value, place);
  if (value.length === 0)
    throw new Error(`Expected at least one run but found none (${place.of}): pass what train or readRecords gave.`);
  for (const run of value) oneRun(run, place);
};

/** A list of runs, or of their records, which may be empty. */
export const anyRuns: Check = (value, place) => {
  rule("a list of runs", Array.isArray)(value, place);
  for (const run of (value ?? []) as readonly unknown[]) oneRun(run, place);
};

/** Of a run. */
export const profile = oneOf("full", "quick");
/** Settings of a run that were changed. */
export const overrides = rule("an object of settings by name", isObject);
const request = { part: needed(text), profile, seed: whole(0), overrides };

export const readRecord = strict(plain.readRecord, request, { name: "readRecord", noun: "request", required: true });

export const readModel = strict(plain.readModel, request, { name: "readModel", noun: "request", required: true });

export const readRecords = strict(
  plain.readRecords,
  { parts: list("parts", text), profile, seeds: list("seeds", whole(0)) },
  { name: "readRecords", noun: "request" },
);

export const compareModels = strict(
  plain.compareModels,
  { measure: oneOf("test", "testLoss", "gap"), labels: numbers },
  {
    name: "compareModels",
    at: 2,
    given: { records: needed(anyRuns), pairs: needed(list("pairs", rule("two models", isPair))) },
  },
);

export const calibration = strict(
  plain.calibration,
  { labels: needed(numbers), bins: whole(1) },
  { name: "calibration", at: 1, required: true, given: { record: oneRun } },
);

function isPair(value: unknown): boolean {
  return Array.isArray(value) && value.length === 2 && value.every((one) => typeof one === "string");
}

function isRun(value: unknown): boolean {
  const { record = value } = (value ?? {}) as { readonly record?: unknown };
  return isObject(record) && typeof record.part === "string" && Array.isArray(record.iterations);
}

const found = (value: unknown): string =>
  Array.isArray(value) ? `${value.length} of them` : value instanceof Promise ? "a promise" : shown(value);
